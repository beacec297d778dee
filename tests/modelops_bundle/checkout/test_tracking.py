"""What cannot be read is told, and is never taken for unchanged by a push."""

import os
from pathlib import Path

import pytest

from modelops_bundle.bundles.tree import EMPTY
from modelops_bundle.checkout import tracking
from modelops_bundle.checkout.index import Index
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.tracking import refresh, snapshot
from modelops_bundle.checkout.working_tree import Look, Observation, observe
from modelops_bundle.errors import Invalid, TransferFailed
from modelops_bundle.files.hashing import FileChanged
from tests.modelops_bundle.samples import track


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with three tracked files, each of which has changed since."""
    for name in "abc":
        (tmp_path / name).write_text(name)
    project = Project.create(tmp_path)
    track(project, "a", "b", "c")
    for name in "abc":
        (tmp_path / name).write_text(name.upper())
    return project


def being_written(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let those files change whenever they are looked at."""

    def look(root: Path, index: Index, read: Look | None) -> Observation:
        seen = observe(root, index, read)
        for name in names:
            del seen.changed[name]
            seen.unreadable[name] = FileChanged(f"{root}/{name}")
        return seen

    monkeypatch.setattr(tracking, "observe", look)


def test_one_file_that_is_being_written_is_named(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    being_written(monkeypatch, "b")
    with pytest.raises(FileChanged, match="/b'"):
        refresh(project)


def test_all_files_that_cannot_be_read_are_named(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    being_written(monkeypatch, "a", "c")
    with pytest.raises(TransferFailed, match="2 tracked files cannot be read") as refusal:
        refresh(project)
    assert [line[-3:] for line in refusal.value.details] == ["/a'", "/c'"]
    assert refusal.value.hint


def test_a_tolerant_look_takes_in_the_others(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    before = project.load_index()
    being_written(monkeypatch, "b")
    now = refresh(project, tolerant=True)
    assert list(now.unreadable) == ["b"]
    assert now.index["b"] == before["b"]
    assert now.index["a"].sha256 != before["a"].sha256
    assert set(now.tree()) == {"a", "b", "c"}


def test_nothing_is_published_while_a_file_cannot_be_read(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.stat(project.index_path)
    being_written(monkeypatch, "b")
    with pytest.raises(FileChanged):
        snapshot(project, EMPTY)
    assert os.stat(project.index_path) == before


def test_a_directory_in_place_of_a_file_is_no_error(project: Project) -> None:
    (project.root / "a").unlink()
    (project.root / "a").mkdir()
    assert refresh(project).missing == ("a",)


def test_an_error_of_the_system_is_told_as_ours(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: str) -> object:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("modelops_bundle.checkout.working_tree.open_regular", broken)
    with pytest.raises(Invalid, match="3 tracked files cannot be read") as refusal:
        refresh(project)
    assert "Input/output error" in refusal.value.details[0]
