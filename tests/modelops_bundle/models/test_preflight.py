"""Preflight: what the earlier tool looked for before a push, told from the source alone."""

from dataclasses import replace

import pytest

from modelops_bundle.models.dependencies import Present
from modelops_bundle.models.entries import TargetSet
from modelops_bundle.models.findings import Finding, Kind, Severity
from modelops_bundle.models.overview import Overview
from modelops_bundle.models.preflight import preflight
from modelops_bundle.models.preflight_files import WorkingFiles
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.source.facts import ImportStatement, SyntaxFault
from tests.modelops_bundle.models.registered import FakeFiles, assessed, edited, files_of, model, overview, target

SEIR = model()
FIT = target()


def findings(found: Overview, files: FakeFiles | None = None) -> list[Finding]:
    return preflight(found, files or files_of(found))


def only(found: Overview, files: FakeFiles | None = None) -> Finding:
    (finding,) = findings(found, files)
    return finding


def about(finding: Finding) -> tuple[str, str, str]:
    return finding.severity, finding.category, finding.entity


def test_what_is_in_order_has_no_finding() -> None:
    assert findings(overview(assessed(SEIR), assessed(FIT))) == []


def test_nothing_registered_has_no_finding() -> None:
    assert findings(overview(), FakeFiles()) == []


@pytest.mark.parametrize("path", ["models/seir.py", "models/__init__.py", "data/people.csv"])
def test_a_missing_file_of_a_model(path: str) -> None:
    found = overview(assessed(SEIR, Present(SEIR, (path,)), gone=[path]))
    files = files_of(found)
    del files.contents[path]
    told = next(each for each in findings(found, files) if each.category == "missing-file")
    assert about(told) == ("error", "missing-file", "seir")
    assert told.path == path
    assert "refresh seir" in told.suggestion


def test_a_missing_observation_of_a_target() -> None:
    now = Present(FIT, ("data/observed.csv",))
    told = only(overview(assessed(SEIR), assessed(FIT, now)))
    assert (told.kind, told.category, told.path) == (Kind.TARGET, "missing-file", "data/observed.csv")


@pytest.mark.parametrize(
    ("entrypoint", "category"),
    [
        ("models.seir", "invalid-entrypoint"),
        ("models.seir:Other", "invalid-entrypoint"),
        ("models.other:Seir", "invalid-entrypoint"),
        ("models/seir.py:Seir", "invalid-entrypoint"),
        ("models..seir:Seir", "invalid-entrypoint"),
        ("seir:Seir", "invalid-module-path"),
    ],
)
def test_a_bad_entry_point(entrypoint: str, category: str) -> None:
    entry = replace(SEIR, entrypoint=entrypoint)
    told = only(overview(assessed(entry)))
    assert about(told) == ("error", category, "seir")
    assert entrypoint in told.message
    assert "modelops-bundle register-model models/seir.py" in told.suggestion


@pytest.mark.parametrize("entrypoint", ["lib.seir:Seir", "src.lib.seir:Seir"])
def test_an_entry_point_may_leave_out_a_root_of_code(entrypoint: str) -> None:
    entry = model(path="src/lib/seir.py", code=["src/lib/__init__.py", "src/__init__.py"])
    assert findings(overview(assessed(replace(entry, entrypoint=entrypoint)))) == []


def test_a_class_that_is_gone() -> None:
    told = only(overview(assessed(SEIR, Present(SEIR, class_found=False))))
    assert about(told) == ("error", "missing-entrypoint-symbol", "seir")
    assert "no class 'Seir' in 'models/seir.py'" in told.message
    told = only(overview(assessed(SEIR), assessed(FIT, Present(FIT, class_found=False))))
    assert "no function 'fit'" in told.message


def test_a_syntax_error_names_its_line_and_hides_that_the_class_is_gone() -> None:
    fault = ("models/seir.py", SyntaxFault("'(' was never closed", 12))
    told = only(overview(assessed(SEIR, Present(SEIR, class_found=False, faults=(fault,)))))
    assert (*about(told), told.place) == ("error", "syntax-error", "seir", "models/seir.py:12")
    assert told.message == "'(' was never closed"


def test_an_import_of_what_is_not_there_is_a_warning() -> None:
    lost = ("models/seir.py", ImportStatement("util", 3, level=1, names=("rate",)))
    told = only(overview(replace(assessed(SEIR), unresolved=(lost,))))
    assert (*about(told), told.place) == ("warning", "unresolved-import", "seir", "models/seir.py:3")
    assert "'.util: rate'" in told.message


def test_stale_dependencies_are_told_too() -> None:
    told = only(overview(assessed(SEIR, Present(edited(SEIR, "data/people.csv")))))
    assert about(told) == ("error", "stale", "seir")


def test_a_target_without_its_output() -> None:
    other = replace(FIT, model_output="deaths")
    told = next(each for each in findings(overview(assessed(SEIR), assessed(other))) if each.kind is Kind.TARGET)
    assert about(told) == ("error", "output-pairing", "fit")
    assert "'deaths'" in told.message and "incidence" in told.suggestion


def test_a_target_without_any_model() -> None:
    told = only(overview(assessed(FIT)))
    assert about(told) == ("error", "output-pairing", "fit")
    assert "register-model" in told.suggestion


