"""What a pull and a push would do, told before anything is done."""

import pytest

from modelops_bundle.bundles.tree import EMPTY, Tree, tree_of
from modelops_bundle.bundles.tree_diff import State
from modelops_bundle.sync.plan import PullOptions, plan_pull, plan_push
from tests.properties.strategies import entry


def tree(files: dict[str, int]) -> Tree:
    """Return a tree of files whose contents are numbers."""
    return tree_of(entry(path, content) for path, content in files.items())


LOCAL = tree({"both": 2, "mine": 1, "new-here": 1, "same": 1, "theirs": 0, "gone-there": 0})
BASE = tree({"both": 1, "mine": 0, "gone-here": 0, "same": 1, "theirs": 0, "gone-there": 0})
REMOTE = tree({"both": 3, "mine": 0, "gone-here": 0, "same": 1, "theirs": 1, "new-there": 1})


def test_every_path_goes_its_way() -> None:
    plan = plan_pull(LOCAL, BASE, REMOTE, {}, PullOptions())
    assert plan.write == ("new-there", "theirs")
    assert plan.delete == ("gone-there",)
    assert plan.blocked == {"both": "changed on both sides"}
    assert (plan.adopt, plan.untrack) == ((), ())
    assert not plan.empty


def test_overwriting_takes_their_side_and_leaves_new_files_alone() -> None:
    plan = plan_pull(LOCAL, BASE, REMOTE, {}, PullOptions(overwrite=True))
    assert set(plan.write) == {"both", "gone-here", "mine", "new-there", "theirs"}
    assert plan.delete == ("gone-there",)
    assert plan.untrack == ("new-here",)
    assert plan.blocked == {}


def test_deleted_files_come_back_when_asked_for() -> None:
    plan = plan_pull(LOCAL, BASE, REMOTE, {}, PullOptions(restore_deleted=True))
    assert "gone-here" in plan.write
    assert "mine" not in plan.write


@pytest.mark.parametrize(
    ("local", "base", "remote", "reason"),
    [
        (1, None, 2, "added on both sides with different content"),
        (None, 1, 2, "deleted here, changed there"),
        (2, 1, None, "changed here, deleted there"),
        (2, 1, 3, "changed on both sides"),
    ],
)
def test_a_conflict_has_a_reason(local: int | None, base: int | None, remote: int | None, reason: str) -> None:
    mine, old, theirs = (EMPTY if content is None else tree({"f": content}) for content in (local, base, remote))
    assert plan_pull(mine, old, theirs, {}, PullOptions()).blocked == {"f": reason}


def test_an_untracked_file_is_adopted_if_it_is_the_same_and_blocks_otherwise() -> None:
    remote = tree({"same": 1, "other": 1, "directory": 1})
    untracked = {"same": entry("same", 1), "other": entry("other", 2), "directory": None}
    plan = plan_pull(EMPTY, EMPTY, remote, untracked, PullOptions())
    assert plan.adopt == ("same",)
    assert set(plan.blocked) == {"other", "directory"}
    assert plan.write == ()
    forced = plan_pull(EMPTY, EMPTY, remote, untracked, PullOptions(overwrite=True))
    assert (forced.adopt, forced.write) == (("same",), ("other",))
    assert set(forced.blocked) == {"directory"}


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize(
    ("mine", "theirs"),
    [("README", "readme"), ("a", "a/b"), ("a/b", "a"), ("A/x", "a"), ("a", "A/x"), ("d/x", "D/y")],
)
def test_their_new_file_that_cannot_stand_beside_mine_blocks(mine: str, theirs: str, overwrite: bool) -> None:
    plan = plan_pull(tree({mine: 1}), EMPTY, tree({theirs: 1}), {}, PullOptions(overwrite=overwrite))
    assert list(plan.blocked) == [theirs]
    assert mine in plan.blocked[theirs]


def test_an_untracked_file_that_cannot_stand_beside_mine_is_not_adopted() -> None:
    plan = plan_pull(tree({"A": 1}), EMPTY, tree({"a": 1}), {"a": entry("a", 1)}, PullOptions())
    assert list(plan.blocked) == ["a"]


def test_a_file_may_become_a_directory_and_back() -> None:
    for old, new in (("a", "a/b"), ("a/b", "a"), ("a", "A")):
        plan = plan_pull(tree({old: 1}), tree({old: 1}), tree({new: 1}), {}, PullOptions())
        assert (plan.write, plan.delete, plan.blocked) == ((new,), (old,), {})


def test_a_push_tells_what_it_would_discard() -> None:
    plan = plan_push(LOCAL, BASE, REMOTE, is_base=False)
    assert set(plan.discards) == {"both", "theirs", "new-there", "gone-there"}
    assert plan.paths(State.ADDED_LOCAL) == ["new-here"]


def test_a_push_over_our_base_discards_nothing() -> None:
    plan = plan_push(LOCAL, BASE, REMOTE, is_base=True)
    assert plan.discards == ()
    assert plan.paths(State.DELETED_LOCAL) == ["gone-here", "new-there"]
