"""unregister forgets entries, and keeps files."""

import json
from pathlib import Path

import pytest

from tests.support.model_projects import make_unregistered, registry
from tests.support.workspace import Workspace


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    work = make_unregistered(tmp_path / "work")
    work.ok("register-model", "models/seir.py", "--class", "Seir")
    work.ok("register-target", "targets/fits.py")
    work.ok("target-set", "set", "all", "-w", "deaths=0.5")
    work.ok("target-set", "set", "one", "-t", "deaths")
    return work


def test_a_model_is_forgotten_and_its_files_stay_tracked(work: Workspace) -> None:
    before = work.ok("ls-files")
    assert work.ok("unregister", "seir_seir") == "- seir_seir\n"
    assert registry(work)["models"] == {}
    assert set(registry(work)["targets"]) == {"weekly_cases", "deaths"}
    assert work.ok("ls-files") == before


def test_target_sets_lose_a_target_that_is_forgotten(work: Workspace) -> None:
    done = work.run("unregister", "deaths")
    assert registry(work)["target_sets"] == {"all": {"targets": ["weekly_cases"], "weights": {}}}
    assert "target set 'all' has 1 target now" in done.stderr
    assert "target set 'one' has no targets any more, and is forgotten" in done.stderr


def test_several_are_forgotten_by_class_and_function(work: Workspace) -> None:
    value = json.loads(work.ok("unregister", "Seir", "weekly_cases", "deaths", "--json"))
    assert value["removed"] == ["seir_seir", "weekly_cases", "deaths"]
    assert registry(work)["target_sets"] == {}


def test_a_typo_is_refused_and_changes_nothing(work: Workspace) -> None:
    before = work.everything()
    assert "did you mean 'seir_seir'" in work.refused(1, "unregister", "deaths", "seir_sier")
    assert work.everything() == before


def test_a_dry_run_changes_nothing(work: Workspace) -> None:
    before = work.everything()
    done = work.run("unregister", "-n", "deaths")
    assert (done.code, done.text) == (0, "- deaths\n")
    assert "target set 'all' would have 1 target" in done.stderr
    assert "target set 'one' would have no targets, and go" in done.stderr
    assert work.everything() == before
