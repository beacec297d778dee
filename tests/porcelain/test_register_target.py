"""register-target finds calibration targets, their observations and what else they say."""

import json
from pathlib import Path

import pytest

from tests.support.model_projects import FILES, REGISTRY, make_unregistered, registry
from tests.support.workspace import Workspace


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    return make_unregistered(tmp_path / "work")


def test_targets_are_registered_with_their_observations(work: Workspace) -> None:
    done = work.run("register-target", "targets/fits.py")
    assert done.text.splitlines() == [
        "+ weekly_cases  targets.fits:weekly_cases  3 files",
        "+ deaths  targets.fits:weekly_deaths  3 files",
    ]
    found = registry(work)["targets"]
    cases = found["weekly_cases"]
    assert (cases["model_output"], cases["data"]) == ("incidence", ["data/cases.csv"])
    assert cases["data_digests"] == {"data/cases.csv": work.ok("hash-object", "data/cases.csv").strip()}
    assert (cases["weight"], cases["labels"]) == (2.0, ["region=north"])
    assert "weight" not in found["deaths"]
    assert {"targets/fits.py", "targets/__init__.py", "data/cases.csv", "data/deaths.csv", REGISTRY} <= set(
        work.ok("ls-files").splitlines()
    )


def test_changed_observations_change_the_digest_of_the_target(work: Workspace) -> None:
    work.ok("register-target", "targets/fits.py")
    before = registry(work)["targets"]
    work.write("data/cases.csv", "day,cases\n1,2\n")
    assert work.ok("refresh").splitlines() == ["~ weekly_cases  targets.fits:weekly_cases  3 files"]
    after = registry(work)["targets"]
    assert after["weekly_cases"]["digest"] != before["weekly_cases"]["digest"]
    assert after["deaths"] == before["deaths"]


def test_registering_twice_changes_nothing(work: Workspace) -> None:
    work.ok("register-target", "targets/fits.py")
    before = work.read(REGISTRY)
    done = work.run("register-target", "targets/fits.py")
    assert (done.text, done.stderr) == ("", "nothing changed\n")
    assert work.read(REGISTRY) == before


@pytest.mark.parametrize("name", ["deaths", "weekly_deaths"])
def test_one_target_is_chosen_by_name_or_function_and_loses_no_other(work: Workspace, name: str) -> None:
    work.ok("register-target", "targets/fits.py", "--target", "weekly_cases")
    work.ok("register-target", "targets/fits.py", "-t", name)
    assert set(registry(work)["targets"]) == {"weekly_cases", "deaths"}


def test_targets_are_excluded(work: Workspace) -> None:
    work.ok("register-target", "targets/fits.py", "--exclude", "weekly_d*")
    assert set(registry(work)["targets"]) == {"weekly_cases"}


def test_targets_of_one_name_in_two_files_are_two(work: Workspace) -> None:
    work.write("targets/more.py", FILES["targets/fits.py"])
    work.ok("register-target", "targets/fits.py")
    work.ok("register-target", "targets/more.py")
    assert {id: entry["path"] for id, entry in registry(work)["targets"].items()} == {
        "weekly_cases": "targets/fits.py",
        "deaths": "targets/fits.py",
        "targets.more.weekly_cases": "targets/more.py",
        "targets.more.deaths": "targets/more.py",
    }


def test_observations_are_found_from_the_root_wherever_one_is(work: Workspace) -> None:
    Workspace(work.root / "targets").ok("register-target", "fits.py")
    assert registry(work)["targets"]["deaths"]["data"] == ["data/deaths.csv"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["targets/fit.py"], 1, "did you mean 'targets/fits.py'"),
        (["targets/fits.py", "-t", "weekly_case"], 1, "did you mean 'weekly_cases'"),
        (["models/rates.py"], 1, "no calibration target in 'models/rates.py'"),
        (["targets/fits.py", "-e", "*"], 1, "excluded"),
        (["targets/lost.py"], 1, "no such file: 'data/case.csv'\nhint: did you mean 'data/cases.csv'"),
        (["targets/outside.py"], 2, "outside the project: '../cases.csv'"),
        (["targets.py"], 2, "not in a package"),
    ],
)
def test_what_cannot_be_registered_is_refused_and_changes_nothing(
    work: Workspace, arguments: list[str], code: int, said: str
) -> None:
    source = FILES["targets/fits.py"]
    work.write("targets/lost.py", source.replace("data/cases.csv", "data/case.csv"))
    work.write("targets/outside.py", source.replace("data/cases.csv", "../cases.csv"))
    work.write("targets.py", source)
    work.ok("add", ".")
    before = work.everything()
    assert said in work.refused(code, "register-target", *arguments)
    assert work.everything() == before


def test_what_only_running_the_source_would_tell_is_told(work: Workspace) -> None:
    work.write("targets/fits.py", FILES["targets/fits.py"].replace('{"cases": "data/cases.csv"}', "where()"))
    done = work.run("register-target", "targets/fits.py", "-t", "weekly_cases")
    assert done.code == 0
    assert "warning: only running 'weekly_cases' tells" in done.stderr
    assert "where()" in done.stderr


def test_a_dry_run_changes_nothing(work: Workspace) -> None:
    before = work.everything()
    value = json.loads(work.ok("register-target", "targets/fits.py", "-n", "--json"))
    assert (value["added"], value["dry_run"]) == (["weekly_cases", "deaths"], True)
    assert work.everything() == before
