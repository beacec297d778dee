"""What differs between two trees, and between three."""

import pytest

from modelops_bundle.bundles.tree import EMPTY, Mode, Tree, TreeEntry, tree_of
from modelops_bundle.bundles.tree_diff import State, count, differences, same, three_way
from tests.properties.strategies import entry


def tree(**files: int) -> Tree:
    """Return a tree of files whose contents are numbers."""
    return tree_of(entry(path, content) for path, content in files.items())


@pytest.mark.parametrize(
    ("local", "base", "remote", "state"),
    [
        (None, None, 1, State.ADDED_REMOTE),
        (None, 1, None, None),
        (None, 1, 1, State.DELETED_LOCAL),
        (None, 1, 2, State.CONFLICT),
        (1, None, None, State.ADDED_LOCAL),
        (1, None, 1, State.UNCHANGED),
        (1, None, 2, State.CONFLICT),
        (1, 1, None, State.DELETED_REMOTE),
        (1, 1, 1, State.UNCHANGED),
        (1, 1, 2, State.MODIFIED_REMOTE),
        (2, 1, None, State.CONFLICT),
        (2, 1, 1, State.MODIFIED_LOCAL),
        (2, 1, 2, State.UNCHANGED),
        (2, 1, 3, State.CONFLICT),
    ],
)
def test_three_ways(local: int | None, base: int | None, remote: int | None, state: State | None) -> None:
    trees = [tree(f=content) if content else EMPTY for content in (local, base, remote)]
    assert three_way(*trees) == ({"f": state} if state else {})


def test_a_new_mode_is_a_change() -> None:
    old, new = tree(f=1), tree_of([entry("f", 1, Mode.EXECUTABLE)])
    assert three_way(new, old, old) == {"f": State.MODIFIED_LOCAL}
    assert three_way(new, old, tree(f=2)) == {"f": State.CONFLICT}


def test_a_size_that_contradicts_the_digest_is_a_difference() -> None:
    one = entry("f", 1)
    assert same(one, one._replace())
    assert not same(one, one._replace(size=99))
    assert not same(one, None)
    assert same(None, None)


@pytest.mark.parametrize(
    ("old", "new", "letter"),
    [
        (None, entry("f", 1), "A"),
        (entry("f", 1), None, "D"),
        (entry("f", 1), entry("f", 2), "M"),
        (entry("f", 1), entry("f", 1, Mode.EXECUTABLE), "M"),
        (entry("f", 1), entry("f", 1, Mode.LINK), "T"),
        (entry("f", 1, Mode.LINK), entry("f", 2, Mode.EXECUTABLE), "T"),
    ],
)
def test_letters_are_those_of_git(old: TreeEntry | None, new: TreeEntry | None, letter: str) -> None:
    trees = [tree_of([one] if one else []) for one in (old, new)]
    assert [difference.letter for difference in differences(*trees)] == [letter]


def test_differences_are_sorted_and_leave_out_what_is_the_same() -> None:
    found = differences(tree(a=1, b=1, c=1), tree(d=1, c=1, b=2))
    assert [(difference.letter, difference.path) for difference in found] == [("D", "a"), ("M", "b"), ("A", "d")]


def test_states_are_counted() -> None:
    states = three_way(tree(a=1, b=1, c=2), tree(c=1), tree(c=1))
    assert count(states) == {State.ADDED_LOCAL: 2, State.MODIFIED_LOCAL: 1}
