"""An overview compares what is registered with what the source says now, each at its place."""

from pathlib import Path

from modelops_bundle.checkout.project import Project
from modelops_bundle.models.findings import Kind
from modelops_bundle.models.overview import Overview, assess
from modelops_bundle.models.readiness import Condition
from modelops_bundle.models.registering.recording import look_around
from modelops_bundle.models.registry_yaml.file import read_registry
from tests.support.model_projects import edit, make_registered
from tests.support.workspace import Workspace


def overview(work: Workspace) -> Overview:
    project = Project.discover(work.root)
    return assess(read_registry(project), look_around(project))


def test_entries_come_sorted_models_first_with_the_lines_where_they_begin(tmp_path: Path) -> None:
    found = overview(make_registered(tmp_path))
    assert [(about.kind, about.entity, about.path, about.line) for about, _ in found.entries()] == [
        (Kind.MODEL, "network_networkseir", "models/network.py", 4),
        (Kind.MODEL, "seir_seir", "models/seir.py", 20),
        (Kind.TARGET, "deaths", "targets/fits.py", 12),
        (Kind.TARGET, "weekly_cases", "targets/fits.py", 7),
    ]
    assert {each.condition for _, each in found.entries()} == {Condition.READY}


def test_imports_of_what_is_not_there_are_told_by_file_and_line(tmp_path: Path) -> None:
    work = make_registered(tmp_path)
    edit(work, "models/rates.py", "BETA", "from .missing import MATRIX\n\nBETA")
    seir = overview(work).models["seir_seir"]
    ((path, statement),) = seir.unresolved
    assert (path, statement.line, statement.module) == ("models/rates.py", 1, "missing")


def test_paths_are_those_of_then_and_of_now(tmp_path: Path) -> None:
    work = make_registered(tmp_path)
    work.write("models/mixing.py", "MATRIX = 1\n")
    edit(work, "models/seir.py", "from .rates import BETA", "from .mixing import MATRIX as BETA")
    paths = overview(work).models["seir_seir"].paths
    assert {"models/rates.py", "models/mixing.py", "data/people.csv"} <= paths


def test_a_file_that_is_gone_has_no_line(tmp_path: Path) -> None:
    work = make_registered(tmp_path)
    (work.root / "models/network.py").unlink()
    found = overview(work).models["network_networkseir"]
    assert (found.line, found.condition) == (0, Condition.BROKEN)
