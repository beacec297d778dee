"""check tells what is stale or broken, and fails if anything is."""

import os
import shutil
from pathlib import Path

import pytest

from tests.plumbing.sample import assert_refused, check_golden
from tests.support.cli import run
from tests.support.model_projects import NETWORK, RATES, edit, make_registered, models
from tests.support.workspace import Workspace

READY = (0, "", "")


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    """A project with two models and two targets, all of them ready."""
    return make_registered(tmp_path / "project")


def check(work: Workspace, *arguments: str) -> tuple[int, str, str]:
    result = work.run("check", *arguments)
    return result.code, result.text, result.stderr


def records(work: Workspace, *arguments: str) -> list[list[str]]:
    """Return the records of a check: fields, entity, place, message and suggestion of each."""
    return [line.split("\t") for line in check(work, *arguments)[1].splitlines()]


def told(work: Workspace, *arguments: str) -> list[str]:
    """Return severity, category, kind, entity and place of each finding."""
    return [" ".join(fields[:3]) for fields in records(work, *arguments)]


def errors(work: Workspace, *arguments: str) -> list[str]:
    return [text for text in told(work, *arguments) if text.startswith("error ")]


def spoil(work: Workspace) -> None:
    """Make one model stale and the other one broken, and leave a target without observations."""
    edit(work, "models/rates.py", "0.3", "0.4")
    edit(work, "models/network.py", "return raw", "return (raw")
    (work.root / "data/cases.csv").unlink()


def test_what_is_ready_passes(work: Workspace) -> None:
    code, text, said = check(work)
    assert (code, said) == (0, "")
    assert [line.split("\t")[0] for line in text.splitlines()] == ["info unused-output model"]


def test_a_project_without_a_registry_passes(tmp_path: Path) -> None:
    run("init", cwd=tmp_path)
    assert check(Workspace(tmp_path)) == READY


def test_output_format(work: Workspace) -> None:
    odd = 'data/say "hi".csv'
    work.write(odd, "1\n")
    work.ok("register-model", "models/seir.py", "--data", odd)
    work.write(odd, "2\n")
    spoil(work)
    # What Python says of a syntax error is not the same in all its versions.
    work.write("models/network.py", NETWORK.replace("NetworkSeir", "Renamed"))
    check_golden("check", work.run("check").stdout)
    check_golden("check.z", work.run("check", "-z").stdout)


def test_what_is_stale_fails(work: Workspace) -> None:
    edit(work, "models/rates.py", "0.3", "0.4")
    assert errors(work) == ["error stale model seir_seir models/rates.py:0"]
    result = work.run("check")
    assert_refused(result, 1, "stale: 'seir_seir'", "modelops-bundle why seir_seir", written=result.stdout)


def test_what_is_broken_fails_and_names_the_line(work: Workspace) -> None:
    edit(work, "models/network.py", "return raw", "return (raw")
    assert errors(work)[0] == "error syntax-error model network_networkseir models/network.py:7"
    assert "broken: 'network_networkseir'" in check(work)[2]


@pytest.mark.parametrize(
    ("text", "why"),
    [("X = 1\n" * 750_000, "more than 4 MiB of Python"), (f"X = {'-' * 100_000}1\n", "nested too deeply")],
)
def test_a_source_that_is_too_large_or_too_deep_breaks_no_model(work: Workspace, text: str, why: str) -> None:
    work.write("models/rates.py", RATES + text)
    assert errors(work) == ["error stale model seir_seir models/rates.py:0"]
    work.ok("refresh")
    code, _, said = check(work)
    assert (code, said) == (0, "")
    (warning,) = [fields for fields in records(work) if fields[0].startswith("warning")]
    assert warning[:3] == ["warning not-analysed model", "seir_seir", "models/rates.py:0"]
    assert warning[3].startswith(why)
    digest = work.ok("hash-object", "models/rates.py").strip()
    assert models(work)["seir_seir"]["code_digests"]["models/rates.py"] == digest
    edit(work, "models/rates.py", "BETA", "# Rates.\nBETA")
    assert errors(work) == ["error stale model seir_seir models/rates.py:0"]


