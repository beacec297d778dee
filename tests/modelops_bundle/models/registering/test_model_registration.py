"""What `register-model` asks for, and what becomes of the registry."""

from pathlib import Path

import pytest

from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.models.entries import ModelEntry, ModelRegistry, TargetEntry
from modelops_bundle.models.registering.model_registration import ModelRequest, register_models
from modelops_bundle.models.registering.registration import How
from modelops_bundle.models.registering.surroundings import Surroundings
from tests.modelops_bundle.source.projects import make_project, sources_of
from tests.support.model_projects import FILES

MODEL = "import starsim as ss\n\nclass Sir(ss.Sim):\n    pass\n"


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    files = {
        **FILES,
        "north/sir.py": MODEL,
        "South/sir.py": MODEL,
        "south/sir.py": MODEL,
        "twins/two.py": "import starsim as ss\nclass Sir(ss.Sim): pass\nclass SIR(ss.Sim): pass\n",
    }
    return Surroundings(sources_of(make_project(tmp_path, files)))


def ids(registry: ModelRegistry) -> dict[str, str]:
    return {id: f"{entry.path}:{entry.class_name}" for id, entry in registry.models.items()}


def test_no_id_is_ever_taken_from_another(around: Surroundings) -> None:
    registry = ModelRegistry()
    for path in ("north/sir.py", "South/sir.py", "south/sir.py", "twins/two.py", "north/sir.py"):
        registry = register_models(registry, ModelRequest(path), around).registry
    assert ids(registry) == {
        "sir_sir": "north/sir.py:Sir",
        "south.sir_sir": "South/sir.py:Sir",
        "south.sir_Sir": "south/sir.py:Sir",
        "two_sir": "twins/two.py:Sir",
        "twins.two_sir": "twins/two.py:SIR",
    }


def test_a_target_has_its_id_for_itself(around: Surroundings) -> None:
    before = ModelRegistry(targets={"sir_sir": TargetEntry("sir_sir", "t.py", "f", "t.x:f", "")})
    change = register_models(before, ModelRequest("north/sir.py"), around)
    assert ids(change.registry) == {"north.sir_sir": "north/sir.py:Sir"}


def test_a_class_may_be_registered_under_two_ids_and_both_are_brought_up_to_date(around: Surroundings) -> None:
    registry = ModelRegistry()
    for id in ("wet", "dry"):
        request = ModelRequest("north/sir.py", id=id, data=(f"data/{'cases' if id == 'wet' else 'deaths'}.csv",))
        registry = register_models(registry, request, around).registry
    change = register_models(registry, ModelRequest("north/sir.py", data=("data/people.csv",)), around)
    assert {id: entry.data for id, entry in change.registry.models.items()} == {
        "wet": ("data/cases.csv", "data/people.csv"),
        "dry": ("data/deaths.csv", "data/people.csv"),
    }


def test_what_is_declared_adds_up_in_an_order_of_its_own(around: Surroundings) -> None:
    one = ModelRequest("north/sir.py", data=("data/people.csv",), exclude=("b/*",))
    two = ModelRequest("north/sir.py", data=("data/cases.csv",), exclude=("a/*",), auto_code=False)
    forth = register_models(register_models(ModelRegistry(), one, around).registry, two, around).registry
    back = register_models(register_models(ModelRegistry(), two, around).registry, one, around).registry
    assert forth == back
    entry = forth.models["sir_sir"]
    assert (entry.declared_data, entry.exclude) == (("data/cases.csv", "data/people.csv"), ("a/*", "b/*"))
    assert entry.auto_code is False


def test_the_others_are_brought_up_to_date_if_asked_for(around: Surroundings) -> None:
    old = ModelEntry("old", "north/sir.py", "Sir", "north.sir:Sir", declared_data=("data/cases.csv",))
    gone = ModelEntry("gone", "north/sir.py", "Gone", "north.sir:Gone")
    before = ModelRegistry({"old": old, "gone": gone})
    alone = register_models(before, ModelRequest("twins/two.py", ("Sir",)), around)
    assert alone.became == {"two_sir": How.ADDED}
    assert alone.registry.models["old"] == old
    change = register_models(
        before, ModelRequest("twins/two.py", ("Sir",), data=("data/people.csv",), everything=True), around
    )
    assert change.became == {"two_sir": How.ADDED, "old": How.UPDATED}
    assert change.registry.models["old"].data == ("data/cases.csv",)
    assert change.registry.models["gone"] == gone
    assert change.gone == {"gone": "has no 'Gone' any more: 'north/sir.py'"}
    assert change.others == ("north.sir:Sir",) or change.others == ("twins.two:SIR",)


@pytest.mark.parametrize(
    ("request_", "error", "said"),
    [
        (ModelRequest("twins/two.py", id="x"), Invalid, "there are 2"),
        (ModelRequest("twins/two.py", exclude_classes=("S*",)), NotFound, "every model is excluded"),
        (ModelRequest("models/rates.py"), NotFound, "no model in"),
        (ModelRequest("north/sir.py", ("Sri",)), NotFound, "no class 'Sri'"),
        (ModelRequest("north/sir.py", data=("data/gone.csv",)), NotFound, "no such file: 'data/gone.csv'"),
    ],
)
def test_what_makes_no_sense_is_refused(
    around: Surroundings, request_: ModelRequest, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        register_models(ModelRegistry(), request_, around)


def test_a_file_without_models_has_its_classes_named(around: Surroundings) -> None:
    make_project(around.sources.root, {"models/plain.py": "class A: pass\nclass B: pass\n"})
    with pytest.raises(NotFound) as caught:
        register_models(ModelRegistry(), ModelRequest("models/plain.py"), around)
    assert caught.value.hint == "choose a class: --class A --class B"
