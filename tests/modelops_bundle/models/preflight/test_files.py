"""What models need is there, and tracked, so that a push takes it along."""

from pathlib import Path

import pytest

from modelops_bundle.models.dependencies import Present
from modelops_bundle.models.findings import Kind, Severity
from modelops_bundle.models.preflight.files import WorkingFiles
from modelops_bundle.safe_path import REGISTRY_PATH
from tests.modelops_bundle.models.found import about, findings, only
from tests.modelops_bundle.models.registered import assessed, files_of, model, overview, target

SEIR = model()
FIT = target()


@pytest.mark.parametrize("path", ["models/seir.py", "models/__init__.py", "data/people.csv"])
def test_a_missing_file_of_a_model(path: str) -> None:
    found = overview(assessed(SEIR, Present(SEIR, (path,)), gone=[path]))
    files = files_of(found)
    del files.contents[path]
    told = next(each for each in findings(found, files) if each.category == "missing-file")
    assert about(told) == ("error", "missing-file", "seir")
    assert told.path == path
    assert told.suggestion.startswith("restore it")


def test_what_is_suggested_for_a_missing_file_works() -> None:
    """A refresh accepts that a file is gone only where nothing names it."""
    lost = "models/__init__.py"
    found = findings(overview(assessed(SEIR, Present(model(code=())), gone=[lost])))
    (told,) = [each for each in found if each.path == lost]
    assert told.suggestion.endswith("modelops-bundle refresh seir")
    for name, pattern in ("data/people.csv", "data/people.csv"), ("data", "data/"), ("my data", "'my data/'"):
        found = findings(overview(assessed(SEIR, Present(SEIR, (name,)))))
        (told,) = [each for each in found if each.path == name]
        again = "modelops-bundle register-model models/seir.py --class Seir --exclude"
        assert told.suggestion.endswith(f"{again} {pattern}")
    (told,) = findings(overview(assessed(SEIR, Present(SEIR, ("models/seir.py",)))))
    assert told.suggestion.endswith("modelops-bundle unregister seir")


def test_what_is_no_file_is_called_what_it_is() -> None:
    now = Present(model(data=["data/pipe"]), special={"data/pipe": "a named pipe"})
    told = next(each for each in findings(overview(assessed(SEIR, now))) if each.path == "data/pipe")
    assert about(told) == ("error", "special-file", "seir")
    assert "it is a named pipe" in told.message
    assert told.suggestion.endswith("register-model models/seir.py --class Seir --exclude data/pipe")
    told = only(overview(assessed(SEIR), assessed(FIT, Present(FIT, special={"targets/fit.py": "a socket"}))))
    assert (told.category, told.suggestion.endswith("modelops-bundle unregister fit")) == ("special-file", True)


def test_a_missing_observation_of_a_target() -> None:
    now = Present(FIT, ("data/observed.csv",))
    told = only(overview(assessed(SEIR), assessed(FIT, now)))
    assert (told.kind, told.category, told.path) == (Kind.TARGET, "missing-file", "data/observed.csv")
    assert told.suggestion == "restore it, or correct what 'targets/fit.py' names"


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


def test_working_files_are_those_on_disk_and_tracked_ones_those_of_the_index(tmp_path: Path) -> None:
    root = tmp_path
    (root / "wire.py").write_bytes(b"x = 1\n")
    files = WorkingFiles(root, {"gone.py"})
    assert files.exists("wire.py") and not files.exists("gone.py") and not files.exists(".")
    assert files.tracked("gone.py") and not files.tracked("wire.py")
    assert files.read("wire.py") == b"x = 1\n"