def test_comments_and_formatting_fail_only_when_strict(work: Workspace) -> None:
    work.write("models/rates.py", "# Rates.\n\n" + RATES.replace(" ", "  "))
    assert check(work)[0] == 0
    assert "info cosmetic model seir_seir models/rates.py:0" in told(work)
    assert errors(work, "--strict") == ["error stale model seir_seir models/rates.py:0"]


def test_files_limit_it_to_what_depends_on_them(work: Workspace) -> None:
    spoil(work)
    assert {line.split()[3] for line in errors(work, "models/rates.py")} == {"seir_seir", "weekly_cases"}
    assert {line.split()[3] for line in errors(work, "models/network.py")} == {
        "network_networkseir",
        "weekly_cases",
    }


def test_a_file_that_nothing_depends_on_passes(work: Workspace) -> None:
    edit(work, "models/rates.py", "0.3", "0.4")
    assert check(work, "README.md", "data/cases.csv") == READY


def test_a_file_outside_the_project_concerns_nobody(work: Workspace, tmp_path: Path) -> None:
    edit(work, "models/rates.py", "0.3", "0.4")
    (tmp_path / "elsewhere.py").touch()
    assert check(work, "../elsewhere.py", str(tmp_path / "elsewhere.py")) == READY


def test_a_file_that_never_was_is_refused(work: Workspace) -> None:
    edit(work, "models/rates.py", "0.3", "0.4")
    assert_refused(work.run("check", "models/ratse.py"), 2, "no such file: 'models/ratse.py'", "'models/rates.py'")
    assert_refused(work.run("check", "../x"), 2, "no such file: '../x'", "current directory")
    several = work.run("check", "models/rates.py", "a", "b")
    assert (several.code, several.text) == (2, "")
    assert "2 files do not exist" in several.stderr and "'a'" in several.stderr and "'b'" in several.stderr


def test_a_file_that_vanished_is_no_mistake(work: Workspace) -> None:
    (work.root / "README.md").unlink()
    assert check(work, "README.md") == READY
    shutil.rmtree(work.root / "data/deep")
    assert check(work, "data/deep") == READY
    (work.root / ".modelops-bundle/index").unlink()
    (work.root / "data/people.csv").unlink()
    assert errors(work, "data/people.csv") == ["error missing-file model seir_seir data/people.csv:0"]


def test_a_directory_stands_for_all_below_it(work: Workspace) -> None:
    edit(work, "models/rates.py", "0.3", "0.4")
    assert errors(work, "models/") == errors(work, ".") == errors(work)
    assert check(work, "data")[0] == 1


def test_a_directory_above_the_project_stands_for_all(work: Workspace) -> None:
    edit(work, "models/rates.py", "0.3", "0.4")
    assert errors(work, "..") == errors(work) != []


def test_a_change_of_where_imports_are_looked_for_concerns_all(work: Workspace) -> None:
    work.write("first/modelops_calabaria.py", "")
    work.write(".modelops-bundle/config.yaml", "version: 1\ncode:\n  roots: [first, '.']\n")
    assert errors(work, ".modelops-bundle/config.yaml") == errors(work) != []


def test_the_registry_stands_for_all(work: Workspace) -> None:
    spoil(work)
    assert errors(work, ".modelops-bundle/registry.yaml") == errors(work)


def test_a_deleted_dependency_fails_whatever_files_are_named(work: Workspace) -> None:
    (work.root / "data/people.csv").unlink()
    assert errors(work, "README.md") == ["error missing-file model seir_seir data/people.csv:0"]


