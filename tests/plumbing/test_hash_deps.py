"""hash-deps prints what results are keyed by: one digest for each model and target."""

import os
from pathlib import Path

import pytest

from tests.plumbing.sample import assert_refused, golden, succeed
from tests.support.cli import run
from tests.support.model_projects import make_unregistered, models
from tests.support.workspace import Workspace


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    work = make_unregistered(tmp_path / "work")
    work.ok("register-model", "models/seir.py", "--data", "data/people.csv")
    work.ok("register-model", "models/sir.py", "--id", "über uns")
    work.ok("register-target", "targets/fits.py")
    return work


def digests(work: Workspace) -> dict[str, str]:
    rows = (line.split("\t") for line in succeed("hash-deps", cwd=work.root).splitlines())
    return {id: digest for digest, id in rows}


def test_output_format(work: Workspace) -> None:
    golden("hash-deps", "hash-deps", cwd=work.root)
    golden("hash-deps.z", "hash-deps", "-z", cwd=work.root)
    golden("hash-deps.environment", "hash-deps", "--environment", "--python", "3.12.1", cwd=work.root)


def test_what_is_registered_has_the_digest_of_its_files(work: Workspace) -> None:
    assert digests(work)["seir_seir"] == models(work)["seir_seir"]["digest"]


@pytest.mark.parametrize(
    ("path", "content", "changed"),
    [
        ("models/rates.py", "BETA = 0.4\n", {"seir_seir"}),
        ("models/rates.py", "BETA  =  0.3  # per day\n", set()),
        ("models/__init__.py", "x = 1\n", {"seir_seir", "über uns"}),
        ("data/people.csv", "age,count\n1,2\n", {"seir_seir"}),
        ("data/cases.csv", "day,cases\n1,2\n", {"weekly_cases"}),
        ("README.md", "# Other\n", set()),
        ("pyproject.toml", "[project]\n", set()),
    ],
)
def test_a_digest_changes_with_what_a_model_depends_on_and_with_nothing_else(
    work: Workspace, path: str, content: str, changed: set[str]
) -> None:
    before = digests(work)
    work.write(path, content)
    after = digests(work)
    assert {id for id in before if before[id] != after[id]} == changed


def test_only_those_that_are_named_are_printed(work: Workspace) -> None:
    assert succeed("hash-deps", "deaths", "Seir", cwd=work.root).splitlines() == [
        f"{digests(work)['deaths']}\tdeaths",
        f"{digests(work)['seir_seir']}\tseir_seir",
    ]


def test_an_unknown_name_is_refused(work: Workspace) -> None:
    assert_refused(run("hash-deps", "death", cwd=work.root), 1, "no such model or target: 'death'", "'deaths'")


def test_without_one_of_its_files_a_model_has_no_digest(work: Workspace) -> None:
    (work.root / "data/people.csv").unlink()
    assert_refused(run("hash-deps", "Seir", cwd=work.root), 1, "'seir_seir' lacks 'data/people.csv'", "status")
    work.write("data/people.csv", "x\n")
    work.write("models/seir.py", "x = 1\n")
    assert_refused(run("hash-deps", "Seir", cwd=work.root), 1, "has no 'Seir' any more", "status")


def test_the_environment_is_the_lock_files_and_what_is_said(work: Workspace) -> None:
    options: list[list[str]] = [[], ["--python", "3.12"], ["--platform", "linux"], ["--container", "x@sha256:1"]]
    first = [succeed("hash-deps", "--environment", *option, cwd=work.root) for option in options]
    assert len(set(first)) == len(options)
    assert all(line.endswith("\tenvironment\n") for line in first)
    work.write("models/rates.py", "BETA = 0.4\n")
    assert succeed("hash-deps", "--environment", cwd=work.root) == first[0]
    work.write("uv.lock", "version = 1\n")
    assert succeed("hash-deps", "--environment", cwd=work.root) != first[0]


@pytest.mark.parametrize("arguments", [["--environment", "Seir"], ["--python", "3.12"]])
def test_models_and_environment_are_apart(work: Workspace, arguments: list[str]) -> None:
    assert run("hash-deps", *arguments, cwd=work.root).code == 2


def test_nothing_is_registered_and_nothing_is_printed(root: Path) -> None:
    assert succeed("hash-deps", cwd=root) == ""


def test_a_file_whose_name_no_bundle_takes_is_named(work: Workspace) -> None:
    work.ok("register-model", "models/seir.py", "--data", "data")
    odd = work.root / os.fsdecode(b"data/a\xff.csv")
    try:
        odd.touch()
    except OSError:
        pytest.skip("the file system takes names in UTF-8 only")
    assert "its name is not UTF-8" in work.refused(2, "hash-deps", "seir_seir")
    assert "new data of 'seir_seir'" in work.run("check").text
