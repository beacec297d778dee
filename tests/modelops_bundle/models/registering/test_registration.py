"""A change of the registry says what became of each entry, and which files must be tracked."""

from dataclasses import replace
from pathlib import Path

import pytest

from modelops_bundle.errors import Invalid
from modelops_bundle.models.entries import ModelEntry, ModelRegistry, TargetEntry, TargetSet
from modelops_bundle.models.registering.registration import How, refresh_entries, registered, unregister
from modelops_bundle.models.registering.surroundings import Surroundings
from tests.modelops_bundle.models.registered import model, target
from tests.modelops_bundle.source.projects import make_project, sources_of
from tests.support.model_projects import FILES

SEIR = ModelEntry("seir", "models/seir.py", "Seir", "models.seir:Seir", auto_code=False)
FIT = TargetEntry("fit", "targets/fits.py", "weekly_cases", "targets.fits:weekly_cases", "")


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    return Surroundings(sources_of(make_project(tmp_path, FILES)))


def test_entries_are_added_updated_or_unchanged(around: Surroundings) -> None:
    first = registered(ModelRegistry(), [around.present(SEIR)], around)
    assert first.became == {"seir": How.ADDED}
    again = registered(first.registry, [around.present(SEIR)], around)
    assert (again.became, again.registry) == ({"seir": How.UNCHANGED}, first.registry)
    other = registered(first.registry, [around.present(replace(SEIR, auto_code=True))], around)
    assert other.became == {"seir": How.UPDATED}


def test_needed_are_packages_and_packaging_too_though_no_dependencies(around: Surroundings) -> None:
    change = registered(ModelRegistry(), [around.present(SEIR), around.present(FIT)], around)
    assert change.registry.models["seir"].code == ()
    assert change.needed == (
        "data/cases.csv",
        "models/__init__.py",
        "models/seir.py",
        "pyproject.toml",
        "targets/__init__.py",
        "targets/fits.py",
    )


def test_of_nothing_nothing_is_needed(around: Surroundings) -> None:
    assert registered(ModelRegistry(), [], around).needed == ()


def test_all_that_is_broken_is_named_and_nothing_is_refreshed(around: Surroundings) -> None:
    broken = [replace(SEIR, id=f"m{n}", class_name=f"Gone{n}") for n in range(2)]
    with pytest.raises(Invalid, match="'m0' has no 'Gone0' any more") as caught:
        refresh_entries(ModelRegistry(), [SEIR, *broken], around)
    assert caught.value.details == ("'m1' has no 'Gone1' any more: 'models/seir.py'",)


def test_other_entries_stay_when_some_are_forgotten() -> None:
    north, south, cases, deaths = model("north"), model("south"), target("cases"), target("deaths")
    before = ModelRegistry(
        {"north": north, "south": south},
        {"cases": cases, "deaths": deaths},
        {"both": TargetSet(("cases", "deaths"), {"cases": 1.0, "deaths": 2.0}), "one": TargetSet(("cases",))},
        {"extra": 1},
    )
    change = unregister(before, [north, cases])
    assert change.registry == ModelRegistry(
        {"south": south}, {"deaths": deaths}, {"both": TargetSet(("deaths",), {"deaths": 2.0})}, {"extra": 1}
    )
    assert change.became == {"north": How.REMOVED, "cases": How.REMOVED}


def test_a_model_and_a_target_of_one_id_are_told_apart() -> None:
    before = ModelRegistry({"x": model("x")}, {"x": target("x")}, {"s": TargetSet(("x",))})
    change = unregister(before, [before.models["x"]])
    assert (change.registry.targets, change.registry.target_sets) == (before.targets, before.target_sets)