def test_a_pipe_among_the_data_is_no_missing_file(work: Workspace) -> None:
    work.ok("register-model", "models/seir.py", "--data", "data")
    os.mkfifo(work.root / "data/pipe")
    ((fields, _, place, message, _),) = [each for each in records(work) if each[0].startswith("error")]
    assert (fields, place) == ("error special-file model", "data/pipe:0")
    assert "it is a named pipe" in message
    for command in "refresh", "hash-deps":
        assert "'data/pipe', which is a named pipe" in work.run(command).stderr
    assert "! data/pipe (data): a named pipe, which no bundle can hold" in work.ok("why", "Seir")
    for name in "data", "data/pipe":
        assert "a named pipe, which no bundle can hold: 'data/pipe'" in work.refused(
            2, "register-model", "models/network.py", "--data", name
        )
    work.ok("register-model", "models/seir.py", "--exclude", "data/pipe")
    assert errors(work) == []


def test_a_file_that_becomes_a_dependency_is_found(work: Workspace) -> None:
    work.write("models/mixing.py", "MATRIX = 1\n")
    edit(work, "models/rates.py", "BETA", "from .mixing import MATRIX\n\nBETA")
    assert "error stale model seir_seir models/mixing.py:0" in errors(work, "models/mixing.py")


def test_it_works_from_a_subdirectory(work: Workspace) -> None:
    edit(work, "models/rates.py", "0.3", "0.4")
    result = run("check", "rates.py", cwd=work.root / "models")
    assert (result.code, result.text.split("\t")[2]) == (1, "models/rates.py:0")


def test_nothing_of_the_project_is_imported_or_written(work: Workspace) -> None:
    work.write("models/rates.py", "import sys\nsys.exit('imported')\n" + RATES)
    before = work.tree()
    assert check(work)[0] == 1
    assert work.tree() == before


def test_a_checkout_that_git_made_has_what_is_ignored_and_was_tracked(work: Workspace) -> None:
    work.write(".modelopsignore", "*.tmp\n")
    work.write("data/deep/notes.tmp", "x\n")
    work.ok("add", "--force", "data/deep/notes.tmp")
    work.ok("register-model", "models/network.py", "--data", "data/deep")
    assert "data/deep/notes.tmp" in models(work)["network_networkseir"]["data"]
    for name in ("index", "cache", "objects"):
        removed = work.root / ".modelops-bundle" / name
        shutil.rmtree(removed) if removed.is_dir() else removed.unlink(missing_ok=True)
    assert errors(work) == []
    assert "Stale" not in work.ok("status") and "not tracked" not in work.ok("status")
    registry = work.read(".modelops-bundle/registry.yaml")
    work.ok("refresh")
    work.ok("register-model", "models/network.py")
    assert work.read(".modelops-bundle/registry.yaml") == registry
    assert "data/deep/notes.tmp" in work.ok("ls-files")


def test_a_checkout_that_git_made_passes_and_its_stale_models_do_not(work: Workspace) -> None:
    for name in ("index", "cache", "objects"):
        removed = work.root / ".modelops-bundle" / name
        shutil.rmtree(removed) if removed.is_dir() else removed.unlink(missing_ok=True)
    assert errors(work) == []
    edit(work, "models/rates.py", "0.3", "0.4")
    assert errors(work) == ["error stale model seir_seir models/rates.py:0"]


def test_a_damaged_registry_is_an_error_that_names_it(work: Workspace) -> None:
    work.write(".modelops-bundle/registry.yaml", "models: [\n")
    assert_refused(work.run("check"), 2, "registry.yaml", "registry.yaml")


def test_many_are_named_in_the_records_and_few_in_the_error(work: Workspace) -> None:
    names = [f"m{number}" for number in range(8)]
    for name in names:
        work.write(f"models/{name}.py", NETWORK)
        work.ok("register-model", f"models/{name}.py")
        edit(work, f"models/{name}.py", "return raw", "return raw + 1")
    code, _, said = check(work)
    assert code == 1
    assert "'m0_networkseir'" in said and "and 3 more" in said
    assert len(errors(work)) == 8
