"""People name models and targets by id, class, function or entry point."""

import pytest

from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.models.entries import ModelRegistry
from modelops_bundle.models.selection import entry_named, target_named
from tests.modelops_bundle.models.registered import model, target

NORTH, SOUTH, FIT = model("north"), model("south", "models/south.py"), target("weekly")
REGISTRY = ModelRegistry({"north": NORTH}, {"weekly": FIT})


@pytest.mark.parametrize("name", ["north", "Seir", "models.seir:Seir"])
def test_a_model_is_found(name: str) -> None:
    assert entry_named(REGISTRY, name) == NORTH


@pytest.mark.parametrize("name", ["weekly", "fit", "targets.fit:fit"])
def test_a_target_is_found(name: str) -> None:
    assert entry_named(REGISTRY, name) == FIT


def test_a_typo_is_an_error_with_the_near_misses() -> None:
    with pytest.raises(NotFound, match="nort'") as caught:
        entry_named(REGISTRY, "nort")
    assert caught.value.hint == "did you mean 'north'?"


def test_a_class_that_is_registered_twice_is_named_by_its_ids() -> None:
    with pytest.raises(Invalid, match="'north', 'south'"):
        entry_named(ModelRegistry({"north": NORTH, "south": SOUTH}), "Seir")


def test_an_id_wins_over_a_class_of_that_name() -> None:
    other = model("Seir", "models/other.py")
    assert entry_named(ModelRegistry({"north": NORTH, "Seir": other}), "Seir") == other


@pytest.mark.parametrize("name", ["weekly", "fit", "targets.fit:fit"])
def test_a_target_is_found_among_targets_alone(name: str) -> None:
    registry = ModelRegistry({"weekly": model("weekly")}, {"weekly": FIT})
    assert target_named(registry, name) == FIT


def test_a_model_is_no_target() -> None:
    with pytest.raises(NotFound, match="no such target: 'north'") as caught:
        target_named(REGISTRY, "north")
    assert "register-target" in caught.value.hint
