"""What differs between trees, per path: two-way for `diff`, three-way for `push` and `pull`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from modelops_bundle.bundles.tree import Tree, TreeEntry


class State(StrEnum):
    """How working tree (L), base (S) and remote (R) stand to each other at one path."""

    UNCHANGED = "unchanged"
    ADDED_LOCAL = "added-local"
    MODIFIED_LOCAL = "modified-local"
    DELETED_LOCAL = "deleted-local"
    ADDED_REMOTE = "added-remote"
    MODIFIED_REMOTE = "modified-remote"
    DELETED_REMOTE = "deleted-remote"
    CONFLICT = "conflict"


LOCAL_STATES = frozenset({State.ADDED_LOCAL, State.MODIFIED_LOCAL, State.DELETED_LOCAL})
REMOTE_STATES = frozenset({State.ADDED_REMOTE, State.MODIFIED_REMOTE, State.DELETED_REMOTE})


@dataclass(frozen=True, slots=True)
class Difference:
    """One path at which two trees differ."""

    path: str
    old: TreeEntry | None
    new: TreeEntry | None

    @property
    def letter(self) -> str:
        """A (added), D (deleted), T (file became symlink or back), M (modified): git's letters."""
        if self.old is None:
            return "A"
        if self.new is None:
            return "D"
        return "T" if self.old.mode[:3] != self.new.mode[:3] else "M"


def same(one: TreeEntry | None, other: TreeEntry | None) -> bool:
    """Tell whether two entries are the same file: mode and content."""
    if one is None or other is None:
        return one is other
    return (one.digest, one.mode, one.size) == (other.digest, other.mode, other.size)


def differences(old: Tree, new: Tree) -> list[Difference]:
    """Return every path at which two trees differ, sorted."""
    paths = sorted(old.keys() | new.keys())
    return [
        Difference(path, old.get(path), new.get(path)) for path in paths if not same(old.get(path), new.get(path))
    ]


def three_way(local: Tree, base: Tree, remote: Tree) -> dict[str, State]:
    """Return the state of every path of three trees, sorted by path.

    A path missing everywhere but in the base was deleted on both sides and is left out.
    """
    states = {}
    for path in sorted(local.keys() | base.keys() | remote.keys()):
        state = _state(local.get(path), base.get(path), remote.get(path))
        if state:
            states[path] = state
    return states


def _state(mine: TreeEntry | None, base: TreeEntry | None, theirs: TreeEntry | None) -> State | None:
    if same(mine, theirs):
        return State.UNCHANGED if mine else None
    if same(mine, base):
        if base is None:
            return State.ADDED_REMOTE
        return State.MODIFIED_REMOTE if theirs else State.DELETED_REMOTE
    if same(theirs, base):
        if base is None:
            return State.ADDED_LOCAL
        return State.MODIFIED_LOCAL if mine else State.DELETED_LOCAL
    return State.CONFLICT


def count(states: Mapping[str, State]) -> dict[State, int]:
    """Return how many paths are in each state that occurs."""
    result: dict[State, int] = {}
    for state in states.values():
        result[state] = result.get(state, 0) + 1
    return result
