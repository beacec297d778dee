"""A pull merges what the remote changed, and remembers in the same step what the working tree holds then."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.adding import add_paths
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from modelops_bundle.errors import Busy, NotFound, WorkingTreeConflict
from modelops_bundle.fetching.contents import Origin
from modelops_bundle.pulling.clone import clone
from modelops_bundle.pulling.pull import Incoming, carry_out_pull, find_incoming, preview_pull
from modelops_bundle.pushing.push import carry_out_push, take_working_tree
from modelops_bundle.pushing.sending import Push
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.remotes.remote_reference import RemoteReference
from modelops_bundle.settings import Settings
from modelops_bundle.sync.plan import PullOptions
from modelops_bundle.sync.state import read_log, synced

TAG = "latest"


@pytest.fixture
def remote(tmp_path: Path) -> LayoutRemote:
    return LayoutRemote(tmp_path / "remote")


@pytest.fixture
def alice(tmp_path: Path, remote: LayoutRemote) -> Project:
    root = tmp_path / "alice"
    root.mkdir()
    (root / "a").write_text("1")
    (root / "b").write_text("2")
    project = Project.create(root)
    add_paths(project, ["a", "b"], force=False)
    push(project, remote)
    return project


@pytest.fixture
def bob(tmp_path: Path, alice: Project, remote: LayoutRemote) -> Project:
    clone(tmp_path / "bob", RemoteReference(remote.name, TAG, None), Origin(remote))
    return Project(tmp_path / "bob")


def push(project: Project, remote: LayoutRemote, **edited: str) -> Digest:
    for name, content in edited.items():
        (project.root / name).write_text(content)
    before = synced(project, remote.name, TAG)
    return carry_out_push(
        project, remote, Push(take_working_tree(project, remote, TAG).outgoing, TAG, before)
    ).bundle.digest


def find(project: Project, remote: LayoutRemote, **named: str) -> Incoming:
    return find_incoming(project, remote, Settings(), **named)


def test_what_only_the_remote_changed_comes_in_and_is_remembered(
    alice: Project, bob: Project, remote: LayoutRemote
) -> None:
    digest = push(alice, remote, a="edited")
    (bob.root / "b").write_text("mine")
    work = carry_out_pull(bob, Origin(remote), find(bob, remote), PullOptions())
    assert work.plan.write == ("a",)
    assert ((bob.root / "a").read_text(), (bob.root / "b").read_text()) == ("edited", "mine")
    assert (synced(bob, remote.name, TAG).head, synced(bob, remote.name, TAG).base) == (digest, digest)
    assert [entry.command for entry in read_log(bob)] == ["pull", "clone"]


def test_a_preview_tells_the_same_and_writes_nothing(alice: Project, bob: Project, remote: LayoutRemote) -> None:
    push(alice, remote, a="edited")
    before = synced(bob, remote.name, TAG)
    work, cost = preview_pull(bob, Origin(remote), find(bob, remote), PullOptions())
    assert work.plan.write == ("a",) and cost.size == len("edited")
    assert (bob.root / "a").read_text() == "1"
    assert synced(bob, remote.name, TAG) == before


def test_two_pulls_at_once_cannot_leave_one_version_on_disk_and_another_remembered(
    alice: Project, bob: Project, remote: LayoutRemote
) -> None:
    slow = find(bob, remote)
    digest = push(alice, remote, a="edited")
    carry_out_pull(bob, Origin(remote), find(bob, remote), PullOptions())
    with pytest.raises(Busy, match="another command brought a version into"):
        carry_out_pull(bob, Origin(remote), slow, PullOptions(overwrite=True))
    assert (bob.root / "a").read_text() == "edited"
    assert bob.head == digest


def test_nothing_is_remembered_of_a_pull_that_was_refused(
    alice: Project, bob: Project, remote: LayoutRemote
) -> None:
    push(alice, remote, a="edited")
    (bob.root / "a").write_text("mine")
    before = synced(bob, remote.name, TAG)
    with pytest.raises(WorkingTreeConflict):
        carry_out_pull(bob, Origin(remote), find(bob, remote), PullOptions())
    assert synced(bob, remote.name, TAG) == before
    assert (bob.root / "a").read_text() == "mine"


def test_a_version_named_by_digest_is_not_of_the_projects_tag(
    alice: Project, bob: Project, remote: LayoutRemote
) -> None:
    first = bob.head
    push(alice, remote, a="edited")
    carry_out_pull(bob, Origin(remote), find(bob, remote), PullOptions())
    incoming = find(bob, remote, ref=str(first))
    assert (incoming.tag, incoming.elsewhere) == ("", True)
    carry_out_pull(bob, Origin(remote), incoming, PullOptions())
    assert (bob.root / "a").read_text() == "1"
    assert (bob.head, synced(bob, remote.name, TAG).base) == (first, None)


def test_a_tag_that_the_remote_lacks_is_not_found(bob: Project, remote: LayoutRemote) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        find(bob, remote, tag="nowhere")


def test_changes_that_another_push_overtook_stay(alice: Project, bob: Project, remote: LayoutRemote) -> None:
    """Both pushed at the same moment; the tag names what bob sent, which never held what alice did."""
    first = remote.fetch_manifest(TAG)
    mine = push(alice, remote, a="mine")
    remote.set_tag(TAG, first.data, first.media_type, mine)
    theirs = push(bob, remote, b="his")
    incoming = find(alice, remote)
    assert (incoming.overtaken, incoming.bundle.digest) == (mine, theirs)
    carry_out_pull(alice, Origin(remote), incoming, PullOptions())
    assert ((alice.root / "a").read_text(), (alice.root / "b").read_text()) == ("mine", "his")
