"""Files that lie in a blob store: what `.mops/ptr` says of them, made true for what an archive holds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modelops_bundle.archive.source_directory import POINTER_AREA
from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.digest import Digest, hex_of
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.files import canonical_json
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.files.yaml_file import read_bounded

POINTERS = f"{POINTER_AREA}/ptr/"
_MAX_BYTES = 1 << 20

Pointers = dict[str, dict[str, Any]]
"""The documents of pointer files by path."""


def read_pointers(root: Path, paths: Mapping[str, object]) -> Pointers:
    """Return the pointers among files of a directory; raise Invalid for one that cannot be understood."""
    found: Pointers = {}
    for path in paths:
        if path.startswith(POINTERS) and path.endswith(".json"):
            try:
                document = canonical_json.decode(read_bounded(root / path), f"'{path}'", max_bytes=_MAX_BYTES)
                if not isinstance(document, dict) or not isinstance(document.get("original_path"), str):
                    raise MalformedDocument(f"'{path}' names no original_path")
            except MalformedDocument as error:
                raise Invalid(f"not a pointer: {error.message}", hint="materialize it again") from None
            found[path] = document
    return found


def external_paths(pointers: Pointers) -> frozenset[str]:
    """Return the files that pointers stand for."""
    return frozenset(document["original_path"] for document in pointers.values())


def require_present(pointers: Pointers, paths: Mapping[str, object]) -> None:
    """Raise NotFound when a file that shall be in the archive was not fetched."""
    missing = sorted(external_paths(pointers) - paths.keys())
    if missing:
        raise NotFound(
            f"{len(missing)} external files are not here",
            hint="modelops-bundle fetch-external, or export without --include-external",
            details=tuple(missing),
        )


def settled(pointer: dict[str, Any], included: TreeEntry | None) -> bytes:
    """Return a pointer as it is true where the archive is unpacked, with its file or without it.

    Raises Invalid when the file is not the one that the pointer names.
    """
    if included and "sha256" in pointer and pointer["sha256"] != hex_of(included.digest):
        raise Invalid(
            f"'{included.path}' is not the file that its pointer names: {Digest(included.digest)}",
            hint="fetch it again: modelops-bundle fetch-external --overwrite",
        )
    path = included.path if included else None
    return canonical_json.encode({**pointer, "fulfilled": included is not None, "local_path": path})
