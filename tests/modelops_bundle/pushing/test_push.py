"""A push sends what was taken, refuses to lose what others pushed, and remembers what is true of the project."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.errors import Invalid, RemoteMoved
from modelops_bundle.fetching.remote_version import require_tag
from modelops_bundle.pushing.push import (
    carry_out_push,
    take_version,
    take_working_tree,
)
from modelops_bundle.pushing.sending import Push
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.sync.state import synced
from tests.modelops_bundle.pushed import TAG, make, push


@pytest.fixture
def remote(tmp_path: Path) -> LayoutRemote:
    return LayoutRemote(tmp_path / "remote")


@pytest.fixture
def alice(tmp_path: Path) -> Project:
    return make(tmp_path / "alice", {"a": "1", "b": "2"})


def test_the_tag_names_what_is_on_disk_and_the_working_tree_is_in_sync_with_it(
    alice: Project, remote: LayoutRemote
) -> None:
    (alice.root / "a").write_text("edited")
    digest = push(alice, remote).bundle.digest
    assert remote.resolve_tag(TAG) == digest
    assert (synced(alice, remote.name, TAG).head, synced(alice, remote.name, TAG).base) == (digest, digest)
    assert require_tag(alice, remote, TAG).tree["a"].size == len("edited")


def test_a_file_that_was_deleted_leaves_the_bundle_and_the_index(alice: Project, remote: LayoutRemote) -> None:
    push(alice, remote)
    (alice.root / "b").unlink()
    assert set(push(alice, remote).bundle.tree) == {"a"}
    assert list(alice.load_index()) == ["a"]


def test_what_somebody_else_pushed_is_not_discarded(alice: Project, remote: LayoutRemote, tmp_path: Path) -> None:
    first = push(alice, remote).bundle.digest
    with pytest.raises(RemoteMoved, match="changes that you do not have, in 2 files") as refusal:
        push(make(tmp_path / "bob", {"c": "3"}), remote)
    assert len(refusal.value.details) == 2 and "pull" in refusal.value.hint
    assert remote.resolve_tag(TAG) == first


def test_there_must_be_something_to_push(tmp_path: Path, remote: LayoutRemote) -> None:
    empty = make(tmp_path / "empty", {"a": "1"})
    (empty.root / "a").unlink()
    with pytest.raises(Invalid, match="nothing to push"):
        push(empty, remote)
    assert remote.resolve_tag(TAG) is None


def test_a_known_version_leaves_the_working_tree_where_it_was(alice: Project, remote: LayoutRemote) -> None:
    old = push(alice, remote).bundle
    (alice.root / "a").write_text("edited")
    now = push(alice, remote).bundle
    outgoing = take_version(alice, remote, "stable", old)
    carry_out_push(alice, remote, Push(outgoing, "stable", synced(alice, remote.name, "stable"), whole_tree=False))
    assert remote.resolve_tag("stable") == old.digest
    assert alice.head == now.digest
    assert synced(alice, remote.name, "stable").base is None


def test_a_working_tree_that_was_switched_meanwhile_is_not_taken_for_what_was_pushed(
    alice: Project, remote: LayoutRemote
) -> None:
    before = synced(alice, remote.name, TAG)
    taken = take_working_tree(alice, remote, TAG)
    other = push(alice, remote, "other").bundle.digest
    (alice.root / "b").unlink()
    (alice.root / "a").write_text("edited")
    switched = push(alice, remote, "other").bundle.digest
    assert switched != other
    carry_out_push(alice, remote, Push(taken.outgoing, TAG, before))
    assert remote.resolve_tag(TAG) == other
    assert alice.head == switched
    assert synced(alice, remote.name, TAG).base is None
