"""Bytes that changed while the stat says that they did not are found; what looks edited is not told."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.adding import add_paths
from modelops_bundle.checkout.index import IndexEntry
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.silent_change import silently_changed


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    project = Project.create(tmp_path)
    add_paths(project, ["a", "b"], force=False)
    return project


def vouch_for(project: Project, path: str, content: IndexEntry | None = None) -> None:
    """Make the index say of a file that it is as it was, as it would say of one whose disk flips a bit."""
    with project.lock():
        index = project.load_index()
        now = (project.root / path).stat()
        entry = index[path]._replace(mtime_ns=now.st_mtime_ns, ctime_ns=now.st_ctime_ns, inode=now.st_ino)
        index[path] = entry._replace(sha256=content.sha256, blake3=content.blake3) if content else entry
        project.write_index(index)


def test_a_file_that_is_what_the_index_says_is_not_told(project: Project) -> None:
    vouch_for(project, "a")
    assert list(silently_changed(project)) == []


def test_a_file_whose_bytes_changed_under_its_stat_is_told(project: Project) -> None:
    vouch_for(project, "a", content=project.load_index()["b"])
    assert list(silently_changed(project)) == ["a"]


def test_an_edited_or_deleted_file_is_not_told(project: Project) -> None:
    (project.root / "a").write_text("edited")
    (project.root / "b").unlink()
    assert list(silently_changed(project)) == []
