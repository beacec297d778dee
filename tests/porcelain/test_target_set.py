"""target-set says which targets are fitted together."""

import json
from pathlib import Path

import pytest

from tests.support.model_projects import make_unregistered, registry
from tests.support.workspace import Workspace


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    work = make_unregistered(tmp_path / "work")
    work.ok("register-target", "targets/fits.py")
    return work


def test_a_set_is_made_listed_and_deleted(work: Workspace) -> None:
    assert work.ok("target-set", "set", "fit", "-t", "deaths", "--target", "weekly_cases", "-w", "deaths=0.5") == (
        "fit: deaths=0.5, weekly_cases\n"
    )
    assert registry(work)["target_sets"] == {
        "fit": {"targets": ["deaths", "weekly_cases"], "weights": {"deaths": 0.5}}
    }
    assert work.ok("target-set", "list").splitlines() == [
        "Target set  Targets",
        "fit         deaths=0.5, weekly_cases",
    ]
    assert work.ok("target-set", "delete", "fit") == "- fit: deaths=0.5, weekly_cases\n"
    assert registry(work)["target_sets"] == {}


def test_setting_the_same_again_changes_nothing(work: Workspace) -> None:
    work.ok("target-set", "set", "fit")
    assert work.run("target-set", "set", "fit").stderr == "nothing changed\n"


def test_there_may_be_none(work: Workspace) -> None:
    done = work.run("target-set", "list")
    assert (done.code, done.text) == (0, "")
    assert "no target sets yet" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["set", "fit", "-t", "death"], 1, "did you mean 'deaths'"),
        (["set", "fit", "-t", "deaths", "-w", "weekly_cases=1"], 2, "no member"),
        (["set", "fit", "-w", "deaths"], 2, "not a weight"),
        (["delete", "fit"], 1, "no such target set: 'fit'"),
    ],
)
def test_what_is_wrong_is_refused_and_changes_nothing(
    work: Workspace, arguments: list[str], code: int, said: str
) -> None:
    before = work.everything()
    assert said in work.refused(code, "target-set", *arguments)
    assert work.everything() == before


def test_dry_runs_and_json(work: Workspace) -> None:
    before = work.everything()
    value = json.loads(work.ok("target-set", "set", "fit", "-t", "deaths", "-n", "--json"))
    assert value == {"name": "fit", "targets": ["deaths"], "weights": {}, "changed": True, "dry_run": True}
    assert work.everything() == before
    work.ok("target-set", "set", "fit", "-t", "deaths")
    listed = json.loads(work.ok("target-set", "list", "--json"))
    assert listed == {"target_sets": {"fit": {"targets": ["deaths"], "weights": {}}}}
    before = work.everything()
    assert json.loads(work.ok("target-set", "delete", "fit", "-n", "--json"))["deleted"] == "fit"
    assert work.everything() == before
