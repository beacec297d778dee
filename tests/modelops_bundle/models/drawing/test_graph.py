"""A picture shows all that models, targets and files need, and what is wrong with it."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.models.drawing.graph import Drawing, Node, Shape, draw
from modelops_bundle.models.overview import assess
from modelops_bundle.models.readiness import Condition
from modelops_bundle.models.registering.recording import look_around
from modelops_bundle.models.registry_yaml.file import read_registry
from tests.modelops_bundle.source.projects import notebook
from tests.support.model_projects import make_unregistered
from tests.support.workspace import Workspace


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    work = make_unregistered(tmp_path / "work")
    work.ok(
        "register-model", "models/seir.py", "--id", "seir", "--data", "data/people.csv", "--code", "models/sir.py"
    )
    work.ok("register-target", "targets/fits.py", "--target", "weekly_cases")
    return work


def drawn(work: Workspace, *sources: str) -> Drawing:
    project = Project(work.root)
    around = look_around(project)
    return draw(around.graph, assess(read_registry(project), around).entries(), sources)


def conditions(drawing: Drawing) -> dict[str, Condition | None]:
    return {node.name: node.condition for node in drawing.nodes}


def arrows(drawing: Drawing) -> set[tuple[str, str, tuple[str, ...]]]:
    return {(arrow.start.name, arrow.end.name, arrow.places) for arrow in drawing.arrows}


def test_models_and_targets_come_with_all_that_they_need(work: Workspace) -> None:
    drawing = drawn(work)
    assert drawing.nodes == (
        Node("seir", Shape.MODEL, Condition.READY),
        Node("weekly_cases", Shape.TARGET, Condition.READY),
        Node("data/cases.csv", Shape.DATA, Condition.READY),
        Node("data/people.csv", Shape.DATA, Condition.READY),
        *(Node(f"models/{name}.py", Shape.CODE, Condition.READY) for name in ("__init__", "rates", "seir", "sir")),
        *(Node(f"targets/{name}.py", Shape.CODE, Condition.READY) for name in ("__init__", "fits")),
    )
    assert arrows(drawing) == {
        ("seir", "models/seir.py", ()),
        ("seir", "models/sir.py", ()),
        ("seir", "data/people.csv", ()),
        ("weekly_cases", "targets/fits.py", ()),
        ("weekly_cases", "data/cases.csv", ()),
        ("models/seir.py", "models/__init__.py", ("5",)),
        ("models/seir.py", "models/rates.py", ("5",)),
        ("models/rates.py", "models/__init__.py", ()),
        ("models/sir.py", "models/__init__.py", ()),
        ("targets/fits.py", "targets/__init__.py", ()),
    }
    silent = {arrow.start.name for arrow in drawing.arrows if arrow.is_silent}
    assert silent == {"models/rates.py", "models/sir.py", "targets/fits.py"}


def test_what_changed_is_stale_with_what_needs_it(work: Workspace) -> None:
    work.write("models/rates.py", "from . import fresh\nBETA = 0.3\n")
    work.write("models/fresh.py", "")
    work.write("data/people.csv", "changed\n")
    work.write("targets/fits.py", work.read("targets/fits.py") + "# a comment\n")
    found = conditions(drawn(work))
    assert {name for name, condition in found.items() if condition is Condition.STALE} == {
        *("seir", "models/rates.py", "models/fresh.py", "data/people.csv")
    }
    assert Condition.BROKEN not in found.values()


def test_what_is_missing_is_broken_and_still_shown(work: Workspace) -> None:
    (work.root / "data/people.csv").unlink()
    (work.root / "targets/fits.py").unlink()
    drawing = drawn(work)
    assert {name for name, condition in conditions(drawing).items() if condition is Condition.BROKEN} == {
        *("seir", "weekly_cases", "data/people.csv", "targets/fits.py")
    }
    assert ("weekly_cases", "targets/fits.py", ()) in arrows(drawing)
    assert ("seir", "data/people.csv", ()) in arrows(drawing)


def test_what_is_needed_no_more_is_shown_as_changed(work: Workspace) -> None:
    work.write("models/seir.py", work.read("models/seir.py").replace("from .rates import BETA", "BETA = 1"))
    drawing = drawn(work)
    assert conditions(drawing)["models/rates.py"] is Condition.STALE
    assert ("seir", "models/rates.py", ()) in arrows(drawing)


def test_the_worst_that_is_said_of_a_file_counts(work: Workspace) -> None:
    work.ok("register-model", "models/sir.py", "--id", "other", "--code", "models/rates.py")
    work.write("models/rates.py", "BETA = 1\n")
    work.ok("refresh", "other")
    found = conditions(drawn(work))
    assert (found["other"], found["seir"], found["models/rates.py"]) == (
        *(Condition.READY, Condition.STALE, Condition.STALE),
    )


def test_files_that_nothing_registered_needs_have_no_condition(work: Workspace) -> None:
    work.write("notes/a.ipynb", notebook("", "from models import rates\nimport extra"))
    work.write("notes/extra.py", "")
    drawing = drawn(work, "notes/a.ipynb")
    assert conditions(drawing)["notes/a.ipynb"] is None
    assert conditions(drawing)["notes/extra.py"] is None
    assert conditions(drawing)["models/rates.py"] is Condition.READY
    assert ("notes/a.ipynb", "models/rates.py", ("2:1",)) in arrows(drawing)


def test_several_lines_make_one_arrow(work: Workspace) -> None:
    work.write("models/rates.py", "from . import sir\ndef f():\n    from . import sir\n")
    assert ("models/rates.py", "models/sir.py", ("1", "3")) in arrows(drawn(work))


def test_a_file_that_is_excluded_is_left_out(work: Workspace) -> None:
    work.ok("register-model", "models/seir.py", "--id", "seir", "--exclude", "models/rates.py")
    drawing = drawn(work)
    assert "models/rates.py" not in conditions(drawing)
