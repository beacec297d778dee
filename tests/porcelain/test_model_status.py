"""What status knows of models and targets: found by name, with what is to tell about each."""

import os
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.errors import NotFound
from modelops_bundle.models.dependencies import Present
from modelops_bundle.models.findings import About, Kind
from modelops_bundle.models.overview import Assessed
from modelops_bundle.porcelain._model_status import ModelStatus, entry_json, last_change, models_json
from modelops_bundle.sync.status import Standing
from tests.modelops_bundle.models.registered import assessed, edited, model, overview, target

SEIR = model("both")
FIT = target("both")
MODEL, TARGET = About(Kind.MODEL, "both", SEIR.path), About(Kind.TARGET, "both", FIT.path)


def status_of(*entries: Assessed) -> ModelStatus:
    findings = (MODEL.warning("empty-outputs", "m", "s"), TARGET.error("stale", "t", "s"))
    standings = {(Kind.MODEL, "both"): Standing.AHEAD, (Kind.TARGET, "both"): Standing.SYNCED}
    return ModelStatus(overview(*entries), standings, findings)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with the model's files, the data written last, in the year 2001."""
    for number, path in enumerate((SEIR.path, *SEIR.code, *SEIR.data)):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).touch()
        os.utime(tmp_path / path, (1e9 + number, 1e9 + number))
    return Project.create(tmp_path)


def test_a_name_may_be_that_of_a_model_and_a_target() -> None:
    found = status_of(assessed(SEIR), assessed(FIT))
    assert [about.kind for about, _ in found.find("both")] == [Kind.MODEL, Kind.TARGET]
    assert [about.kind for about, _ in found.find("targets.fit:fit")] == [Kind.MODEL, Kind.TARGET]
    with pytest.raises(NotFound):
        found.find("neither")


def test_findings_and_standings_are_told_apart_by_kind() -> None:
    found = status_of(assessed(SEIR), assessed(FIT))
    assert [each.category for each in found.told_of(MODEL)] == ["empty-outputs"]
    assert [each.category for each in found.told_of(TARGET)] == ["stale"]
    assert (found.standing(MODEL), found.standing(TARGET)) == (Standing.AHEAD, Standing.SYNCED)


def test_the_last_change_is_that_of_the_youngest_dependency(project: Project) -> None:
    assert last_change(project, assessed(SEIR)) == ("data/people.csv", 1e9 + 2)
    (project.root / "data/people.csv").unlink()
    assert last_change(project, assessed(SEIR)) == ("models/__init__.py", 1e9 + 1)
    assert last_change(project, assessed(FIT)) is None


def test_scripts_get_a_model_as_it_is_now(project: Project) -> None:
    now = edited(SEIR, "models/__init__.py")
    found = status_of(assessed(SEIR, Present(now)))
    value = entry_json(project, found, MODEL, assessed(SEIR, Present(now)))
    assert (value["digest"], value["registered_digest"]) == (now.digest, SEIR.digest)
    assert (value["condition"], value["standing"], value["name"]) == ("stale", "ahead", "Seir")
    assert value["last_change"] == {"path": "data/people.csv", "time": 10**9 + 2}
    assert value["dependencies"] == [
        {"path": "data/people.csv", "kind": "data"},
        {"path": "models/__init__.py", "kind": "code"},
        {"path": "models/seir.py", "kind": "model"},
    ]
    assert value["changes"] == [{"path": "models/__init__.py", "kind": "code", "how": "modified"}]
    assert value["outputs"] == ("incidence",) and "model_output" not in value


def test_without_its_class_a_model_is_told_as_it_was_registered(project: Project) -> None:
    now = Present(model("both", outputs=["other"]), class_found=False)
    value = entry_json(project, status_of(assessed(SEIR, now)), MODEL, assessed(SEIR, now))
    assert (value["outputs"], value["condition"]) == (("incidence",), "broken")


def test_scripts_get_models_and_targets_apart(project: Project) -> None:
    value = models_json(project, status_of(assessed(SEIR), assessed(FIT)))
    assert [each["path"] for each in value["models"]] == ["models/seir.py"]
    assert [(each["path"], each["model_output"]) for each in value["targets"]] == [("targets/fit.py", "incidence")]
    assert [each["category"] for each in value["findings"]] == ["empty-outputs", "stale"]
    assert value["targets"][0]["last_change"] is None
