"""Targets are fitted in sets, with weights."""

import pytest

from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.models.entries import ModelRegistry, TargetSet
from modelops_bundle.models.target_sets import delete_set, set_targets
from tests.modelops_bundle.models.registered import target

REGISTRY = ModelRegistry(targets={"deaths": target("deaths", "targets/d.py"), "cases": target("cases")})


def test_a_set_has_its_targets_in_the_order_given_each_once() -> None:
    made = set_targets(REGISTRY, "s", ["deaths", "cases", "deaths"], ["cases=0.5"])
    assert made.target_sets == {"s": TargetSet(("deaths", "cases"), {"cases": 0.5})}


def test_all_targets_are_the_default() -> None:
    assert set_targets(REGISTRY, "s", [], []).target_sets["s"].targets == ("deaths", "cases")


def test_a_target_may_be_named_by_its_entry_point() -> None:
    assert set_targets(REGISTRY, "s", ["targets.d:fit"], []).target_sets["s"].targets == ("deaths",)


def test_setting_replaces_the_members_and_keeps_what_nobody_knows() -> None:
    before = ModelRegistry(
        targets=REGISTRY.targets, target_sets={"s": TargetSet(("cases",), {"cases": 1}, {"x": 1})}
    )
    assert set_targets(before, "s", ["deaths"], []).target_sets["s"] == TargetSet(("deaths",), {}, {"x": 1})


@pytest.mark.parametrize(
    ("targets", "weights", "error", "said"),
    [
        (["death"], [], NotFound, "no such target: 'death'"),
        (["fit"], [], Invalid, "several times"),
        (["cases"], ["deaths=1"], Invalid, "no member"),
        (["cases"], ["cases"], Invalid, "not a weight: 'cases'"),
        (["cases"], ["cases=much"], Invalid, "not a weight"),
        (["cases"], ["cases=nan"], Invalid, "not a weight"),
        (["cases"], ["cases=inf"], Invalid, "not a weight"),
        (["cases"], ["cases=-1"], Invalid, "not a weight"),
        (["cases"], ["=1"], Invalid, "not a weight"),
    ],
)
def test_what_is_wrong_is_refused(
    targets: list[str], weights: list[str], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        set_targets(REGISTRY, "s", targets, weights)


def test_a_typo_gets_the_near_misses() -> None:
    with pytest.raises(NotFound) as caught:
        set_targets(REGISTRY, "s", ["death"], [])
    assert caught.value.hint == "did you mean 'deaths'?"


def test_a_set_needs_a_name_and_targets() -> None:
    with pytest.raises(Invalid):
        set_targets(REGISTRY, " ", [], [])
    with pytest.raises(NotFound):
        set_targets(ModelRegistry(), "s", [], [])


def test_a_set_is_deleted() -> None:
    assert delete_set(set_targets(REGISTRY, "s", [], []), "s") == REGISTRY
    with pytest.raises(NotFound, match="no such target set: 't'"):
        delete_set(REGISTRY, "t")
