"""Files that lie in a blob store: what `.mops/ptr` says of them, made true for what an archive holds."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.checkout.pointer_files import Pointer, pointer_path, read_pointers
from modelops_bundle.errors import Invalid, NotFound

Pointers = dict[str, Pointer]
"""Pointers by the paths of their files."""


def pointers_below(root: Path) -> Pointers:
    """Return the pointers below a directory; raise Invalid for one that cannot be understood."""
    return {pointer_path(pointer.path): pointer for pointer in read_pointers(root)}


def external_paths(pointers: Pointers) -> frozenset[str]:
    """Return the files that pointers stand for."""
    return frozenset(pointer.path for pointer in pointers.values())


def require_present(pointers: Pointers, paths: Mapping[str, object]) -> None:
    """Raise NotFound when a file that shall be in the archive was not fetched."""
    missing = sorted(external_paths(pointers) - paths.keys())
    if missing:
        raise NotFound(
            f"{len(missing)} external files are not here",
            hint="modelops-bundle fetch-external, or export without --include-external",
            details=tuple(missing),
        )


def settled(pointer: Pointer, here: TreeEntry | None, *, include: bool) -> Pointer:
    """Return a pointer as it is true where the archive is unpacked, with its file or without it.

    Raises Invalid when the file that is here is not the one that the pointer names: it would be lost.
    """
    if here and (here.digest, here.size) != (pointer.digest, pointer.size):
        raise Invalid(
            f"'{here.path}' is not the file that its pointer names: {pointer.digest}",
            hint=f"to export yours, delete '{pointer_path(here.path)}'; "
            "modelops-bundle fetch-external --overwrite brings the other back",
        )
    return replace(pointer, fulfilled=include and here is not None)
