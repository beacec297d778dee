"""A model is ready, stale or broken; comments and formatting make nothing stale."""

from dataclasses import replace

import pytest

from modelops_bundle.models.dependencies import Present
from modelops_bundle.models.entries import ModelEntry
from modelops_bundle.models.readiness import Change, Condition, DependencyKind, How, Readiness, readiness_of
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.source.facts import SyntaxFault
from tests.modelops_bundle.models.registered import digest, edited, model, target

SEIR = model()


def look(entry: ModelEntry, now: Present, *gone: str, strict: bool = False) -> Readiness:
    return readiness_of(entry, now, lambda path: path not in gone, strict=strict)


def test_what_is_as_registered_is_ready() -> None:
    assert look(SEIR, Present(SEIR)) == Readiness(Condition.READY)
    assert readiness_of(target(), Present(target()), lambda path: True) == Readiness(Condition.READY)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("models/seir.py", DependencyKind.MODEL),
        ("models/__init__.py", DependencyKind.CODE),
        ("data/people.csv", DependencyKind.DATA),
    ],
)
def test_a_dependency_whose_meaning_changed_makes_it_stale(path: str, kind: DependencyKind) -> None:
    found = look(SEIR, Present(edited(SEIR, path)))
    assert found == Readiness(Condition.STALE, (Change(path, kind, How.MODIFIED),))


@pytest.mark.parametrize("path", ["models/seir.py", "models/__init__.py"])
def test_source_that_means_the_same_leaves_it_ready_unless_strict(path: str) -> None:
    now = Present(edited(SEIR, path, meaning=False))
    found = look(SEIR, now)
    assert (found.condition, [change.how for change in found.changes]) == (Condition.READY, [How.COSMETIC])
    assert found.counted == {}
    found = look(SEIR, now, strict=True)
    assert (found.condition, [change.how for change in found.changes]) == (Condition.STALE, [How.MODIFIED])


def test_source_that_is_given_as_data_counts_by_its_bytes() -> None:
    entry = model(data=["data/run.py"])
    entry = replace(entry, semantic_digests={**entry.semantic_digests, "data/run.py": "blake3:same"})
    assert look(entry, Present(edited(entry, "data/run.py", meaning=False))).condition is Condition.STALE


def test_files_that_come_and_go_make_it_stale() -> None:
    now = Present(model(code=["models/__init__.py", "models/util.py"], data=[]))
    assert look(SEIR, now) == Readiness(
        Condition.STALE,
        (
            Change("data/people.csv", DependencyKind.DATA, How.REMOVED),
            Change("models/util.py", DependencyKind.CODE, How.ADDED),
        ),
    )
    assert look(SEIR, now).counted == {How.ADDED: 1, How.REMOVED: 1}


def test_data_that_becomes_code_makes_it_stale() -> None:
    entry = model(data=["models/table.py"])
    now = model(code=["models/__init__.py", "models/table.py"], data=[])
    assert look(entry, Present(now)).changes == (Change("models/table.py", DependencyKind.CODE, How.MODIFIED),)


def test_a_registered_file_that_is_gone_breaks_it_even_if_nothing_asks_for_it_any_more() -> None:
    now = Present(model(data=[]))
    found = look(SEIR, now, "data/people.csv")
    assert found == Readiness(Condition.BROKEN, (Change("data/people.csv", DependencyKind.DATA, How.MISSING),))


def test_a_declared_name_that_stands_for_nothing_breaks_it() -> None:
    found = look(SEIR, Present(SEIR, missing=("data/new",)))
    assert found == Readiness(Condition.BROKEN, (Change("data/new", DependencyKind.DATA, How.MISSING),))


def test_what_is_no_file_is_not_called_missing() -> None:
    pipe = "data/people.csv"
    found = look(SEIR, Present(SEIR, missing=(pipe,), special={pipe: "a named pipe"}), pipe)
    assert found == Readiness(Condition.BROKEN, (Change(pipe, DependencyKind.DATA, How.SPECIAL),))


def test_a_lost_class_and_a_syntax_error_break_it() -> None:
    assert look(SEIR, Present(SEIR, class_found=False)).condition is Condition.BROKEN
    fault = ("models/util.py", SyntaxFault("invalid syntax", 3))
    assert look(SEIR, Present(SEIR, faults=(fault,))).condition is Condition.BROKEN


def test_a_source_that_is_only_beyond_our_limits_breaks_nothing() -> None:
    fault = ("models/util.py", SyntaxFault("more than 4 MiB of Python", beyond_limits=True))
    assert look(SEIR, Present(SEIR, faults=(fault,))).condition is Condition.READY
    both = Present(SEIR, faults=(fault, ("models/seir.py", SyntaxFault("invalid syntax", 3))))
    assert look(SEIR, both).condition is Condition.BROKEN


def test_what_was_never_known_cannot_have_changed() -> None:
    # The earlier tool keeps no digests of what targets are compared with.
    old = replace(target(), data_digests={}, digest="", semantic_digests={})
    assert readiness_of(old, Present(target()), lambda path: True).condition is Condition.READY


def test_without_a_semantic_digest_bytes_count() -> None:
    old = replace(SEIR, semantic_digests={}, digest="")
    assert look(old, Present(edited(SEIR, "models/seir.py", meaning=False))).condition is Condition.STALE


def test_a_composite_digest_that_no_file_explains_makes_it_stale() -> None:
    altered = replace(SEIR, digest=digest("made up"))
    found = look(altered, Present(SEIR))
    assert found == Readiness(Condition.STALE, (Change(REGISTRY_PATH, DependencyKind.REGISTRY, How.MODIFIED),))
