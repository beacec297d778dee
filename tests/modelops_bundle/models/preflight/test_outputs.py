"""Each target needs an output, and an output that no target needs is worth mentioning."""

from dataclasses import replace

from modelops_bundle.models.dependencies import Present
from modelops_bundle.models.entries import TargetSet
from modelops_bundle.models.findings import Kind
from tests.modelops_bundle.models.found import about, findings, only
from tests.modelops_bundle.models.registered import assessed, model, overview, target

SEIR = model()
FIT = target()


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
