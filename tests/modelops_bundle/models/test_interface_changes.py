"""What a source says of its model or target is compared with what it said when it was registered."""

from dataclasses import replace

from modelops_bundle.changes.detail_text import text_of
from modelops_bundle.models.entries import Entry
from modelops_bundle.models.interface_changes import interface_changes
from modelops_bundle.source.facts import Parameter
from tests.modelops_bundle.models.registered import model, target

MODEL = replace(
    model(outputs=["incidence", "deaths"]),
    scenarios=("baseline", "lockdown"),
    parameters=(Parameter("beta", 0.1, 0.5, "float"), Parameter("gamma")),
)


def changes(old: Entry, new: Entry) -> list[str]:
    return [text_of(detail) for detail in interface_changes(old, new)]


def test_nothing_changed() -> None:
    assert changes(MODEL, MODEL) == changes(target(), target()) == []


def test_outputs_and_scenarios_come_and_go() -> None:
    now = replace(MODEL, outputs=("incidence", "cases"), scenarios=("baseline", "masks"))
    assert changes(MODEL, now) == [
        *("+ output cases", "- output deaths"),
        *("+ scenario masks", "- scenario lockdown"),
    ]


def test_parameters_come_go_and_get_other_bounds() -> None:
    now = replace(MODEL, parameters=(Parameter("beta", 0.1, 0.9, "float"), Parameter("delta", 1, 2)))
    assert changes(MODEL, now) == [
        *("+ parameter delta", "- parameter gamma"),
        "~ parameter beta: float 0.1 to 0.5 -> float 0.1 to 0.9",
    ]


def test_bounds_that_are_no_literals_are_unknown() -> None:
    now = replace(MODEL, parameters=(Parameter("beta", None, 0.5, "float"), Parameter("gamma")))
    assert changes(MODEL, now) == ["~ parameter beta: float 0.1 to 0.5 -> float unknown to 0.5"]


def test_what_the_earlier_tool_left_empty_is_no_change() -> None:
    assert changes(replace(MODEL, scenarios=(), parameters=()), MODEL) == []


def test_targets() -> None:
    now = replace(target(output="deaths"), weight=2.0, labels=("region=north",))
    assert changes(target(), now) == [
        "~ model output: incidence -> deaths",
        "~ weight: unknown -> 2.0",
        "+ label region=north",
    ]
