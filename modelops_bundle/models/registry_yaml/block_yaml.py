"""Write plain values as block YAML, the same bytes on every machine.

PyYAML's two writers, in C and in Python, fold long texts differently, and the bytes of `registry.yaml` are part
of the tree digest. This one folds nothing. It also takes a tenth of their time, which counts with 1,000 models.
"""

import datetime
import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

_WORD = r"[A-Za-z0-9_./@+-]+(?::[A-Za-z0-9_./@+-]+)*"
_PLAIN = re.compile(rf"(?=[A-Za-z_]){_WORD}(?: {_WORD})*")
"""Texts that are the same text without quotes: words and paths, most digests."""
_NOT_TEXT = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})
"""Plain words that are no text to YAML 1.1, in lower case."""
_RAW = r" -~\u00a1-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
_ESCAPED = re.compile(rf'["\\]|[^{_RAW}]')
"""Quotes, and what could end a line, be no character, or mislead the eye. `isprintable` grows with Python."""
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_LONG_KEY = 128
"""From this length on a key needs a mark of its own: readers look no further than 1,024 characters for its ':'."""


def render(value: Mapping[str, Any]) -> bytes:
    """Return the YAML document of a mapping of texts, numbers, dates, truth values, None, lists and mappings."""
    lines: list[str] = []
    _mapping(value, "", lines)
    return "".join(f"{line}\n" for line in lines or ["{}"]).encode()


def _mapping(value: Mapping[str, Any], indent: str, lines: list[str]) -> None:
    for key, item in value.items():
        name = _scalar(key)
        head = f"{indent}{name}:"
        if len(name) >= _LONG_KEY:
            lines.append(f"{indent}? {name}")
            head = f"{indent}:"
        if _is_collection(item):
            lines.append(head)
            # A list stands no deeper than its key, which is how PyYAML writes it.
            _collection(item, indent, indent + "  ", lines)
        else:
            lines.append(f"{head} {_scalar(item)}")


def _sequence(value: Iterable[Any], indent: str, lines: list[str]) -> None:
    deeper = indent + "  "
    for item in value:
        first = len(lines)
        if _is_collection(item):
            _collection(item, deeper, deeper, lines)
            lines[first] = f"{indent}- {lines[first].removeprefix(deeper)}"
        else:
            lines.append(f"{indent}- {_scalar(item)}")


def _collection(item: Any, list_indent: str, mapping_indent: str, lines: list[str]) -> None:
    if isinstance(item, Mapping):
        _mapping(item, mapping_indent, lines)
    else:
        _sequence(item, list_indent, lines)


def _is_collection(item: Any) -> bool:
    """Tell whether a value takes lines of its own; an empty list or mapping does not."""
    return not isinstance(item, str) and isinstance(item, Mapping | list | tuple) and bool(item)


def _scalar(value: Any) -> str:
    match value:
        case str():
            return _text(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _number(value)
        case datetime.datetime():
            return value.isoformat(" ")
        case datetime.date():
            return value.isoformat()
        case Mapping():
            return "{}"
        case list() | tuple():
            return "[]"
        case _:
            raise TypeError(f"no plain value: {type(value).__name__}")


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    digits, e, exponent = repr(value).partition("e")
    # To YAML 1.1, a number with an exponent and without a point is a text.
    return f"{digits}{'' if '.' in digits else '.0'}{e}{exponent}"


@lru_cache(maxsize=1 << 16)  # models share most of their dependencies: each path and digest comes often
def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return text
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
