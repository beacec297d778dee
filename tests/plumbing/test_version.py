"""A name on the command line finds a version here first, and at the remote where nothing here knows it."""

import shutil
from pathlib import Path

import pytest

from modelops_bundle.errors import NotFound
from modelops_bundle.plumbing._session import Session
from modelops_bundle.plumbing._version import base_version, published_version, version_of
from modelops_bundle.settings import Settings
from modelops_bundle.store.refs import tag_ref
from modelops_bundle.sync.state import record_seen
from tests.plumbing.sample import edit
from tests.support.cli import run


def push(root: Path, *args: str) -> str:
    """Push, and return the digest of HEAD."""
    assert run("push", *args, cwd=root).code == 0
    return run("resolve-ref", "HEAD", cwd=root).text.strip()


@pytest.fixture
def session(root: Path, layout: str) -> Session:
    """The sample project, published as `v1`, which the local tag `mine` names too."""
    run("config", "remote", layout, cwd=root)
    push(root, "--tag", "v1")
    run("tag", "mine", cwd=root)
    return Session(Settings(home=root.parent), root)


def forget(session: Session, digest: str) -> None:
    """Remove a version's manifest from the object store."""
    (session.project.directory / "objects" / digest[7:9] / digest[9:]).unlink()


@pytest.mark.parametrize("name", ["HEAD", "mine", "tags/mine", "v1"])
def test_what_is_known_here_needs_no_remote(session: Session, layout: str, name: str) -> None:
    shutil.rmtree(layout.removeprefix("oci:"))
    assert version_of(session, name).digest == session.project.head


@pytest.mark.parametrize("name", ["HEAD", "mine", "v1"])
def test_documents_that_are_not_here_are_fetched(session: Session, name: str) -> None:
    head = session.project.head
    assert head
    forget(session, head)
    assert version_of(session, name).digest == head


def test_a_tag_that_was_never_seen_is_asked_for(session: Session, layout: str) -> None:
    head = session.project.head
    record_seen(session.project, layout, "v1", None)
    assert version_of(session, "v1").digest == head


def test_a_published_tag_is_what_the_remote_names_now(session: Session, layout: str) -> None:
    old = session.project.head
    edit(session.project.root)
    new = push(session.project.root, "--tag", "v1")
    assert old
    record_seen(session.project, layout, "v1", old)
    assert version_of(session, "v1").digest == old
    assert published_version(session, "v1").digest == new


def test_our_own_tag_gives_way_to_one_of_the_remote(session: Session) -> None:
    old = session.project.head
    assert old
    edit(session.project.root)
    new = push(session.project.root, "--tag", "v1")
    session.project.refs.update(tag_ref("v1"), old)
    assert published_version(session, "v1").digest == new
    assert published_version(session, "mine").digest == old


@pytest.mark.parametrize("name", ["nowhere", "sha256:" + "0" * 64])
def test_what_nobody_knows_is_not_found(session: Session, name: str) -> None:
    for find in (version_of, published_version):
        with pytest.raises(NotFound, match=name):
            find(session, name)


def test_without_a_remote_nobody_is_asked(root: Path) -> None:
    session = Session(Settings(home=root.parent), root)
    for find in (version_of, published_version):
        with pytest.raises(NotFound, match="no remote to ask"):
            find(session, "v1")
    assert base_version(session) is None


def test_a_push_builds_on_what_its_own_tag_holds(session: Session) -> None:
    old = session.project.head
    run("config", "tag", "v1", cwd=session.project.root)
    edit(session.project.root)
    new = push(session.project.root, "--tag", "v2")
    base = base_version(session)
    assert base and (base.digest, session.project.head) == (old, new)
