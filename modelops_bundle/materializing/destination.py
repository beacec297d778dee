"""What a destination holds now, path by path; nothing is followed, and nothing written."""

import os
from functools import cache
from pathlib import Path

from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.checkout.index import IndexEntry, mode_bits
from modelops_bundle.checkout.working_tree import look
from modelops_bundle.digest import short
from modelops_bundle.errors import BundleError, WorkingTreeConflict
from modelops_bundle.safe_path import parents_of, printable


class Destination:
    """A directory that files of a bundle are put into; it need not exist. Raises WorkingTreeConflict."""

    def __init__(self, root: Path) -> None:
        self.root = root
        if root.exists() and not root.is_dir():
            raise WorkingTreeConflict(f"not a directory: '{root}'", hint="name another destination")
        self._barrier = cache(self._find_barrier)

    def find(self, path: str) -> IndexEntry | None:
        """Return what the file at a path holds, or None when nothing is there.

        Raises InTheWay for everything that a file of a bundle must not replace.
        """
        if barrier := self._barrier(path.rpartition("/")[0]):
            raise InTheWay(f"lies beyond '{printable(barrier)}', which is no directory")
        try:
            now = os.lstat(f"{self.root}/{path}")
        except FileNotFoundError:
            return None
        if mode_bits(now):
            try:
                return look(self.root, path, now)
            except BundleError as error:
                raise InTheWay(error.message) from error
        if not os.path.isdir(f"{self.root}/{path}"):
            raise InTheWay("is neither a file nor a symlink here")
        if holds_files(self.root / path):
            raise InTheWay("is a directory with files in it here")
        return None

    def _find_barrier(self, directory: str) -> str | None:
        """Return what keeps a directory from being one: the first on its way that is something else."""
        for above in (*reversed([*parents_of(directory)]), directory):
            place = f"{self.root}/{above}"
            if above and os.path.lexists(place) and (os.path.islink(place) or not os.path.isdir(place)):
                return above
        return None


class InTheWay(Exception):
    """Why nothing can be written at a path, whatever the options."""


def holds_files(directory: Path) -> bool:
    """Tell whether anything but directories is below a directory."""
    return any(
        files or any(os.path.islink(f"{folder}/{name}") for name in folders)
        for folder, folders, files in os.walk(directory)
    )


def same_content(wanted: TreeEntry, found: IndexEntry) -> bool:
    """Tell whether a file holds what is wanted, executable or not; a symlink is never a file."""
    now = found.tree_entry(wanted.path)
    return now.digest == wanted.digest and (now.mode is Mode.LINK) == (wanted.mode is Mode.LINK)


def difference(wanted: TreeEntry, found: IndexEntry) -> str:
    """Return what a person is told of a file with other content."""
    return f"expected {short(wanted.digest)}, got {short(found.digest)}"
