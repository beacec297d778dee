"""A clone is there whole, or nothing of it is, unless running it again can go on from there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import AuthRefused, IntegrityError, NotFound, TransferFailed, WorkingTreeConflict
from modelops_bundle.fetching.contents import Origin
from modelops_bundle.pulling.clone import UNFINISHED, begun_clone, clone
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.remotes.remote_reference import RemoteReference
from modelops_bundle.store.refs import base_ref
from modelops_bundle.sync.state import read_log
from tests.modelops_bundle.pushed import TAG, CountingRemote, make, push
from tests.modelops_bundle.samples import everything_below

FILES = {"a": b"content of a", "d/b": b"content of b"}


class Breaking(CountingRemote):
    """A layout whose connection breaks, as `error` says, when a certain blob is asked for."""

    error: Exception | None = None

    def read_blob(self, blob: Descriptor, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        if self.error and blob.digest == digest_of(FILES["d/b"]):
            raise self.error
        return super().read_blob(blob, offset, length)


@pytest.fixture
def remote(tmp_path: Path) -> Breaking:
    push(make(tmp_path / "work", FILES, "storage: {layout: portable}\n"), LayoutRemote(tmp_path / "remote"))
    return Breaking(tmp_path / "remote")


@pytest.fixture
def wanted(remote: Breaking) -> RemoteReference:
    return RemoteReference(remote.name, TAG, None)


def held(root: Path) -> dict[str, bytes | str]:
    return {path: data for path, data in everything_below(root).items() if path in FILES}


def test_a_clone_holds_the_files_and_is_in_sync(remote: Breaking, wanted: RemoteReference, tmp_path: Path) -> None:
    bundle = clone(tmp_path / "out", wanted, Origin(remote))
    project = Project(tmp_path / "out")
    assert held(project.root) == FILES
    assert project.head == project.refs.read(base_ref(remote.name, TAG)) == bundle.digest
    assert [(entry.command, entry.where) for entry in read_log(project)] == [("clone", f"{remote.name}:{TAG}")]
    assert set(project.load_index()) == set(bundle.tree)
    assert not (project.directory / UNFINISHED).exists()


def test_a_version_that_was_named_by_digest_has_no_tag(remote: Breaking, tmp_path: Path) -> None:
    digest = remote.resolve_tag(TAG)
    clone(tmp_path / "out", RemoteReference(remote.name, TAG, digest), Origin(remote))
    project = Project(tmp_path / "out")
    assert (project.head, list(project.refs)) == (digest, [])


@pytest.mark.parametrize("existed", [True, False])
def test_what_is_damaged_leaves_nothing(
    remote: Breaking, wanted: RemoteReference, tmp_path: Path, existed: bool
) -> None:
    if existed:
        (tmp_path / "out").mkdir()
    remote.error = IntegrityError("damaged")
    with pytest.raises(IntegrityError):
        clone(tmp_path / "out", wanted, Origin(remote))
    assert (tmp_path / "out").exists() == existed and everything_below(tmp_path / "out") == {}


def test_what_is_not_there_begins_nothing(remote: Breaking, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        clone(tmp_path / "out", RemoteReference(remote.name, "nope", None), Origin(remote))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("error", [TransferFailed("the connection broke"), AuthRefused("the login expired")])
def test_a_transfer_that_broke_goes_on_with_the_version_that_was_begun(
    remote: Breaking, wanted: RemoteReference, tmp_path: Path, error: Exception
) -> None:
    root = tmp_path / "out"
    remote.error = error
    with pytest.raises(type(error)):
        clone(root, wanted, Origin(remote))
    assert held(root) == {}
    begun = begun_clone(root, wanted)
    assert begun == remote.resolve_tag(TAG)
    # What the tag names meanwhile is not what was begun.
    work = Project(tmp_path / "work")
    (work.root / "a").write_text("newer")
    push(work, LayoutRemote(tmp_path / "remote"))
    remote.error = None
    remote.requests.clear()
    assert clone(root, wanted, Origin(remote), begun).digest == begun
    assert held(root) == FILES
    assert digest_of(FILES["a"]) not in {blob.digest for blob in remote.requests}


def test_nothing_was_begun_in_a_new_or_an_empty_directory(wanted: RemoteReference, tmp_path: Path) -> None:
    assert begun_clone(tmp_path / "out", wanted) is None
    (tmp_path / "out/.modelops-bundle").mkdir(parents=True)
    (tmp_path / "out/.modelops-bundle/.tmp-1").touch()
    assert begun_clone(tmp_path / "out", wanted) is None


def test_another_clone_a_project_or_a_file_is_in_the_way(
    remote: Breaking, wanted: RemoteReference, tmp_path: Path
) -> None:
    remote.error = TransferFailed("the connection broke")
    with pytest.raises(TransferFailed):
        clone(tmp_path / "begun", RemoteReference(remote.name, TAG, remote.resolve_tag(TAG)), Origin(remote))
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").touch()
    (tmp_path / "file").touch()
    for name in ("begun", "full", "file", "work"):
        with pytest.raises(WorkingTreeConflict, match="exists and is not empty"):
            begun_clone(tmp_path / name, wanted)