def test_a_model_that_says_nothing_of_its_outputs_may_have_any() -> None:
    found = findings(overview(assessed(model(outputs=[])), assessed(FIT)))
    assert [about(each) for each in found] == [
        ("warning", "empty-outputs", "seir"),
        ("warning", "output-pairing", "fit"),
    ]


def test_outputs_are_those_of_the_source_and_not_of_the_registry() -> None:
    now = Present(replace(SEIR, outputs=("deaths",)))
    told = findings(overview(assessed(SEIR, now), assessed(FIT)))
    assert "output-pairing" in {each.category for each in told}


def test_an_unused_output_is_worth_mentioning_where_there_are_targets() -> None:
    several = model(outputs=["incidence", "deaths", "beds"])
    told = only(overview(assessed(several), assessed(FIT)))
    assert about(told) == ("info", "unused-output", "seir")
    assert "'deaths', 'beds'" in told.message
    assert findings(overview(assessed(several))) == []


def test_a_target_set_with_an_unknown_target() -> None:
    sets = {"all": TargetSet(("fit", "gone"))}
    told = only(overview(assessed(SEIR), assessed(FIT), target_sets=sets))
    assert (told.kind, *about(told)) == (Kind.TARGET_SET, "error", "unknown-target", "all")
    assert "'gone'" in told.message


def test_an_untracked_dependency_is_an_error_since_no_push_takes_it_along() -> None:
    found = overview(assessed(SEIR))
    files = files_of(found)
    files.untracked = {"data/people.csv", "models/__init__.py"}
    told = {each.path: each for each in findings(found, files)}
    assert told["data/people.csv"].category == "untracked-file"
    assert told["models/__init__.py"].category == "untracked-init-file"
    assert {each.severity for each in told.values()} == {Severity.ERROR}


def test_a_dependency_that_is_new_becomes_tracked_when_it_is_registered() -> None:
    now = Present(model(code=["models/__init__.py", "models/util.py"]))
    assert {each.category for each in findings(overview(assessed(SEIR, now)))} == {"stale"}


def test_an_untracked_registry() -> None:
    found = overview(assessed(SEIR))
    files = files_of(found)
    files.untracked = {REGISTRY_PATH}
    told = only(found, files)
    assert (told.kind, told.category, told.path) == (Kind.BUNDLE, "untracked-file", REGISTRY_PATH)


def test_a_package_without_init() -> None:
    entry = model(path="lib/models/seir.py", code=["lib/models/__init__.py"])
    told = only(overview(assessed(entry)))
    assert (*about(told), told.path) == ("warning", "missing-init-file", "seir", "lib/__init__.py")


def test_a_missing_an_untracked_and_an_invalid_pyproject() -> None:
    found = overview(assessed(SEIR))
    files = files_of(found)
    files.untracked = {"pyproject.toml"}
    assert only(found, files).category == "missing-dependency-file"
    files.untracked = set()
    files.contents["pyproject.toml"] = b"[project]\nname = \n"
    told = only(found, files)
    assert (told.category, told.place) == ("invalid-pyproject", "pyproject.toml:2")
    files.contents["pyproject.toml"] = b"\xff"
    assert only(found, files).category == "invalid-pyproject"
    del files.contents["pyproject.toml"]
    told = only(found, files)
    assert (told.severity, told.category) == (Severity.ERROR, "missing-dependency-file")


@pytest.mark.parametrize(
    "document",
    [
        '[project.entry-points."modelops.wire"]\nexecute = "models.wire:run"\n',
        '[project]\ndependencies = ["modelops_calabaria @ git+https://example.org/x"]\n',
    ],
)
def test_what_runs_models_on_a_worker_is_found(document: str) -> None:
    found = overview(assessed(SEIR))
    files = files_of(found)
    files.contents["pyproject.toml"] = document.encode()
    assert findings(found, files) == []


@pytest.mark.parametrize(
    "document", ["", "project = 3", "[project]\ndependencies = 3", '[project]\nentry-points = ""']
)
def test_a_bundle_that_nothing_can_run_is_a_warning(document: str) -> None:
    found = overview(assessed(SEIR))
    files = files_of(found)
    files.contents["pyproject.toml"] = document.encode()
    told = only(found, files)
    assert (told.severity, told.category) == (Severity.WARNING, "missing-wire")
    files.contents["wire.py"] = b""
    assert findings(found, files) == []


def test_errors_come_first_and_everything_has_a_suggestion() -> None:
    broken = assessed(SEIR, Present(edited(SEIR, "models/__init__.py", meaning=False)))
    found = findings(overview(broken, assessed(replace(FIT, model_output="deaths"))))
    assert [each.severity for each in found] == sorted((each.severity for each in found), key=list(Severity).index)
    assert len(found) == 3
    assert all(each.suggestion for each in found)


def test_working_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("project")
    (root / "wire.py").write_bytes(b"x = 1\n")
    files = WorkingFiles(root, {"gone.py"})
    assert files.exists("wire.py") and not files.exists("gone.py") and not files.exists(".")
    assert files.tracked("gone.py") and not files.tracked("wire.py")
    assert files.read("wire.py") == b"x = 1\n"
