"""log tells which versions the working tree was in sync with."""

import json

import pytest

from modelops_bundle.checkout.project import Project
from tests.support.cli import run
from tests.support.workspace import Workspace


@pytest.fixture
def twice(work: Workspace) -> Workspace:
    """The published checkout with a second version, as tag v2."""
    work.write("models/seir.py", "BETA = 0.4\n")
    work.ok("push", "--tag", "v2")
    return work


def log(work: Workspace, *args: str) -> list[dict[str, object]]:
    versions: list[dict[str, object]] = json.loads(work.ok("log", "--json", *args))["versions"]
    return versions


def test_the_newest_version_comes_first(twice: Workspace, layout: str) -> None:
    newest, oldest = log(twice)
    assert newest["digest"] == twice.ok("resolve-ref", "HEAD").strip()
    assert (newest["command"], newest["where"]) == ("push", f"{layout}:v2")
    assert (oldest["command"], oldest["where"]) == ("push", f"{layout}:latest")


def test_it_counts_files_and_those_that_changed(twice: Workspace) -> None:
    assert [(step["files"], step["changed"]) for step in log(twice)] == [(5, 1), (5, 5)]


def test_a_limit_does_not_hide_what_the_last_one_changed(twice: Workspace) -> None:
    assert [(step["files"], step["changed"]) for step in log(twice, "-n", "1")] == [(5, 1)]
    assert len(log(twice, "-n", "0")) == 2


def test_it_names_the_tags_of_each_version(twice: Workspace, layout: str) -> None:
    twice.ok("tag", "good")
    assert [step["names"] for step in log(twice)] == [["HEAD", f"{layout}:v2", "good"], [f"{layout}:latest"]]


def test_a_version_whose_documents_are_gone_is_still_listed(twice: Workspace) -> None:
    project = Project.discover(twice.root)
    oldest = str(log(twice)[1]["digest"])
    (project.directory / "objects" / oldest[7:9] / oldest[9:]).unlink()
    assert [(step["files"], step["changed"]) for step in log(twice)] == [(5, None), (None, None)]
    assert "  ?" in twice.ok("log").splitlines()[-1]


def test_people_see_one_line_for_each(twice: Workspace) -> None:
    head = twice.ok("resolve-ref", "HEAD").strip()
    lines = twice.ok("log").splitlines()
    assert len(lines) == 3
    assert lines[1].startswith(f"{head[:19]}  ") and "5 files, 1 changed" in lines[1]
    assert twice.ok("log", "--full").splitlines()[1].startswith(f"{head}  ")


def test_a_project_without_a_push_has_no_versions(fresh: Workspace) -> None:
    assert fresh.ok("log") == "Nothing was pushed or pulled yet.\n"
    assert log(fresh) == []


def test_it_works_from_a_subdirectory(twice: Workspace) -> None:
    assert run("log", cwd=twice.root / "models").text == twice.ok("log")


@pytest.mark.parametrize("limit", ["-1", "x"])
def test_a_limit_is_a_number(work: Workspace, limit: str) -> None:
    work.refused(2, "log", "-n", limit)
