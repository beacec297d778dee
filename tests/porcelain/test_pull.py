"""pull tells what came in, to people and to scripts, and its exit codes tell how it ended."""

import json
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from tests.porcelain.conftest import FILES
from tests.support.workspace import Workspace


@pytest.fixture
def bob(work: Workspace, layout: str, tmp_path: Path) -> Workspace:
    """Somebody who cloned before the author edited a file, added one and removed one."""
    work.ok("clone", layout, str(tmp_path / "bob"))
    work.write("data/cases.csv", "day,cases\n1,4\n")
    work.write("new.csv", "1\n")
    work.ok("add", "new.csv")
    work.ok("remove", "--rm", "models/seir.py")
    work.ok("push")
    return Workspace(tmp_path / "bob")


def test_people_are_told_what_came_in(bob: Workspace, work: Workspace, layout: str) -> None:
    assert bob.ok("pull").splitlines() == [
        "Added at the remote:",
        "  + new.csv",
        "Modified at the remote:",
        "  ~ data/cases.csv",
        "Deleted at the remote:",
        "  - models/seir.py",
        f"2 files written, 1 deleted ({layout}:latest)",
        f"Digest: {Project(work.root).head}",
    ]
    assert bob.tree() == work.tree()
    assert bob.ok("pull").splitlines()[0] == f"Everything up to date with {layout}:latest"


def test_scripts_get_records_or_a_document(bob: Workspace, layout: str) -> None:
    records = set(bob.ok("pull", "-n", "--porcelain=v1").splitlines())
    assert records == {
        "modified-remote\tdata/cases.csv",
        "added-remote\tnew.csv",
        "deleted-remote\tmodels/seir.py",
    }
    value = json.loads(bob.ok("pull", "--json"))
    assert (value["written"], value["deleted"]) == (["data/cases.csv", "new.csv"], ["models/seir.py"])
    assert (value["from"], value["conflicts"], value["dry_run"]) == (f"{layout}:latest", {}, False)
    assert "bytes" not in value


def test_a_dry_run_tells_what_it_would_cost_and_changes_nothing(bob: Workspace) -> None:
    before = bob.tree()
    assert "2 files would be written, 1 would be deleted" in bob.ok("pull", "--dry-run")
    value = json.loads(bob.ok("pull", "--dry-run", "--json"))
    assert value["dry_run"] is True and value["requests"] == 2
    assert value["bytes"] == len("day,cases\n1,4\n") + len("1\n")
    assert bob.tree() == before


@pytest.mark.parametrize("dry", [[], ["-n"]])
def test_a_conflict_is_an_exit_code_and_changes_nothing(bob: Workspace, dry: list[str]) -> None:
    bob.write("data/cases.csv", "mine\n")
    before = bob.tree()
    assert "data/cases.csv" in bob.refused(12, "pull", *dry)
    assert bob.tree() == before


def test_what_was_overwritten_is_kept_and_named(bob: Workspace, work: Workspace) -> None:
    bob.write("data/cases.csv", "mine\n")
    told = bob.run("pull", "--overwrite").stderr
    assert bob.tree() == work.tree()
    (line,) = [line for line in told.splitlines() if "'data/cases.csv' is kept" in line]
    assert bob.ok(*line.partition("modelops-bundle ")[2].split()) == "mine\n"


def test_what_was_deleted_here_stays_deleted_unless_asked_for(bob: Workspace) -> None:
    (bob.root / "pyproject.toml").unlink()
    assert "1 file deleted here stays deleted" in bob.run("pull").stderr
    assert not (bob.root / "pyproject.toml").exists()
    bob.ok("pull", "--restore-deleted")
    assert bob.read("pyproject.toml") == FILES["pyproject.toml"]


def test_a_version_can_be_named(bob: Workspace, work: Workspace) -> None:
    bob.ok("pull")
    bob.ok("push", "--tag", "v1")
    first = Project(work.root).head
    work.write("data/cases.csv", "day,cases\n1,5\n")
    work.ok("push")
    assert f"Digest: {first}" in bob.ok("pull", "--ref", str(first))
    bob.ok("pull")
    assert bob.read("data/cases.csv") == "day,cases\n1,5\n"
    bob.ok("pull", "--tag", "v1")
    assert bob.read("data/cases.csv") == "day,cases\n1,4\n"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (1, ["--tag", "nope"]),
        (2, ["--ref", "a b"]),
    ],
)
def test_what_makes_no_sense_is_refused(bob: Workspace, code: int, words: list[str]) -> None:
    before = bob.tree()
    bob.refused(code, "pull", *words)
    assert bob.tree() == before


@pytest.mark.parametrize(
    "words",
    [["--role", "runtime"], ["only-one"], ["oci:a", "b", "--tag", "v1"], ["oci:a", "b", "--restore-deleted"]],
)
def test_a_role_and_a_merge_are_not_asked_for_at_once(bob: Workspace, words: list[str]) -> None:
    assert "a directory of its own" in bob.refused(2, "pull", *words)


def test_with_a_reference_and_a_directory_it_materializes(bob: Workspace, layout: str) -> None:
    printed = bob.ok("pull", f"{layout}:latest", "../out", "--role", "runtime")
    assert printed.startswith(f"Materialized {layout}:latest to ../out\nRole: runtime\n")
    assert not (bob.root.parent / "out/data").exists()
