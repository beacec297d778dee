"""Called `modelops-bundles`, the program knows the words of the earlier tool of that name."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.worker import digest_in
from tests.support.workspace import Workspace


@pytest.fixture
def beside(tmp_path: Path, layout: str) -> Workspace:
    """Somebody beside the project `seir`, of which 1.0.0 is published."""
    work = Workspace(tmp_path / "seir", tmp_path / "home")
    work.write("models/sir.py", "BETA = 0.3\n")
    work.write("data/train.csv", "day,cases\n1,3\n")
    work.ok("init", "--remote", layout)
    work.ok("add", ".")
    work.ok("push", "--tag", "1.0.0")
    work.ok("push")
    work.write("models/sir.py", "BETA = 0.4\n")
    return Workspace(tmp_path, tmp_path / "home", program="modelops-bundles")


def inside(beside: Workspace) -> Workspace:
    return replace(beside, root=beside.root / "seir")


def test_scan_is_status_with_its_files(beside: Workspace) -> None:
    usual = Workspace(beside.root / "seir", beside.home)
    assert beside.ok("scan", "seir") == usual.ok("status", "--files")
    assert inside(beside).ok("scan", "--json") == usual.ok("status", "--files", "--json")


def test_plan_tells_what_a_push_sends_and_sends_nothing(beside: Workspace) -> None:
    usual = Workspace(beside.root / "seir", beside.home)
    told = usual.ok("push", "--dry-run")
    assert beside.ok("plan", "seir", "--external-preview") == beside.ok("plan", "seir") == told
    assert json.loads(inside(beside).ok("plan", "--json"))["dry_run"]
    assert usual.ok("push", "--dry-run") == told


def test_push_takes_a_directory_and_finds_the_next_version(beside: Workspace) -> None:
    assert ":1.1.0: " in beside.ok("push", "seir", "--bump", "minor", "--dry-run")
    pushed = beside.ok("push", "seir", "--bump", "minor")
    assert ":1.1.0: " in pushed
    assert inside(beside).ok("resolve", "1.1.0").splitlines()[1] == f"Manifest: {digest_in(pushed)}"
    assert ":1.1.1" in inside(beside).ok("push", "--bump", "patch", "--force")


def test_diff_takes_a_version_in_any_spelling_or_a_path(beside: Workspace, layout: str) -> None:
    user = inside(beside)
    digest = json.loads(user.ok("resolve", "1.0.0", "--json"))["manifest_digest"]
    user.ok("push", ".")
    for reference in ("1.0.0", digest, f"@{digest}", f"{layout}:1.0.0"):
        assert "~ models/sir.py" in user.ok("diff", reference)
    assert "no differences" in user.ok("diff", "latest")
    user.write("models/sir.py", "BETA = 0.5\n")
    assert "~ models/sir.py" in user.ok("diff", "models")
    assert "~ models/sir.py" in user.ok("diff")
    assert "no differences" in user.ok("diff", "data/train.csv")
    assert user.run("diff", "1.0.0", "--exit-code").code == 1
    user.refused(1, "diff", "2.0.0")


def test_pull_has_the_options_of_materialize(beside: Workspace, layout: str) -> None:
    told = beside.run("pull", f"{layout}:1.0.0", "out", "--role", "runtime", "--no-cache", "--ci", "--verbose")
    assert told.code == 0 and told.stderr == ""
    assert "created   models/sir.py" in told.text
    assert not (beside.root / "out" / "data").exists()
    beside.refused(2, "pull", "--ci")


def test_a_directory_that_is_not_there_is_a_mistake(beside: Workspace) -> None:
    for word in ("scan", "plan", "push"):
        assert f"hint: modelops-bundles {word} --help" in beside.refused(2, word, "none")


def test_only_the_program_of_that_name_knows_them(beside: Workspace) -> None:
    assert "scan" in beside.ok("--help")
    assert "Usage: modelops-bundles scan [OPTIONS] [WORKING_DIR]" in beside.ok("scan", "--help")
    assert "did you mean 'scan'?" in beside.refused(2, "scam")
    usual = replace(inside(beside), program="modelops-bundle")
    assert "no such command: 'scan'" in usual.refused(2, "scan")
    assert "earlier" not in usual.ok("--help")
