"""diff shows what a push would publish, without the network where the version is known."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.cli import run
from tests.support.workspace import Workspace


@pytest.fixture
def edited(work: Workspace) -> Workspace:
    """The published checkout with one file of each kind of change."""
    work.write("models/seir.py", "BETA = 0.4\n")
    work.write("models/sis.py", "GAMMA = 1\n")
    (work.root / "pyproject.toml").unlink()
    work.ok("add", "models")
    return work


def without_remote(work: Workspace) -> None:
    shutil.rmtree(work.root.parent / "remote")


def test_changes_are_grouped(edited: Workspace) -> None:
    without_remote(edited)
    assert edited.ok("diff").splitlines()[:-1] == [
        *("Added:", "  + models/sis.py"),
        *("Modified:", "  ~ models/seir.py"),
        *("Deleted:", "  - pyproject.toml"),
    ]


def test_the_last_line_counts_them(edited: Workspace) -> None:
    assert edited.ok("diff").splitlines()[-1].endswith(": 3 files: 1 added, 1 modified, 1 deleted")


def test_nothing_differs_after_a_push(work: Workspace) -> None:
    assert work.ok("diff", "--exit-code").endswith(": no differences\n")


def test_the_exit_code_tells_when_asked(edited: Workspace) -> None:
    assert edited.run("diff", "--exit-code").code == 1
    assert edited.run("diff").code == 0


def test_before_the_first_push_all_is_added(fresh: Workspace) -> None:
    assert "  + models/seir.py" in fresh.ok("diff")


def test_what_would_be_pushed_is_compared_with_the_tag_that_is_pushed_to(work: Workspace) -> None:
    work.write("models/seir.py", "BETA = 0.4\n")
    work.ok("push", "--tag", "v2")
    assert "  ~ models/seir.py" in work.ok("diff")
    assert work.ok("diff", "--ref", "v2").endswith(": no differences\n")


@pytest.mark.parametrize("name", ["latest", "HEAD", "before", "digest"])
def test_ref_names_any_version(work: Workspace, name: str) -> None:
    work.ok("tag", "before")
    digest = work.ok("resolve-ref", "HEAD").strip()
    work.write("models/seir.py", "BETA = 0.4\n")
    without_remote(work)
    assert "  ~ models/seir.py" in work.ok("diff", "--ref", digest if name == "digest" else name)


def test_a_tag_of_the_remote_that_is_unknown_here_is_asked_for(work: Workspace, tmp_path: Path) -> None:
    other = Workspace(tmp_path / "other")
    work.ok("clone", f"oci:{tmp_path / 'remote'}", str(other.root))
    other.write("data/cases.csv", "day,cases\n1,4\n")
    other.ok("push", "--tag", "theirs")
    assert "  ~ data/cases.csv" in work.ok("diff", "--ref", "theirs")


def test_an_unknown_version_is_an_error(work: Workspace, fresh: Workspace) -> None:
    assert "no tag 'nowhere'" in work.refused(1, "diff", "--ref", "nowhere")
    assert "no version 'nowhere' here" in fresh.refused(1, "diff", "--ref", "nowhere")
    assert "HEAD names no version" in fresh.refused(1, "diff", "--ref", "HEAD")
    assert "tags/nowhere" in work.refused(1, "diff", "--ref", "tags/nowhere")


def test_paths_limit_it_from_a_subdirectory(edited: Workspace) -> None:
    done = run("diff", "seir.py", cwd=edited.root / "models")
    assert done.text.splitlines()[:-1] == ["Modified:", "  ~ models/seir.py"]
    assert run("diff", "../data", cwd=edited.root / "models").text.endswith(": no differences\n")
    assert run("diff", ".", cwd=edited.root / "models").text.count("models/") == 2


def test_a_path_that_neither_side_has_is_an_error(work: Workspace) -> None:
    assert "'nowhere'" in work.refused(1, "diff", "nowhere")


def test_a_path_that_was_deleted_can_be_asked_for(edited: Workspace) -> None:
    assert "  - pyproject.toml" in edited.ok("diff", "pyproject.toml")


def test_records_are_those_of_diff_index(edited: Workspace) -> None:
    assert edited.ok("diff", "--porcelain", "v1") == edited.ok("diff-index")
    assert edited.ok("diff", "--porcelain", "v1", "-z") == edited.ok("diff-index", "-z")


def test_json_has_both_sides(edited: Workspace) -> None:
    value = json.loads(edited.ok("diff", "--json"))
    assert value["digest"] == edited.ok("resolve-ref", "HEAD").strip()
    assert [(file["path"], file["status"]) for file in value["files"]] == [
        ("models/seir.py", "modified"),
        ("models/sis.py", "added"),
        ("pyproject.toml", "deleted"),
    ]
    assert value["files"][0]["old"].keys() == {"mode", "size", "digest"}
    assert value["files"][1]["old"] is None
    assert value["files"][2]["new"] is None


def test_stat_shows_sizes(edited: Workspace) -> None:
    assert "models/seir.py  M  11 B  11 B" in edited.ok("diff", "--stat")


def test_two_forms_at_once_are_refused(work: Workspace) -> None:
    work.refused(2, "diff", "--json", "--stat")


def test_a_patch_shows_what_differs_inside(edited: Workspace) -> None:
    without_remote(edited)
    assert edited.ok("diff", "-p", "models/seir.py").splitlines() == [
        "diff --git a/models/seir.py b/models/seir.py",
        "--- a/models/seir.py",
        "+++ b/models/seir.py",
        "@@ -1 +1 @@",
        "-BETA = 0.3",
        "+BETA = 0.4",
    ]


def test_old_content_that_is_not_here_is_fetched(work: Workspace, tmp_path: Path) -> None:
    other = Workspace(tmp_path / "other")
    work.ok("clone", f"oci:{tmp_path / 'remote'}", str(other.root))
    other.write("data/cases.csv", "day,cases\n1,4\n")
    other.ok("push", "--tag", "theirs")
    work.ok("fetch", "--tag", "theirs")
    assert "-1,4\n+1,3\n" in work.ok("diff", "-p", "--ref", "theirs")
