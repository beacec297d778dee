"""Read YAML documents strictly: no key twice, known keys, known versions, and a did-you-mean for the rest."""

import difflib
import reprlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from modelops_bundle.errors import Invalid

MAX_BYTES = 4 << 20
MAX_DEPTH = 64

try:
    from yaml import CSafeDumper as Dumper
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeDumper as Dumper  # type: ignore[assignment]
    from yaml import SafeLoader  # type: ignore[assignment]


class _Loader(SafeLoader):
    """Refuses a key that stands twice in one mapping, where YAML loaders let the last one win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [(key.tag, key.value) for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(set(keys)) < len(keys):
            raise yaml.constructor.ConstructorError(None, None, "the same key twice", node.start_mark)
        return super().construct_mapping(node, deep)


def load_mapping(data: bytes, what: str) -> dict[str, Any]:
    """Return the mapping of a YAML document, empty for an empty one; raise Invalid naming `what`."""
    if len(data) > MAX_BYTES:
        raise Invalid(f"larger than {MAX_BYTES} bytes: '{what}'", hint=f"shorten '{what}'")
    try:
        _check_depth(data)
        value = yaml.load(data, Loader=_Loader)
    # PyYAML lets each of these out for a scalar that does not fit the type it is tagged with.
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, OverflowError) as error:
        reason = " ".join(str(error).split())
        raise Invalid(f"not valid YAML: '{what}': {reason}", hint=f"correct '{what}'") from None
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise Invalid(f"not a mapping of names to values: '{what}'", hint=f"correct '{what}'")
    return value


def _check_depth(data: bytes) -> None:
    """Raise YAMLError where libyaml, which recurses without a limit, would end the process."""
    depth = 0
    for event in yaml.parse(data, Loader=SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise yaml.YAMLError(f"nested deeper than {MAX_DEPTH} levels")


def read_mapping(path: Path) -> dict[str, Any] | None:
    """Return the mapping in a file, or None when there is no such file."""
    try:
        return load_mapping(path.read_bytes(), str(path))
    except FileNotFoundError:
        return None


def dump(value: Mapping[str, Any]) -> bytes:
    """Return a YAML document with the keys in the order given."""
    text: bytes = yaml.dump(dict(value), Dumper=Dumper, sort_keys=False, allow_unicode=True, encoding="utf-8")
    return text


def check_keys(value: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    """Raise Invalid, with a did-you-mean, when a mapping holds a key that is not known."""
    for key in value:
        if key not in known:
            raise unknown(key, known, f"key in '{what}'")


def unknown(word: str, known: tuple[str, ...], kind: str) -> Invalid:
    """Return the error for a word that is none of those known."""
    near = difflib.get_close_matches(word, known, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known)}"
    return Invalid(f"unknown {kind}: '{word}'", hint=hint)


def shown(value: Any) -> str:
    """Return a value for a message, cut short: with aliases, a few lines of YAML can stand for gigabytes."""
    return (value if isinstance(value, str) else reprlib.repr(value))[:100]


def check_version(value: Mapping[str, Any], newest: int, what: str) -> None:
    """Raise Invalid when a document was written by a newer version of this program."""
    version = value.get("version", 1)
    if type(version) is not int or not 1 <= version <= newest:
        raise Invalid(
            f"version {shown(version)} of '{what}' is not known",
            hint="pip install --upgrade modelops-bundle",
        )
