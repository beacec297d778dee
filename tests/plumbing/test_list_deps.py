"""list-deps prints the imports between the files of a project, each with the line that it stands on."""

from pathlib import Path

import pytest

from tests.modelops_bundle.source.projects import notebook
from tests.plumbing.sample import assert_refused, golden, succeed
from tests.support.cli import run
from tests.support.model_projects import make_unregistered
from tests.support.workspace import Workspace


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    work = make_unregistered(tmp_path / "work")
    work.write("models/rates.py", "import numpy\nfrom shared import tables\n")
    work.write("src/shared/tables.py", "")
    work.write('notes/"fit".ipynb', notebook("x = 1", "\nimport models.sir"))
    work.ok("add", ".")
    work.ok("register-model", "models/seir.py", "--id", "seir", "--code", "models/sir.py")
    work.ok("register-target", "targets/fits.py")
    return work


SEIR = [
    "models/rates.py:2\tsrc/shared/tables.py",
    "models/rates.py:0\tmodels/__init__.py",
    "models/seir.py:5\tmodels/__init__.py",
    "models/seir.py:5\tmodels/rates.py",
]


def listed(work: Workspace, *names: str) -> list[str]:
    return succeed("list-deps", *names, cwd=work.root).splitlines()


def test_output_format(work: Workspace) -> None:
    golden("list-deps", "list-deps", cwd=work.root)
    golden("list-deps.z", "list-deps", "-z", cwd=work.root)


def test_a_file_is_listed_with_all_that_it_needs(work: Workspace) -> None:
    assert listed(work, "models/seir.py") == SEIR
    assert listed(work, "models/sir.py") == ["models/sir.py:0\tmodels/__init__.py"]
    assert listed(work, "src/shared/tables.py") == []


def test_several_files_are_listed_once(work: Workspace) -> None:
    both = listed(work, "models/sir.py", "models/seir.py", "models/rates.py", "models/sir.py")
    assert both == [*SEIR, "models/sir.py:0\tmodels/__init__.py"]


@pytest.mark.parametrize("name", ["seir", "Seir", "models.seir:Seir"])
def test_a_model_stands_for_its_file_and_the_code_that_was_declared(work: Workspace, name: str) -> None:
    assert listed(work, name) == [*SEIR, "models/sir.py:0\tmodels/__init__.py"]


def test_what_a_model_excludes_is_no_dependency_of_it(work: Workspace) -> None:
    work.ok("register-model", "models/seir.py", "--class", "Seir", "--exclude", "models/rates.py")
    left = ["models/seir.py:5\tmodels/__init__.py", "models/sir.py:0\tmodels/__init__.py"]
    assert listed(work, "seir") == left
    assert listed(work, "seir", "models/rates.py") == [*SEIR[:2], *left]
    assert listed(work, "models/seir.py") == SEIR


def test_what_a_model_does_not_follow_is_no_dependency_of_it(work: Workspace) -> None:
    work.ok("register-model", "models/seir.py", "--class", "Seir", "--no-auto-code")
    assert listed(work, "seir") == []
    work.ok("register-model", "models/seir.py", "--class", "Seir", "--code", "models/rates.py")
    assert listed(work, "seir") == ["models/seir.py:5\tmodels/rates.py"]


def test_a_model_without_its_file_is_refused(work: Workspace) -> None:
    (work.root / "models/seir.py").unlink()
    assert_refused(run("list-deps", "seir", cwd=work.root), 1, "no such file: 'models/seir.py'", "")


def test_a_target_stands_for_its_file(work: Workspace) -> None:
    assert listed(work, "deaths") == ["targets/fits.py:0\ttargets/__init__.py"]


def test_a_notebook_is_listed_with_cell_and_line(work: Workspace) -> None:
    assert '"notes/\\"fit\\".ipynb":2:2\tmodels/sir.py' in listed(work, 'notes/"fit".ipynb')


def test_what_is_not_tracked_is_listed_when_it_is_named_or_needed(work: Workspace) -> None:
    work.write("fresh.py", "import unheard\n")
    work.write("unheard.py", "")
    assert listed(work, "fresh.py") == ["fresh.py:1\tunheard.py"]
    assert "fresh.py:1\tunheard.py" not in listed(work)


def test_names_are_those_of_the_current_directory(work: Workspace) -> None:
    assert succeed("list-deps", "seir.py", cwd=work.root / "models").splitlines() == SEIR


def test_what_was_deleted_is_no_source_any_more(work: Workspace) -> None:
    (work.root / "models/seir.py").unlink()
    assert not [line for line in listed(work) if "models/seir.py" in line]


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("models/sier.py", "no such file: 'models/sier.py'", "'models/seir.py'"),
        ("sier", "no such model or target: 'sier'", "'seir'"),
        ("data/people.csv", "no such model or target: 'data/people.csv'", "list"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is_near(
    work: Workspace, name: str, message: str, hint: str
) -> None:
    assert_refused(run("list-deps", name, cwd=work.root), 1, message, hint)


def test_a_file_outside_the_project_is_refused(work: Workspace) -> None:
    assert_refused(run("list-deps", "../x.py", cwd=work.root), 2, "outside the project", "the project is")
