"""An entry as it would be registered now: what it depends on, and what keeps it from being whole."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from modelops_bundle.models.dependencies import Present, present
from modelops_bundle.models.entries import Entry, ModelEntry, TargetEntry
from modelops_bundle.models.model_digest import digest_of_entry
from modelops_bundle.source.facts import Parameter
from modelops_bundle.source.import_graph import ImportGraph
from tests.modelops_bundle.source.projects import make_project, notebook, sources_of
from tests.support.model_projects import FILES

SEIR = ModelEntry("seir", "models/seir.py", "Seir", "models.seir:Seir", declared_data=("data/people.csv",))
FIT = TargetEntry("fit", "targets/fits.py", "weekly_cases", "targets.fits:weekly_cases", "")


def now(root: Path, entry: Entry, files: dict[str, str] | None = None, *, track: bool = False) -> Present:
    sources = sources_of(make_project(root, {**FILES, **(files or {})}, track=track))
    return present(entry, sources, ImportGraph(sources))


def model(found: Present) -> ModelEntry:
    assert isinstance(found.entry, ModelEntry)
    return found.entry


@pytest.mark.parametrize("track", [True, False])
def test_a_model_is_filled_in_from_its_source_tracked_or_not(tmp_path: Path, track: bool) -> None:
    found = now(tmp_path, SEIR, track=track)
    entry = model(found)
    assert (found.missing, found.class_found, found.faults) == ((), True, ())
    assert entry.code == ("models/__init__.py", "models/rates.py")
    assert entry.data == ("data/people.csv",)
    assert entry.outputs == ("incidence", "deaths")
    assert entry.scenarios == ("baseline", "lockdown")
    assert entry.parameters == (Parameter("beta", 0.1, 1.0, "float", "per day"),)
    assert set(entry.semantic_digests) == {"models/__init__.py", "models/rates.py", "models/seir.py"}
    assert all(digest.startswith("blake3:") for digest in entry.semantic_digests.values())
    assert entry.digest == digest_of_entry(entry) != ""


def test_what_is_present_stays_as_it_is(tmp_path: Path) -> None:
    sources = sources_of(make_project(tmp_path, FILES))
    graph = ImportGraph(sources)
    for entry in (SEIR, FIT):
        once = present(entry, sources, graph).entry
        assert present(once, sources, graph).entry == once


def test_code_among_the_data_is_code(tmp_path: Path) -> None:
    entry = ModelEntry("seir", "models/seir.py", "Seir", "models.seir:Seir", declared_data=("models",))
    found = model(now(tmp_path, entry))
    assert found.data == ("models/network.py", "models/sir.py")
    assert found.code == ("models/__init__.py", "models/rates.py")
    assert "models/sir.py" not in found.semantic_digests


def test_code_that_is_declared_brings_what_it_imports(tmp_path: Path) -> None:
    entry = ModelEntry(
        "seir", "models/seir.py", "Seir", "models.seir:Seir", declared_code=("lib/run.py", "fast.so")
    )
    files = {"lib/run.py": "import lib.more", "lib/more.py": "", "fast.so": "binary"}
    found = model(now(tmp_path, entry, files))
    assert {"lib/run.py", "lib/more.py", "fast.so"} <= set(found.code)
    assert "fast.so" not in found.semantic_digests
    assert found.code_digests["fast.so"].startswith("sha256:")


IGNORED = {
    ".modelopsignore": "*.csv\nraw/\n*_old.py\n",
    "raw/a.csv": "1",
    "models/sir_old.py": "",
    "lib/a_old.py": "",
}


@pytest.mark.parametrize("mode", ["files", "package"])
def test_what_is_ignored_and_was_tracked_stays_a_dependency_where_git_made_the_checkout(
    tmp_path: Path, mode: str
) -> None:
    entry = replace(SEIR, declared_data=("data", "raw"), declared_code=("lib",), code_mode=mode)
    registered = now(tmp_path / "tracked", entry, IGNORED, track=True).entry
    assert {"data/people.csv", "raw/a.csv"} <= set(registered.data)
    assert ("models/sir_old.py" in registered.code) == (mode == "package")
    assert now(tmp_path / "cloned", registered, IGNORED) == Present(registered)


def test_a_target_keeps_observations_that_are_ignored(tmp_path: Path) -> None:
    source = FILES["targets/fits.py"].replace("data/cases.csv", "data")
    files = {**IGNORED, "targets/fits.py": source}
    registered = now(tmp_path / "tracked", FIT, files, track=True).entry
    assert "data/people.csv" in registered.data
    assert now(tmp_path / "cloned", registered, files).entry == registered


def test_notebooks_count_by_their_code(tmp_path: Path) -> None:
    entry = ModelEntry("seir", "models/seir.py", "Seir", "models.seir:Seir", declared_code=("fit.ipynb",))
    found = model(now(tmp_path, entry, {"fit.ipynb": notebook("import models.sir")}))
    assert "models/sir.py" in found.code
    assert "fit.ipynb" in found.semantic_digests


def test_what_is_excluded_is_no_dependency_and_not_missed(tmp_path: Path) -> None:
    entry = ModelEntry(
        "seir", "models/seir.py", "Seir", "models.seir:Seir",
        declared_data=("data", "gone.csv"), exclude=("data/deep", "*/rates.py", "gone.*"),
    )  # fmt: skip
    found = now(tmp_path, entry)
    assert found.missing == ()
    assert model(found).data == ("data/cases.csv", "data/deaths.csv", "data/people.csv")
    assert model(found).code == ("models/__init__.py",)


def test_declared_names_that_stand_for_nothing_are_missing(tmp_path: Path) -> None:
    entry = ModelEntry("s", "models/seir.py", "Seir", "", declared_data=("gone", "data"), declared_code=("no.py",))
    found = now(tmp_path, entry)
    assert found.missing == ("gone", "no.py")
    assert found.entry.digest == ""
    assert model(found).data


def test_without_its_file_an_entry_says_what_it_said(tmp_path: Path) -> None:
    entry = ModelEntry("x", "models/gone.py", "X", "models.gone:X", code=("models/rates.py",), outputs=("a",))
    found = now(tmp_path, entry)
    assert (found.missing, found.class_found, found.entry.digest) == (("models/gone.py",), False, "")
    assert (model(found).code, model(found).outputs, model(found).model_digest) == (
        ("models/rates.py",),
        ("a",),
        "",
    )


def test_without_its_class_an_entry_says_what_it_said(tmp_path: Path) -> None:
    entry = ModelEntry("x", "models/seir.py", "Gone", "models.seir:Gone", outputs=("a",))
    found = now(tmp_path, entry)
    assert (found.missing, found.class_found, model(found).outputs) == ((), False, ("a",))
    assert model(found).code == ("models/__init__.py", "models/rates.py")


def test_a_file_that_is_no_source_has_no_class(tmp_path: Path) -> None:
    found = now(tmp_path, ModelEntry("x", "README.md", "X", "README:X"))
    assert (found.class_found, model(found).code, found.faults) == (False, (), ())


def test_what_cannot_be_parsed_is_told_and_counts_by_its_bytes(tmp_path: Path) -> None:
    found = now(tmp_path, SEIR, {"models/rates.py": "BETA = = 1\n"})
    ((path, fault),) = found.faults
    assert (path, fault.line) == ("models/rates.py", 1)
    assert model(found).semantic_digests["models/rates.py"].startswith("blake3:")
    assert found.entry.digest


def test_what_is_no_file_is_told_wherever_it_stands(tmp_path: Path) -> None:
    project = make_project(tmp_path, FILES)
    for name in ("data/pipe", "declared", "old"):
        os.mkfifo(tmp_path / name)
    entry = replace(SEIR, declared_data=("data", "declared"), data=("old",), data_digests={"old": "sha256:1"})
    sources = sources_of(project)
    found = present(entry, sources, ImportGraph(sources))
    assert found.special == dict.fromkeys(("data/pipe", "declared", "old"), "a named pipe")
    assert found.entry.digest == ""


DEEP = f"\nX = {'-' * 100_000}1\n"


def test_what_is_beyond_our_limits_counts_by_its_bytes(tmp_path: Path) -> None:
    found = now(tmp_path, SEIR, {"models/rates.py": DEEP})
    ((path, fault),) = found.faults
    assert (path, fault.beyond_limits, found.class_found) == ("models/rates.py", True, True)
    assert model(found).code_digests[path].startswith("sha256:")
    other = now(tmp_path, SEIR, {"models/rates.py": f"# note{DEEP}"})
    assert other.entry.digest not in ("", found.entry.digest)


@pytest.mark.parametrize("entry", [SEIR, FIT])
def test_an_entry_whose_own_file_is_beyond_our_limits_says_what_it_said(tmp_path: Path, entry: Entry) -> None:
    before = now(tmp_path / "before", entry).entry
    found = now(tmp_path / "after", before, {entry.path: FILES[entry.path] + DEEP})
    assert (found.class_found, found.missing) == (True, ())
    assert (found.entry.code, found.entry.data) == (before.code, before.data)
    assert found.entry.digest not in ("", before.digest)


def test_a_target_is_filled_in_from_its_decorator(tmp_path: Path) -> None:
    entry = now(tmp_path, FIT).entry
    assert isinstance(entry, TargetEntry)
    assert (entry.model_output, entry.weight, entry.labels) == ("incidence", 2.0, ("region=north",))
    assert (entry.data, entry.code) == (("data/cases.csv",), ("targets/__init__.py",))
    assert set(entry.data_digests) == {"data/cases.csv"}
    assert entry.digest == digest_of_entry(entry) != ""


def test_observations_are_the_same_however_their_path_is_written(tmp_path: Path) -> None:
    source = FILES["targets/fits.py"].replace("data/cases.csv", "./data/deep/../cases.csv")
    assert now(tmp_path, FIT, {"targets/fits.py": source}).entry.data == ("data/cases.csv",)


@pytest.mark.parametrize("path", ["data/gone.csv", "../cases.csv", "/data/cases.csv"])
def test_observations_that_are_not_there_are_missing(tmp_path: Path, path: str) -> None:
    source = FILES["targets/fits.py"].replace("data/cases.csv", path)
    found = now(tmp_path, FIT, {"targets/fits.py": source})
    assert (found.missing, found.entry.digest) == ((path,), "")


def test_without_its_function_a_target_says_what_it_said(tmp_path: Path) -> None:
    entry = TargetEntry(
        "x", "targets/fits.py", "gone", "targets.fits:gone", "o", data=("data/cases.csv",), weight=3.0
    )
    found = now(tmp_path, entry)
    assert isinstance(found.entry, TargetEntry)
    assert (found.class_found, found.entry.data, found.entry.weight) == (False, ("data/cases.csv",), 3.0)


def test_half_a_surrogate_pair_in_a_docstring_can_be_written(tmp_path: Path) -> None:
    source = FILES["models/seir.py"].replace("per day", "a \\ud800 b")
    assert model(now(tmp_path, SEIR, {"models/seir.py": source})).parameters[0].doc == "a ? b"
