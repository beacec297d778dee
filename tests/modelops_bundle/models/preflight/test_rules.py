"""Preflight: what the earlier tool looked for before a push, told from the source alone."""

from dataclasses import replace

from modelops_bundle.models.dependencies import Present
from modelops_bundle.models.findings import Severity
from tests.modelops_bundle.models.found import about, findings, only
from tests.modelops_bundle.models.registered import FakeFiles, assessed, edited, model, overview, target

SEIR = model()
FIT = target()


def test_what_is_in_order_has_no_finding() -> None:
    assert findings(overview(assessed(SEIR), assessed(FIT))) == []


def test_nothing_registered_has_no_finding() -> None:
    assert findings(overview(), FakeFiles()) == []


def test_stale_dependencies_are_told_too() -> None:
    told = only(overview(assessed(SEIR, Present(edited(SEIR, "data/people.csv")))))
    assert about(told) == ("error", "stale", "seir")


def test_errors_come_first_and_everything_has_a_suggestion() -> None:
    broken = assessed(SEIR, Present(edited(SEIR, "models/__init__.py", meaning=False)))
    found = findings(overview(broken, assessed(replace(FIT, model_output="deaths"))))
    assert [each.severity for each in found] == sorted((each.severity for each in found), key=list(Severity).index)
    assert len(found) == 3
    assert all(each.suggestion for each in found)
