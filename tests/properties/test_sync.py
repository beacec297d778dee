"""Laws of the three-way merge: above all, nobody's work is lost."""

from collections.abc import Mapping
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.bundles.tree import EMPTY, Tree, TreeEntry, tree_of
from modelops_bundle.bundles.tree_diff import State, differences, same, three_way
from modelops_bundle.safe_path import check_collisions
from modelops_bundle.sync.plan import PullOptions, PullPlan, plan_pull, plan_push
from tests.properties.strategies import entry, short_paths, trees

MIRROR = {
    State.UNCHANGED: State.UNCHANGED,
    State.CONFLICT: State.CONFLICT,
    State.ADDED_LOCAL: State.ADDED_REMOTE,
    State.MODIFIED_LOCAL: State.MODIFIED_REMOTE,
    State.DELETED_LOCAL: State.DELETED_REMOTE,
    State.ADDED_REMOTE: State.ADDED_LOCAL,
    State.MODIFIED_REMOTE: State.MODIFIED_LOCAL,
    State.DELETED_REMOTE: State.DELETED_LOCAL,
}
OPTIONS = st.builds(PullOptions, st.booleans(), st.booleans())
TREES = trees()


@given(trees(), st.randoms())
def test_a_tree_does_not_depend_on_the_order_of_its_entries(tree: Tree, random: Random) -> None:
    entries = list(tree.values())
    random.shuffle(entries)
    assert tree_of(entries).digest() == tree.digest()
    assert list(tree_of(entries)) == list(tree)


@given(TREES, TREES)
def test_two_trees_with_one_digest_are_the_same(one: Tree, other: Tree) -> None:
    assert (one.digest() == other.digest()) == (one == other) == (not differences(one, other))


@given(TREES, TREES)
def test_differences_lead_from_one_tree_to_the_other(old: Tree, new: Tree) -> None:
    result = dict(old)
    for difference in differences(old, new):
        if difference.new:
            result[difference.path] = difference.new
        else:
            del result[difference.path]
    assert tree_of(result.values()) == new


@given(TREES, TREES, TREES)
def test_both_sides_see_the_mirror_image(local: Tree, base: Tree, remote: Tree) -> None:
    mirrored = {path: MIRROR[state] for path, state in three_way(remote, base, local).items()}
    assert three_way(local, base, remote) == mirrored


@given(TREES, TREES)
def test_the_same_change_on_both_sides_is_none(now: Tree, base: Tree) -> None:
    assert set(three_way(now, base, now).values()) <= {State.UNCHANGED}


@given(TREES, TREES, OPTIONS)
def test_a_side_without_changes_takes_the_other(base: Tree, remote: Tree, options: PullOptions) -> None:
    plan = plan_pull(base, base, remote, {}, options)
    assert not plan.blocked
    assert applied(plan, base, remote) == remote


@given(TREES, TREES, TREES, OPTIONS)
def test_a_pull_never_touches_what_changed_here_unless_told_to(
    local: Tree, base: Tree, remote: Tree, options: PullOptions
) -> None:
    plan = plan_pull(local, base, remote, {}, options)
    if options.overwrite:
        return
    for path in (*plan.write, *plan.delete, *plan.untrack, *plan.adopt):
        if path in plan.blocked:
            continue
        if not same(local.get(path), base.get(path)):
            # Deleted here, and wanted back.
            assert options.restore_deleted
            assert path not in local
            assert same(base.get(path), remote.get(path))
    for path in local:
        if path not in remote and path not in base:
            assert path not in (*plan.write, *plan.delete, *plan.untrack)


@given(TREES, TREES, TREES, st.dictionaries(short_paths(), st.integers(0, 3) | st.none()))
def test_a_pull_never_overwrites_an_untracked_file_unless_told_to(
    local: Tree, base: Tree, remote: Tree, found: dict[str, int | None]
) -> None:
    untracked: Mapping[str, TreeEntry | None] = {
        path: None if content is None else entry(path, content)
        for path, content in found.items()
        if path in remote and path not in local
    }
    plan = plan_pull(local, base, remote, untracked, PullOptions(restore_deleted=True))
    for path in untracked:
        assert path not in plan.write
        assert path not in plan.delete
        if path in plan.adopt:
            assert same(untracked[path], remote[path])
    forced = plan_pull(local, base, remote, untracked, PullOptions(overwrite=True))
    assert all(untracked[path] is not None for path in forced.write if path in untracked)


@given(TREES, TREES, TREES, OPTIONS)
def test_a_pull_that_is_not_blocked_gives_a_tree_that_can_exist(
    local: Tree, base: Tree, remote: Tree, options: PullOptions
) -> None:
    plan = plan_pull(local, base, remote, {}, options)
    if not plan.blocked:
        check_collisions(applied(plan, local, remote))


@given(TREES, TREES, TREES, OPTIONS)
def test_a_pull_done_once_has_nothing_left_to_do(
    local: Tree, base: Tree, remote: Tree, options: PullOptions
) -> None:
    plan = plan_pull(local, base, remote, {}, options)
    if not plan.blocked:
        now = tree_of(applied(plan, local, remote).values())
        assert plan_pull(now, remote, remote, {}, options).empty


@given(TREES, TREES, TREES)
def test_overwriting_gives_the_remote_side(local: Tree, base: Tree, remote: Tree) -> None:
    plan = plan_pull(local, base, remote, {}, PullOptions(overwrite=True))
    if not plan.blocked:
        assert applied(plan, local, remote) == remote
    for path in plan.delete:
        assert path in base or path not in local


def applied(plan: PullPlan, local: Tree, remote: Tree) -> Tree:
    """Return the tracked files after a pull."""
    gone = {*plan.delete, *plan.untrack}
    kept = {path: one for path, one in local.items() if path not in gone}
    taken = {path: remote[path] for path in (*plan.write, *plan.adopt)}
    return Tree(sorted({**kept, **taken}.items()))


@given(TREES, TREES, TREES)
def test_a_push_over_our_base_discards_nothing(local: Tree, base: Tree, remote: Tree) -> None:
    assert plan_push(local, base, remote, is_base=True).discards == ()
    assert plan_push(local, base, EMPTY, is_base=False).paths(State.ADDED_REMOTE) == []


@given(TREES, TREES, TREES)
def test_a_push_tells_every_change_of_the_remote_that_it_would_discard(
    local: Tree, base: Tree, remote: Tree
) -> None:
    discards = plan_push(local, base, remote, is_base=False).discards
    for path in local.keys() | base.keys() | remote.keys():
        theirs_changed = not same(remote.get(path), base.get(path))
        lost = theirs_changed and not same(remote.get(path), local.get(path))
        assert (path in discards) == lost
