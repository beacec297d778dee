"""Where the working tree stands is told from what is here, and never made up."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.tree import tree_of
from modelops_bundle.bundles.tree_diff import State
from modelops_bundle.checkout import tracking
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.tracking import Tracked
from modelops_bundle.errors import Busy
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.safe_path import METADATA_DIR
from modelops_bundle.sync import status
from modelops_bundle.sync.state import record_seen
from modelops_bundle.sync.status import Standing, Status, look_at
from tests.modelops_bundle.pushed import TAG, make, push
from tests.modelops_bundle.samples import digest_number
from tests.properties.strategies import entry
from tests.support.bundles import titled_bundle


@pytest.fixture
def remote(tmp_path: Path) -> LayoutRemote:
    return LayoutRemote(tmp_path / "remote")


@pytest.fixture
def alice(tmp_path: Path, remote: LayoutRemote) -> Project:
    """A project that was pushed just now."""
    project = make(tmp_path / "alice", {"a": "1", "b": "2", "c": "3"})
    push(project, remote)
    return project


def seen_from(project: Project, remote: LayoutRemote) -> Status:
    return look_at(Project(project.root), remote.name, TAG)


def somebody_pushes(remote: LayoutRemote, alice: Project, **contents: int) -> None:
    """Let alice see that another version has taken the tag."""
    files = {"a": 1, "b": 2, "c": 3} | contents
    bundle = titled_bundle(tree_of(entry(*file) for file in files.items()), {}, LayerRules({}), {})
    alice.keep(bundle)
    record_seen(alice, remote.name, TAG, bundle.digest)


def test_after_a_push_all_is_in_sync(alice: Project, remote: LayoutRemote) -> None:
    seen = seen_from(alice, remote)
    assert (seen.states, seen.standing, seen.changed) == ({}, Standing.SYNCED, False)
    assert seen.base == seen.seen == remote.resolve_tag(TAG)


def test_changes_here_are_ahead(alice: Project, remote: LayoutRemote) -> None:
    (alice.root / "a").write_text("edited")
    (alice.root / "b").unlink()
    seen = seen_from(alice, remote)
    assert seen.states == {"a": State.MODIFIED_LOCAL, "b": State.DELETED_LOCAL}
    assert (seen.standing, seen.changed) == (Standing.AHEAD, True)


def test_a_file_that_was_deleted_is_seen_though_the_index_has_it(alice: Project, remote: LayoutRemote) -> None:
    (alice.root / "b").unlink()
    assert seen_from(alice, remote).states == {"b": State.DELETED_LOCAL}


def test_changes_there_are_behind(alice: Project, remote: LayoutRemote) -> None:
    somebody_pushes(remote, alice, a=9, new=9)
    seen = seen_from(alice, remote)
    assert seen.states == {"a": State.MODIFIED_REMOTE, "new": State.ADDED_REMOTE}
    assert (seen.standing, seen.changed) == (Standing.BEHIND, False)


@pytest.mark.parametrize(("mine", "state"), [("a", State.CONFLICT), ("b", State.MODIFIED_LOCAL)])
def test_changes_on_both_sides_diverge(alice: Project, remote: LayoutRemote, mine: str, state: State) -> None:
    somebody_pushes(remote, alice, a=9)
    (alice.root / mine).write_text("mine")
    seen = seen_from(alice, remote)
    assert seen.states[mine] is state
    assert (seen.standing, seen.changed) == (Standing.DIVERGED, True)


def test_a_version_that_was_seen_but_not_fetched_is_behind_all_the_same(
    alice: Project, remote: LayoutRemote
) -> None:
    record_seen(alice, remote.name, TAG, digest_number(99))
    seen = seen_from(alice, remote)
    assert (seen.states, seen.standing) == ({}, Standing.BEHIND)


def test_what_was_never_pushed_is_told_from_what_has_no_remote(tmp_path: Path) -> None:
    project = make(tmp_path / "new", {"a": "1"})
    seen = look_at(project, "oci:/nowhere", TAG)
    assert (seen.standing, seen.states, seen.base) == (Standing.NOT_PUSHED, {"a": State.ADDED_LOCAL}, None)
    assert look_at(project, "", TAG).standing is Standing.UNKNOWN


def test_what_was_learned_is_kept_unless_another_command_is_at_work(alice: Project, remote: LayoutRemote) -> None:
    os.utime(alice.root / "a", ns=(0, 10**18))
    before = alice.index_path.read_bytes()
    with alice.lock():
        assert seen_from(alice, remote).states == {}
        assert alice.index_path.read_bytes() == before
    assert seen_from(alice, remote).states == {}
    assert alice.load_index()["a"].ctime_ns == os.stat(alice.root / "a").st_ctime_ns


def test_a_project_that_cannot_be_written_to_can_be_looked_at(
    alice: Project, remote: LayoutRemote, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Project, *, wait: float | None = None) -> None:
        raise PermissionError(METADATA_DIR)

    monkeypatch.setattr(Project, "lock", refuse)
    (alice.root / "a").write_text("edited")
    assert seen_from(alice, remote).states == {"a": State.MODIFIED_LOCAL}


def test_a_file_that_cannot_be_read_is_named_and_counts_as_changed(
    alice: Project, remote: LayoutRemote, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = Busy("it is being written")

    def refresh(project: Project, *, tolerant: bool) -> Tracked:
        assert tolerant
        now = tracking.refresh(project, tolerant=True)
        return replace(now, unreadable={"a": busy})

    monkeypatch.setattr(status, "refresh", refresh)
    seen = seen_from(alice, remote)
    assert (seen.unreadable, seen.states, seen.changed) == ({"a": "it is being written"}, {}, True)
