"""What was last read from `registry.yaml`, in a form that is read 20 times as fast as YAML.

It is a cache: one file, for the registry whose digest it names. What is damaged, or of another version of this
program, is not used; what cannot be written is done without. The file is a line of JSON and a BLAKE3 of it:

    {"form": [...], "registry": digest, "texts": [...], "models": [...], "targets": [...], ...} LF checksum

Each text stands once, since models share most of their dependencies: a number stands for a text, a list for
texts, `{"keys": [...], "values": [...]}` for a mapping of texts.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any, TypeVar

from blake3 import blake3

from modelops_bundle.digest import digest_of
from modelops_bundle.files.durable import write_file
from modelops_bundle.models.entries import ModelEntry, ModelRegistry, TargetEntry, TargetSet
from modelops_bundle.source.facts import Parameter

VERSION = 2
MAX_BYTES = 128 << 20
_CHECKSUM = 32
_MODEL = tuple(field.name for field in fields(ModelEntry))
_TARGET = tuple(field.name for field in fields(TargetEntry))
_FORM = [VERSION, *_MODEL, *_TARGET, *(field.name for field in fields(Parameter))]
_AS_IT_IS = frozenset({"auto_code", "weight", "extra"})
"""Fields whose values stand in the file themselves."""

E = TypeVar("E", ModelEntry, TargetEntry)


def recall(cache: Path, data: bytes) -> ModelRegistry | None:
    """Return the registry that the cache keeps of these bytes, or None."""
    try:
        with cache.open("rb") as stream:
            kept = stream.read(MAX_BYTES)
    except OSError:
        return None
    line, checksum = kept[: -_CHECKSUM - 1], kept[-_CHECKSUM:]
    if blake3(line).digest() != checksum:
        return None
    value = json.loads(line)
    return _decode(value) if (value["form"], value["registry"]) == (_FORM, digest_of(data)) else None


def remember(cache: Path, data: bytes, registry: ModelRegistry) -> None:
    """Keep what these bytes hold, where that is possible: JSON has no dates, nor numbers for keys."""
    sections = (registry.models, registry.targets, registry.target_sets)
    extras = (each.extra for section in sections for each in section.values())
    if not (_is_json(registry.extra) and all(map(_is_json, extras))):
        return
    value = {"form": _FORM, "registry": digest_of(data), **_encode(registry)}
    line = json.dumps(value, separators=(",", ":")).encode()
    with suppress(OSError):
        write_file(cache, line + b"\n" + blake3(line).digest(), flush=False)


def _is_json(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _is_json(each) for key, each in value.items())
    if isinstance(value, list):
        return all(map(_is_json, value))
    return value is None or isinstance(value, str | int | float)


def _encode(registry: ModelRegistry) -> dict[str, Any]:
    numbers: dict[str, int] = {}

    def number(text: str) -> int:
        return numbers.setdefault(text, len(numbers))

    def encode(name: str, value: Any) -> Any:
        if name in _AS_IT_IS:
            return value
        if name == "parameters":
            return [astuple(parameter) for parameter in value]
        if isinstance(value, str):
            return number(value)
        if isinstance(value, Mapping):
            return {"keys": [number(key) for key in value], "values": [number(text) for text in value.values()]}
        return [number(text) for text in value]

    return {
        "models": [[encode(name, getattr(each, name)) for name in _MODEL] for each in registry.models.values()],
        "targets": [[encode(name, getattr(each, name)) for name in _TARGET] for each in registry.targets.values()],
        "target_sets": {
            name: [each.targets, dict(each.weights), each.extra] for name, each in registry.target_sets.items()
        },
        "extra": registry.extra,
        "texts": list(numbers),
    }


def _decode(value: dict[str, Any]) -> ModelRegistry:
    text = value["texts"].__getitem__

    def decode(name: str, kept: Any) -> Any:
        if name in _AS_IT_IS:
            return kept
        if name == "parameters":
            return tuple(Parameter(*each) for each in kept)
        if type(kept) is int:
            return text(kept)
        if type(kept) is dict:
            return dict(zip(map(text, kept["keys"]), map(text, kept["values"]), strict=True))
        return tuple(map(text, kept))

    def by_id(kind: type[E], names: tuple[str, ...], rows: list[list[Any]]) -> dict[str, E]:
        entries = [kind(*map(decode, names, row)) for row in rows]
        return {entry.id: entry for entry in entries}

    return ModelRegistry(
        by_id(ModelEntry, _MODEL, value["models"]),
        by_id(TargetEntry, _TARGET, value["targets"]),
        {
            name: TargetSet(tuple(targets), weights, extra)
            for name, (targets, weights, extra) in value["target_sets"].items()
        },
        value["extra"],
    )
