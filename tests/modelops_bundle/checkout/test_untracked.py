"""Which files are not tracked: those that could be, and those that the rules leave out."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.untracked import ignored, untracked


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for path in ("b", "a", "d/x", "d/x.log", "run.log", ".git/config", "sub/.git/HEAD", ".mops/ptr/a.json"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    (tmp_path / ".modelopsignore").write_text("*.log\n")
    return Project.create(tmp_path)


def test_untracked_files_are_those_that_add_would_take(project: Project) -> None:
    assert list(untracked(project, {"a"})) == [".modelopsignore", "b", "d/x"]


def test_what_travels_from_the_metadata_directory_counts_and_nothing_else_there(project: Project) -> None:
    for name in ("config.yaml", "local.yaml", "registry.yaml"):
        (project.directory / name).touch()
    travelling = [".modelops-bundle/config.yaml", ".modelops-bundle/registry.yaml"]
    assert list(untracked(project, {"a", "b", "d/x", ".modelopsignore"})) == travelling
    assert [path for path in untracked(project, travelling) if path.startswith(".modelops-bundle/")] == []


def test_ignored_files_are_those_that_the_rules_leave_out(project: Project) -> None:
    assert [path for path in ignored(project, set()) if path.endswith(".log")] == ["d/x.log", "run.log"]
    assert "b" not in set(ignored(project, set()))


def test_a_tracked_file_is_not_ignored_whatever_the_rules_say(project: Project) -> None:
    assert "run.log" not in set(ignored(project, {"run.log"}))


def test_what_can_never_be_tracked_is_not_even_ignored(project: Project) -> None:
    found = set(untracked(project, set())) | set(ignored(project, set()))
    assert not [path for path in found if {".git", ".mops"} & set(path.split("/"))]
