"""Findings about what is stale say what changed, where, and how to go on."""

from modelops_bundle.models.dependencies import Present
from modelops_bundle.models.findings import About, Finding, Kind, Severity, staleness
from tests.modelops_bundle.models.registered import assessed, edited, model

SEIR = model()
ABOUT = About(Kind.MODEL, "seir", SEIR.path, 7)


def findings(now: Present) -> list[Finding]:
    return list(staleness(ABOUT, assessed(SEIR, now).readiness))


def test_every_stale_dependency_is_an_error_that_names_its_file() -> None:
    (found,) = findings(Present(edited(SEIR, "data/people.csv")))
    assert (found.severity, found.category, found.place) == (Severity.ERROR, "stale", "data/people.csv")
    assert found.message == "data changed since 'seir' was registered"
    assert "modelops-bundle why seir" in found.suggestion and "refresh seir" in found.suggestion


def test_what_came_and_what_went_are_told_apart() -> None:
    now = Present(model(code=["models/__init__.py", "models/util.py"], data=[]))
    gone, new = findings(now)
    assert "does not need it any more" in gone.message
    assert new.message.startswith("new code of 'seir'")


def test_a_cosmetic_change_is_mentioned_only() -> None:
    (found,) = findings(Present(edited(SEIR, "models/seir.py", meaning=False)))
    assert (found.severity, found.category) == (Severity.INFO, "cosmetic")


def test_only_errors_that_a_push_cannot_mend_forbid_it() -> None:
    assert ABOUT.error("missing-file", "gone", "restore it").forbids_push
    assert not ABOUT.error("stale", "changed", "refresh").forbids_push
    assert not ABOUT.warning("missing-file", "gone", "restore it").forbids_push


def test_a_finding_without_a_file_of_its_own_is_at_the_entity() -> None:
    assert ABOUT.error("x", "message", "suggestion").place == "models/seir.py:7"
    assert ABOUT.error("x", "message", "suggestion", "other.py").place == "other.py"
    assert About(Kind.BUNDLE, "").info("x", "message", "suggestion").place == ""
