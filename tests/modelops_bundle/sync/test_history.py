"""Which versions the working tree came from, what they are called, and how much each changed."""

from pathlib import Path

import pytest

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.checkout.project import Project
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.store.refs import HEAD, tag_ref
from modelops_bundle.sync.history import history, names_of_versions
from tests.modelops_bundle.pushed import TAG, make, push


@pytest.fixture
def pushed(tmp_path: Path) -> tuple[Project, list[Bundle]]:
    """A project with three versions: two files, one of them edited, one file more."""
    project, remote = make(tmp_path / "work", {"a": "1", "b": "2"}), LayoutRemote(tmp_path / "remote")
    versions = [push(project, remote).bundle]
    (project.root / "a").write_text("edited")
    versions.append(push(project, remote).bundle)
    (project.root / "b").unlink()
    versions.append(push(project, remote, "v3").bundle)
    return Project(project.root), versions


def test_a_new_project_has_no_history(tmp_path: Path) -> None:
    assert history(Project.create(tmp_path)) == []


def test_the_newest_version_comes_first_with_what_it_changed(pushed: tuple[Project, list[Bundle]]) -> None:
    project, versions = pushed
    steps = history(project)
    assert [step.entry.digest for step in steps] == [bundle.digest for bundle in reversed(versions)]
    assert [(step.files, step.changed) for step in steps] == [(1, 1), (2, 1), (2, 2)]


def test_the_last_one_shown_is_compared_with_the_one_before_it(pushed: tuple[Project, list[Bundle]]) -> None:
    project, _ = pushed
    assert history(project, 2) == history(project)[:2]
    assert history(project, 99) == history(project)


def test_each_version_has_all_its_names(pushed: tuple[Project, list[Bundle]], tmp_path: Path) -> None:
    project, versions = pushed
    project.refs.update(tag_ref("mine"), versions[1].digest)
    there = f"oci:{tmp_path / 'remote'}"
    assert names_of_versions(project) == {
        versions[2].digest: [HEAD, f"{there}:v3"],
        versions[1].digest: [f"{there}:{TAG}", "mine"],
    }
    assert history(project)[2].names == ()


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        (0, [(1, 1), (2, None), (None, None)]),
        (1, [(1, None), (None, None), (2, 2)]),
        (2, [(None, None), (2, 1), (2, 2)]),
    ],
)
def test_nothing_is_told_of_a_version_whose_documents_are_gone(
    pushed: tuple[Project, list[Bundle]], gone: int, told: list[tuple[int | None, int | None]]
) -> None:
    project, versions = pushed
    project.objects.discard(versions[gone].digest)
    assert [(step.files, step.changed) for step in history(project)] == told
    assert [(step.files, step.changed) for step in history(project, 1)] == told[:1]
