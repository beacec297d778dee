"""Compare two versions of a YAML, JSON or TOML document: which keys came, went, or changed their value.

A value is named by its dotted path: `sir.beta`, `runs[2].seed`.
"""

import json
import re
from collections.abc import Iterator
from datetime import date, time
from itertools import islice
from typing import Any

from modelops_bundle.changes.alignment import gaps
from modelops_bundle.changes.detail import Comparison, Detail, How, comparison
from modelops_bundle.changes.side import Side
from modelops_bundle.errors import Invalid

MAX_BYTES = 4 << 20
"""Larger documents are compared as texts."""
MAX_VALUES = 500_000
"""So are documents that hold more values: with aliases, a few lines of YAML stand for any number."""
MAX_DEPTH = 100
SUFFIXES = {".json": "JSON", ".toml": "TOML", ".yaml": "YAML", ".yml": "YAML"}
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SHOWN_ITEMS, _SHOWN_DEPTH, _CUT = 12, 2, "…"
_LARGE_INTEGER = 4096
"""Python refuses to write integers of many more bits in decimal."""


class NotADocument(Exception):
    """A document cannot be read in its format, or is too large for that."""


def compare_documents(old: Side, new: Side, suffix: str) -> Comparison:
    """Compare two versions of a document. Raises NotADocument."""
    before, after = _parse(old, suffix), _parse(new, suffix)
    details = list(_differences("", before, after))
    note = "" if details else "no value differs: only comments, layout or the order of keys do"
    return comparison(SUFFIXES[suffix], details, note=note)


def _parse(side: Side, suffix: str) -> Any:
    if side.size > MAX_BYTES:
        raise NotADocument(f"larger than {MAX_BYTES} bytes")
    data = side.read()
    try:
        value = _value_of(data, suffix)
    except (Invalid, ValueError, RecursionError) as error:
        raise NotADocument(" ".join(str(error).split())) from None
    left = MAX_VALUES
    todo = [(value, 0)]
    while todo:
        item, depth = todo.pop()
        left -= 1
        if left < 0 or depth > MAX_DEPTH:
            raise NotADocument("too large or too deep to compare key by key")
        inside = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        todo += [(each, depth + 1) for each in inside]
    return value


def _value_of(data: bytes, suffix: str) -> Any:
    if suffix == ".json":
        return json.loads(data.decode("utf-8-sig"))
    if suffix == ".toml":
        import tomllib

        return tomllib.loads(data.decode("utf-8-sig"))
    from modelops_bundle.files.yaml_syntax import parse

    return parse(data, "the document")


def _differences(path: str, old: Any, new: Any) -> Iterator[Detail]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            name = _below(path, key)
            if key not in new:
                yield Detail("key", How.REMOVED, name, old=_shown(old[key]))
            elif key not in old:
                yield Detail("key", How.ADDED, name, new=_shown(new[key]))
            else:
                yield from _differences(name, old[key], new[key])
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list_differences(path, old, new)
    elif _hash_of(old) != _hash_of(new):
        yield Detail("key", How.CHANGED, path or "the whole document", _shown(old), _shown(new))


def _list_differences(path: str, old: list[Any], new: list[Any]) -> Iterator[Detail]:
    for gap in gaps([_hash_of(each) for each in old], [_hash_of(each) for each in new]):
        both = min(gap.old_count, gap.new_count)
        for at in range(both):
            name = f"{path}[{gap.new_start + at}]"
            yield from _differences(name, old[gap.old_start + at], new[gap.new_start + at])
        for at in range(gap.old_start + both, gap.old_end):
            yield Detail("key", How.REMOVED, f"{path}[{at}]", old=_shown(old[at]))
        for at in range(gap.new_start + both, gap.new_end):
            yield Detail("key", How.ADDED, f"{path}[{at}]", new=_shown(new[at]))


def _hash_of(value: Any) -> int:
    """Return a hash that equal values have in common, and values of different types do not."""
    if isinstance(value, dict):
        return hash(frozenset((_hash_of(key), _hash_of(each)) for key, each in value.items()))
    if isinstance(value, list):
        return hash(tuple(map(_hash_of, value)))
    return hash((type(value).__name__, value if isinstance(value, (str, int, bytes)) else repr(value)))


def _below(path: str, key: object) -> str:
    text = key if isinstance(key, str) else _shown(key)
    name = text if _PLAIN_KEY.fullmatch(text) else json.dumps(text, ensure_ascii=False)
    return f"{path}.{name}" if path else name


def _shown(value: Any, depth: int = 0) -> str:
    """Return a value about as YAML writes it on one line, without most of a large one."""
    if isinstance(value, (dict, list)) and depth > _SHOWN_DEPTH:
        return _CUT
    if isinstance(value, dict):
        first = islice(value.items(), _SHOWN_ITEMS)
        parts = [f"{_below('', key)}: {_shown(each, depth + 1)}" for key, each in first]
        return "{" + ", ".join(parts + [_CUT] * (len(value) > _SHOWN_ITEMS)) + "}"
    if isinstance(value, list):
        parts = [_shown(each, depth + 1) for each in value[:_SHOWN_ITEMS]]
        return "[" + ", ".join(parts + [_CUT] * (len(value) > _SHOWN_ITEMS)) + "]"
    if isinstance(value, int) and value.bit_length() > _LARGE_INTEGER:
        return hex(value)
    if value is None or isinstance(value, (str, int, float)):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, (date, time)) else repr(value)
