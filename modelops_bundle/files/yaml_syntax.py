"""YAML itself: bytes to values and back, by PyYAML. `yaml_file` is what others use."""

from typing import Any

import yaml

from modelops_bundle.errors import Invalid

try:
    from yaml import CSafeDumper as Dumper
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeDumper as Dumper  # type: ignore[assignment]
    from yaml import SafeLoader  # type: ignore[assignment]

MAX_DEPTH = 64
_ONE_SPELLING = frozenset({"tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"})
"""Kinds of keys that are the same when they look the same."""


class _Loader(SafeLoader):
    """Refuses a key that stands twice in one mapping, where YAML loaders let the last one win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys: list[Any] = [(key.tag, key.value) for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if not all(tag in _ONE_SPELLING for tag, _ in keys):
            # Other values have several spellings, and 1 and true are one key to Python.
            keys = [self.construct_object(key) for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(set(keys)) < len(keys):
            raise yaml.constructor.ConstructorError(None, None, "the same key twice", node.start_mark)
        return super().construct_mapping(node, deep)


def parse(data: bytes, what: str) -> Any:
    """Return the value of a YAML document; raise Invalid naming `what`."""
    try:
        _check_depth(data)
        return yaml.load(data, Loader=_Loader)
    # PyYAML lets each of these out for a scalar that does not fit the type it is tagged with.
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, OverflowError) as error:
        reason = " ".join(str(error).split())
        raise Invalid(f"not valid YAML: '{what}': {reason}", hint=f"correct '{what}'") from None


def render(value: Any) -> bytes:
    """Return a YAML document with the keys of mappings in the order given."""
    text: bytes = yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, encoding="utf-8")
    return text


def _check_depth(data: bytes) -> None:
    """Raise YAMLError where libyaml, which recurses without a limit, would end the process."""
    depth = 0
    for event in yaml.parse(data, Loader=SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise yaml.YAMLError(f"nested deeper than {MAX_DEPTH} levels")
