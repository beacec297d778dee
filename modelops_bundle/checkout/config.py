"""`config.yaml`: what is true of the bundle everywhere. It is tracked and travels with the content.

Format: docs/formats/config.md. Nothing that differs between two users of the same content may stand here:
it would change the tree digest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modelops_bundle.bundles.bundle_index import LAYERS
from modelops_bundle.bundles.roles import Roles, parse_roles
from modelops_bundle.errors import Invalid
from modelops_bundle.files.yaml_file import (
    check_keys,
    check_version,
    dump,
    load_mapping,
    read_bounded,
    shown,
    texts,
)
from modelops_bundle.safe_path import METADATA_DIR
from modelops_bundle.storage.config import DEFAULT_THRESHOLD, StorageConfig, parse_storage

VERSION = 1
DEFAULT_CODE_ROOTS = (".", "src")
_KEYS = ("version", "storage", "layers", "roles", "annotations", "code")
_CODE_KEYS = ("roots",)


@dataclass(frozen=True, slots=True)
class Config:
    """The bundle's configuration.

    `code_roots` are the directories in which imports are looked for, in this order; '.' is the project itself.
    `roles` are those that the file defines.
    """

    storage: StorageConfig = field(default_factory=StorageConfig)
    layers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    code_roots: tuple[str, ...] = DEFAULT_CODE_ROOTS
    roles: Roles = field(default_factory=dict)


def parse_config(data: bytes, what: str) -> Config:
    """Read a config document; raise Invalid naming `what`, the key and the value."""
    value = load_mapping(data, what)
    check_version(value, VERSION, what)
    check_keys(value, _KEYS, what)
    storage = parse_storage(_mapping(value, "storage", what), what)
    layers = _mapping(value, "layers", what)
    check_keys(layers, LAYERS, what)
    annotations = _mapping(value, "annotations", what)
    for key, text in annotations.items():
        # A number would be spelled our way, not the user's: 1.10 is 1.1.
        if not isinstance(text, str):
            raise Invalid(f"annotations.{key} in '{what}' is not text: {shown(text)}", hint="put it in quotes")
    code = _mapping(value, "code", what)
    check_keys(code, _CODE_KEYS, what)
    return Config(
        storage,
        {layer: texts(patterns, f"layers.{layer}", "patterns", what) for layer, patterns in layers.items()},
        annotations,
        _code_roots(code["roots"], what) if code.get("roots") is not None else DEFAULT_CODE_ROOTS,
        parse_roles(value.get("roles"), what),
    )


def read_code_roots(path: Path) -> tuple[str, ...]:
    """Return `code_roots` of a file, the defaults where there is none; raise Invalid.

    Most files say nothing about it, and then PyYAML, which takes as long as a whole command, need not be asked.
    """
    data = read_bounded(path) if path.is_file() else b""
    may_say = b"roots" in data or b"\\" in data or not data.isascii()
    return parse_config(data, str(path)).code_roots if may_say else DEFAULT_CODE_ROOTS


def initial_config(threshold_bytes: int = DEFAULT_THRESHOLD) -> bytes:
    """Return the document that `init` writes: the same for everybody."""
    return dump({"version": VERSION, "storage": {"threshold_bytes": threshold_bytes}})


def _mapping(value: Mapping[str, Any], key: str, what: str) -> dict[str, Any]:
    inner = value.get(key)
    if inner is None:
        return {}
    if not isinstance(inner, dict) or not all(isinstance(name, str) for name in inner):
        raise Invalid(f"{key} in '{what}' is not a mapping of names to values", hint=f"correct '{what}'")
    return inner


def _code_roots(value: Any, what: str) -> tuple[str, ...]:
    roots = texts(value, "code.roots", "directories", what)
    for root in roots:
        if root != "." and not {"", ".", "..", METADATA_DIR}.isdisjoint(root.split("/")):
            raise Invalid(
                f"code.roots in '{what}' names no directory of the project: '{shown(root)}'",
                hint="directories are named from the project's root, as in 'src'; '.' is the root itself",
            )
    return roots
