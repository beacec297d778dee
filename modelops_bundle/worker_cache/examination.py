"""Tell damage from what only looks like it: hash the files whose stat is not the one that was recorded."""

import os
from collections.abc import Iterable
from pathlib import Path

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.checkout.index import mode_bits
from modelops_bundle.checkout.working_tree import DirectoryCheck, look
from modelops_bundle.errors import BundleError


def damaged(root: Path, bundle: Bundle, paths: Iterable[str]) -> list[str]:
    """Return those of the paths below a directory that do not hold what the bundle says; reads each file."""
    is_real = DirectoryCheck(root)
    return [path for path in paths if not _is_sound(root, bundle.tree[path], is_real)]


def _is_sound(root: Path, entry: TreeEntry, is_real: DirectoryCheck) -> bool:
    try:
        if not is_real(entry.path.rpartition("/")[0]):
            return False
        now = os.lstat(f"{root}/{entry.path}")
        if not mode_bits(now):
            return False
        found = look(root, entry.path, now).tree_entry(entry.path)
    except (OSError, BundleError):  # gone, not to be read, or being written: none of it may be served
        return False
    return found == entry


def clear_the_way(root: Path, paths: Iterable[str]) -> None:
    """Remove what stands where files are to be put: directories at their paths, and what is none above them."""
    import shutil

    for path in paths:
        is_real = DirectoryCheck(root)
        parts = path.split("/")
        for length in range(1, len(parts)):
            above = "/".join(parts[:length])
            if os.path.lexists(root / above) and not is_real(above):
                os.unlink(root / above)
                break
        place = root / path
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
