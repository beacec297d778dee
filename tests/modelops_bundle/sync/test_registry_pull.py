"""What becomes of a plan in which `registry.yaml` is in conflict."""

from collections.abc import Callable
from pathlib import Path

import pytest

from modelops_bundle.bundles.tree import Mode, TreeEntry, tree_of
from modelops_bundle.bundles.tree_diff import State
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import NotFound
from modelops_bundle.models.entries import ModelEntry, ModelRegistry
from modelops_bundle.models.registry_yaml.file import format_registry, parse_registry
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.sync.plan import PullOptions, PullPlan, plan_pull
from modelops_bundle.sync.registry_pull import Sides, settle_registry

Settle = Callable[..., tuple[PullPlan, bytes | None]]


def registry(*ids: str, folder: str = "models") -> bytes:
    """Return a document with a model for each id."""
    entries = {id: ModelEntry(id, f"{folder}/{id}.py", "M", f"{folder}.{id}:M") for id in ids}
    return format_registry(ModelRegistry(entries))


@pytest.fixture
def settle(tmp_path: Path) -> Settle:
    """Return what plans a pull of a registry that changed on both sides, with a file in conflict beside it."""

    def run(
        mine: bytes,
        theirs: bytes,
        base: bytes | None = None,
        *,
        mode: Mode = Mode.FILE,
        lost: bytes | None = None,
        tracked: bool = True,
    ) -> tuple[PullPlan, bytes | None]:
        (tmp_path / REGISTRY_PATH).parent.mkdir()
        (tmp_path / REGISTRY_PATH).write_bytes(mine)
        contents = {digest_of(data): data for data in (mine, base or b"", theirs)}

        def entry(path: str, data: bytes | None) -> TreeEntry | None:
            wanted = mode if path == REGISTRY_PATH and data is theirs else Mode.FILE
            return None if data is None else TreeEntry(path, wanted, len(data), digest_of(data))

        def read(one: TreeEntry) -> bytes:
            if contents[one.digest] == lost:
                raise NotFound(f"no such object: '{one.digest}'", hint="fetch it")
            return contents[one.digest]

        sides = [entry(REGISTRY_PATH, data) for data in (mine, base, theirs)]
        others = [entry("a.csv", data) for data in (b"mine", b"base", b"theirs")]
        local, before, remote = (
            tree_of(each for each in pair if each) for pair in zip(sides, others, strict=True)
        )
        untracked = {} if tracked else {REGISTRY_PATH: sides[0]}
        if not tracked:
            local = tree_of(each for each in local.values() if each.path != REGISTRY_PATH)
        plan = plan_pull(local, before, remote, untracked, PullOptions())
        assert set(plan.blocked) == {"a.csv", REGISTRY_PATH}
        return settle_registry(tmp_path, plan, Sides(local.get(REGISTRY_PATH), sides[1], sides[2]), read)

    return run


def test_what_both_sides_made_is_written(settle: Settle) -> None:
    plan, data = settle(registry("a", "b"), registry("a", "c"), registry("a"))
    assert data is not None and set(parse_registry(data, "merged").models) == {"a", "b", "c"}
    assert plan.write == (REGISTRY_PATH,)
    assert plan.states[REGISTRY_PATH] is State.MODIFIED_REMOTE
    assert dict(plan.blocked) == {"a.csv": "changed on both sides"}


def test_without_a_base_every_entry_is_an_addition(settle: Settle) -> None:
    _, data = settle(registry("b"), registry("c"))
    assert data is not None and set(parse_registry(data, "merged").models) == {"b", "c"}


def test_the_remote_side_is_taken_as_it_is_where_it_has_everything(settle: Settle) -> None:
    plan, data = settle(registry("b"), b"# a comment\n" + registry("b", "c"))
    assert (plan.write, data) == ((REGISTRY_PATH,), None)


@pytest.mark.parametrize("tracked", [True, False])
def test_mine_stays_as_it_is_where_it_has_everything(settle: Settle, tracked: bool) -> None:
    plan, data = settle(b"# a comment\n" + registry("b", "c"), registry("b"), tracked=tracked)
    assert (plan.write, data) == ((), None)
    assert plan.adopt == (() if tracked else (REGISTRY_PATH,))
    assert REGISTRY_PATH not in plan.blocked


def test_entries_in_conflict_are_named_up_to_ten(settle: Settle) -> None:
    ids = [f"m{number:02}" for number in range(13)]
    plan, data = settle(registry(*ids), registry(*ids, folder="other"))
    reason = plan.blocked[REGISTRY_PATH]
    assert data is None
    assert reason.startswith("model 'm00': path is 'models/m00.py' here and 'other/m00.py' there; model 'm01': ")
    assert "'m09'" in reason and "'m10'" not in reason
    assert reason.endswith("; … and 3 more")


@pytest.mark.parametrize("side", ["mine", "base", "theirs"])
def test_a_side_that_cannot_be_read_is_named(settle: Settle, side: str) -> None:
    sides = {"mine": registry("a"), "base": registry("b"), "theirs": registry("c")} | {side: b"models: 3\n"}
    plan, data = settle(sides["mine"], sides["theirs"], sides["base"])
    where = {"mine": "here", "base": "of the base", "theirs": "of the remote"}[side]
    assert data is None
    assert f"changed on both sides; models in '{REGISTRY_PATH} {where}'" in plan.blocked[REGISTRY_PATH]


def test_a_base_that_nobody_has_any_more_leaves_the_conflict(settle: Settle) -> None:
    plan, data = settle(registry("a"), registry("b"), registry("c"), lost=registry("c"))
    assert data is None
    assert plan.blocked[REGISTRY_PATH].startswith("changed on both sides; no such object: ")


@pytest.mark.parametrize("mode", [Mode.LINK, Mode.EXECUTABLE])
def test_what_is_no_plain_file_is_not_merged(settle: Settle, mode: Mode) -> None:
    plan, data = settle(registry("a"), registry("b"), mode=mode)
    assert (plan.blocked[REGISTRY_PATH], data) == ("added on both sides with different content", None)
