"""gc removes what nothing needs, tells how much that was, and never what a version or a file needs."""

import json

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import digest_of
from tests.support.workspace import Workspace

LEFT = digest_of(b"left behind")


@pytest.fixture
def project(work: Workspace) -> Project:
    """A pushed project with an object that nothing needs."""
    project = Project(work.root)
    project.objects.put(b"left behind")
    return project


def test_what_is_young_stays(work: Workspace, project: Project) -> None:
    assert work.ok("gc").startswith("Removed 0 objects, 0 B; ")
    assert LEFT in project.objects


def test_a_dry_run_tells_what_would_go(work: Workspace, project: Project) -> None:
    assert work.ok("gc", "-n", "--older-than", "0").startswith("Would remove 1 object, 11 B; ")
    value = json.loads(work.ok("gc", "-n", "--older-than", "0", "--json"))
    assert (value["removed"], value["size"], value["dry_run"]) == ([{"digest": LEFT, "size": 11}], 11, True)
    assert LEFT in project.objects


def test_every_version_and_every_file_stays_whole(work: Workspace, project: Project) -> None:
    work.write("data/cases.csv", "day,cases\n1,4\n")
    work.ok("add", "data/cases.csv")
    needed = set(project.objects) - {LEFT}
    assert work.ok("gc", "--older-than", "0") == f"Removed 1 object, 11 B; {len(needed)} kept\n"
    assert set(project.objects) == needed
    work.ok("push")


def test_an_age_is_not_negative(work: Workspace, project: Project) -> None:
    work.refused(2, "gc", "--older-than", "-1")
    assert LEFT in project.objects
