"""A merge that ends half way has lost nothing: what it replaced is an object, what it did not is untouched."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.tree import Mode, TreeEntry, tree_of
from modelops_bundle.checkout.index import Index
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.writing import Checkout
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import WorkingTreeConflict
from modelops_bundle.sync import merge
from modelops_bundle.sync.plan import PullOptions
from tests.modelops_bundle.samples import track
from tests.support.bundles import titled_bundle

PATHS = ("a", "b", "c")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose three files are so large that they are no objects."""
    project = Project.create(tmp_path)
    for path in PATHS:
        (tmp_path / path).write_bytes(b"mine " + path.encode())
        (tmp_path / path).chmod(0o755)
    index = track(project, *PATHS)
    for path in PATHS:
        project.objects.discard(index[path].digest)
    return project


@pytest.fixture
def bundle(project: Project) -> Bundle:
    """A version of the three files with other content, which is here."""
    digest = project.objects.put(b"theirs")
    entries = (TreeEntry(path, Mode.FILE, 6, digest) for path in PATHS)
    return titled_bundle(tree_of(entries), {}, LayerRules({}), {})


def overwrite(project: Project, bundle: Bundle) -> None:
    """Write the version over the files, keeping what they hold."""
    index: Index = project.load_index()
    kept = {path: index[path].digest for path in PATHS}
    merge.checkout(project, bundle, PATHS, (), index, kept)


def test_what_is_overwritten_becomes_an_object(project: Project, bundle: Bundle) -> None:
    overwrite(project, bundle)
    for path in PATHS:
        assert (project.root / path).read_bytes() == b"theirs"
        mine = digest_of(b"mine " + path.encode())
        assert project.objects.verify(mine)
        assert project.objects.path(mine).stat().st_mode & 0o777 == 0o444
        assert project.objects.path(mine).stat().st_nlink == 1


@pytest.mark.parametrize("error", [OSError(13, "Permission denied"), KeyboardInterrupt()])
@pytest.mark.parametrize("stop", PATHS)
def test_an_end_half_way_loses_nothing(
    project: Project, bundle: Bundle, monkeypatch: pytest.MonkeyPatch, stop: str, error: BaseException
) -> None:
    replace = os.replace

    def failing(source: Path, target: str) -> None:
        if target == str(project.root / stop):
            raise error
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", failing)
        with pytest.raises(type(error)):
            overwrite(project, bundle)
    for path in PATHS:
        mine = b"mine " + path.encode()
        assert project.objects.read(digest_of(mine)) == mine
        if path >= stop:
            assert (project.root / path).read_bytes() == mine
            assert (project.root / path).stat().st_mode & 0o777 == 0o755


def test_what_is_kept_is_on_disk_before_it_is_replaced(
    project: Project, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    fsync, replace = os.fsync, os.replace

    def note(handle: int) -> None:
        flushed.append(os.fstat(handle).st_ino)
        fsync(handle)

    def check(source: Path, target: str) -> None:
        if target in {str(project.root / path) for path in PATHS}:
            assert os.stat(target).st_ino in flushed
        replace(source, target)

    monkeypatch.setattr(os, "fsync", note)
    monkeypatch.setattr(os, "replace", check)
    overwrite(project, bundle)


def test_a_damaged_object_is_not_taken_for_what_is_kept(project: Project, bundle: Bundle) -> None:
    mine = digest_of(b"mine a")
    project.objects.path(mine).parent.mkdir(exist_ok=True)
    project.objects.path(mine).write_bytes(b"")
    overwrite(project, bundle)
    assert project.objects.read(mine) == b"mine a"


def test_a_conflict_leaves_files_and_objects_as_they_were(project: Project, bundle: Bundle) -> None:
    index = project.load_index()
    kept = {path: index[path].digest for path in PATHS}
    (project.root / "b").write_bytes(b"just now")
    with pytest.raises(WorkingTreeConflict):
        merge.checkout(project, bundle, PATHS, (), index, kept)
    assert (project.root / "a").read_bytes() == b"mine a"
    assert (project.root / "a").stat().st_nlink == 1
    assert (project.root / "a").stat().st_mode & 0o777 == 0o755
    assert not any(digest in project.objects for digest in kept.values())


def test_a_file_that_is_tracked_no_more_is_kept_when_it_is_overwritten(project: Project) -> None:
    tree = tree_of([TreeEntry("a", Mode.FILE, 6, project.objects.put(b"theirs"))])
    bundle = titled_bundle(tree, {}, LayerRules({}), {})
    index = project.load_index()
    del index["a"]
    project.write_index(index)

    def stage(work: Checkout, paths: Sequence[str]) -> None:
        for path in paths:
            work.stage(bundle.index.files[path], project.objects.path)

    done = merge.merge(project, bundle, tree, PullOptions(overwrite=True), stage)
    assert (project.root / "a").read_bytes() == b"theirs"
    assert done.kept == {"a": digest_of(b"mine a")}
    assert project.objects.read(done.kept["a"]) == b"mine a"
