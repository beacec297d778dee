"""refresh accepts what models and targets depend on now."""

import json
from pathlib import Path

import pytest

from tests.support.model_projects import REGISTRY, make_unregistered, models
from tests.support.workspace import Workspace


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    work = make_unregistered(tmp_path / "work")
    work.ok("register-model", "models/seir.py", "--class", "Seir", "--data", "data/people.csv")
    work.ok("register-model", "models/sir.py", "--class", "Plain")
    work.ok("register-target", "targets/fits.py")
    return work


def test_nothing_changes_where_nothing_did(work: Workspace) -> None:
    done = work.run("refresh")
    assert (done.code, done.text, done.stderr) == (0, "", "nothing changed\n")


def test_that_comments_of_the_registry_go_is_told(work: Workspace) -> None:
    before = work.read(REGISTRY)
    work.write(REGISTRY, f"# by hand\n{before}")
    done = work.run("refresh")
    assert (done.code, done.text) == (0, "")
    assert "without comments" in done.stderr
    assert work.read(REGISTRY) == before


def test_an_edit_is_accepted_for_those_that_it_is_about(work: Workspace) -> None:
    work.write("models/rates.py", "BETA = 0.4\n")
    assert work.ok("refresh") == "~ seir_seir  models.seir:Seir  4 files\n"
    assert models(work)["seir_seir"]["code_digests"]["models/rates.py"] in work.ok(
        "hash-object", "models/rates.py"
    )


def test_only_those_that_are_named_are_refreshed(work: Workspace) -> None:
    work.write("models/__init__.py", "x = 1\n")
    assert work.ok("refresh", "sir_plain").startswith("~ sir_plain")
    assert work.ok("refresh").startswith("~ seir_seir")


def test_a_new_import_is_tracked(work: Workspace) -> None:
    work.write("models/new.py", "y = 1\n")
    work.write("models/rates.py", "from .new import y\nBETA = y\n")
    done = work.run("refresh")
    assert done.stderr == "tracked 1 new file\n"
    assert "models/new.py" in models(work)["seir_seir"]["code"]
    assert "models/new.py" in work.ok("ls-files")


def test_a_dependency_that_nobody_asks_for_any_more_is_dropped(work: Workspace) -> None:
    source = work.read("models/seir.py")
    work.write("models/seir.py", source.replace("from .rates import BETA", "BETA = 0.3"))
    (work.root / "models/rates.py").unlink()
    work.ok("refresh", "Seir")
    assert models(work)["seir_seir"]["code"] == ["models/__init__.py"]


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("data/people.csv", "'seir_seir' lacks 'data/people.csv'"),
        ("models/seir.py", "'seir_seir' has no file any more: 'models/seir.py'"),
        ("data/cases.csv", "'weekly_cases' lacks 'data/cases.csv'"),
    ],
)
def test_what_is_broken_is_not_accepted(work: Workspace, gone: str, said: str) -> None:
    work.write("models/__init__.py", "x = 1\n")
    (work.root / gone).unlink()
    before = work.everything()
    assert said in work.refused(2, "refresh")
    assert work.everything() == before
    work.ok("refresh", "sir_plain")


def test_a_class_that_is_gone_is_not_accepted(work: Workspace) -> None:
    work.write("models/sir.py", "x = 1\n")
    assert "'sir_plain' has no 'Plain' any more: 'models/sir.py'" in work.refused(2, "refresh")
    work.write("models/sir.py", "x = = 1\n")
    assert "cannot be parsed: 'models/sir.py:1'" in work.refused(2, "refresh")


def test_a_dry_run_tells_and_changes_nothing(work: Workspace) -> None:
    work.write("models/rates.py", "BETA = 0.4\n")
    before = work.everything()
    assert json.loads(work.ok("refresh", "-n", "--json"))["updated"] == ["seir_seir"]
    assert work.everything() == before


def test_nothing_is_registered_and_nothing_is_written(tmp_path: Path) -> None:
    work = make_unregistered(tmp_path / "other")
    before = work.everything()
    assert work.run("refresh").stderr == "nothing changed\n"
    assert work.everything() == before
