"""Read YAML documents strictly: no key twice, known keys, known versions, and a did-you-mean for the rest.

Importing PyYAML takes as long as a whole start of Python. So documents of the plainest kind, such as
`local.yaml`, which most commands read, are read without it.
"""

import re
import reprlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modelops_bundle.errors import Invalid
from modelops_bundle.secret_text import HIDDEN, looks_secret

MAX_BYTES = 4 << 20

_PLAIN_LINE = re.compile(
    rb"(  )?([a-z_]{2,64}):(?: (?:([1-9][0-9]{0,8})|([A-Za-z][A-Za-z0-9_./@:+-]*[A-Za-z0-9_./@+-])))?\n"
)
_NOT_TEXT = frozenset({b"yes", b"no", b"on", b"off", b"true", b"false", b"null"})
"""Plain words that are no text to YAML 1.1, in lower case."""


def load_mapping(data: bytes, what: str) -> dict[str, Any]:
    """Return the mapping of a YAML document, empty for an empty one; raise Invalid naming `what`."""
    if len(data) > MAX_BYTES:
        raise Invalid(f"larger than {MAX_BYTES} bytes: '{what}'", hint=f"shorten '{what}'")
    plain = plain_mapping(data)
    if plain is not None:
        return plain
    from modelops_bundle.files.yaml_syntax import parse

    value = parse(data, what)
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise Invalid(f"not a mapping of names to values: '{what}'", hint=f"correct '{what}'")
    return value


def plain_mapping(data: bytes) -> dict[str, Any] | None:
    """Return the mapping of lines `name: word` or `name: number`, or None for all other YAML.

    Such lines may also stand, indented by two spaces, below a line `name:`.
    """
    value: dict[str, Any] = {}
    section: dict[str, Any] | None = None
    at = 0
    while line := _PLAIN_LINE.match(data, at):
        indent, name, number, word = line[1], line[2].decode(), line[3], line[4]
        into = section if indent else value
        if into is None or name in into or line[2] in _NOT_TEXT or (word and word.lower() in _NOT_TEXT):
            return None
        if number or word:
            into[name] = int(number) if number else word.decode()
            section = section if indent else None
        elif indent:
            return None
        else:
            section = into[name] = {}
        at = line.end()
    # A line `name:` with nothing below it is null to YAML.
    return value if at == len(data) and {} not in value.values() else None


def read_mapping(path: Path) -> dict[str, Any] | None:
    """Return the mapping in a file, or None when there is no such file."""
    try:
        return load_mapping(read_bounded(path), str(path))
    except FileNotFoundError:
        return None


def read_bounded(path: Path) -> bytes:
    """Return what a file holds, at most one byte more than is allowed: `load_mapping` refuses that."""
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def dump(value: Mapping[str, Any]) -> bytes:
    """Return a YAML document with the keys in the order given."""
    from modelops_bundle.files.yaml_syntax import render

    return render(dict(value))


def check_keys(value: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    """Raise Invalid, with a did-you-mean, when a mapping holds a key that is not known."""
    for key in value:
        if key not in known:
            raise unknown(key, known, f"key in '{what}'")


def unknown(word: str, known: tuple[str, ...], kind: str) -> Invalid:
    """Return the error for a word that is none of those known."""
    import difflib

    near = difflib.get_close_matches(word, known, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known)}"
    return Invalid(f"unknown {kind}: '{word}'", hint=hint)


def texts(value: Any, key: str, kind: str, what: str) -> tuple[str, ...]:
    """Return a list of texts, such as patterns; raise Invalid naming the key."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Invalid(f"{key} in '{what}' is not a list of {kind}", hint=f"correct '{what}'")
    return tuple(value)


def shown(value: Any) -> str:
    """Return a value for a message, cut short: with aliases, a few lines of YAML can stand for gigabytes.

    What looks like a credential is not shown.
    """
    text = value if isinstance(value, str) else reprlib.repr(value)
    return HIDDEN if looks_secret(text) else text[:100]


def check_version(value: Mapping[str, Any], newest: int, what: str) -> None:
    """Raise Invalid when a document was written by a newer version of this program."""
    version = value.get("version", 1)
    if type(version) is not int or not 1 <= version <= newest:
        raise Invalid(
            f"version {shown(version)} of '{what}' is not known",
            hint="pip install --upgrade modelops-bundle",
        )
