"""The tree: what a bundle holds, and nothing else. Its digest is the identity of the content.

Canonical form (docs/formats/tree.md): the canonical JSON list of `[path, mode, size, sha256]`, sorted by
path, where mode is `100644`, `100755` or `120000` (symlink; the sha256 and size are those of its target).
No time, host, user or order of anything takes part.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from modelops_bundle.digest import Digest, digest_of, hex_of
from modelops_bundle.files.canonical_json import encode
from modelops_bundle.safe_path import check_collisions


class Mode(StrEnum):
    """What kind of file a path is; the values are git's."""

    FILE = "100644"
    EXECUTABLE = "100755"
    LINK = "120000"


MODES: dict[str, Mode] = {mode.value: mode for mode in Mode}


class TreeEntry(NamedTuple):
    """One file of a tree; `size` in bytes."""

    path: str
    mode: Mode
    size: int
    digest: Digest


class Tree(dict[str, TreeEntry]):
    """Files by path. Made by `tree_of`, never changed afterwards."""

    def digest(self) -> Digest:
        """Return the tree digest."""
        return self._digest

    @cached_property
    def _digest(self) -> Digest:
        return digest_of(encode([[e.path, e.mode, e.size, hex_of(e.digest)] for e in self.values()]))

    def size(self) -> int:
        """Return the sum of all files' sizes in bytes."""
        return sum(entry.size for entry in self.values())


def tree_of(entries: Iterable[TreeEntry]) -> Tree:
    """Sort entries into a tree; raise UnsafePath when two paths cannot stand side by side everywhere."""
    tree = Tree((entry.path, entry) for entry in sorted(entries))
    check_collisions(tree)
    return tree


EMPTY = Tree()
