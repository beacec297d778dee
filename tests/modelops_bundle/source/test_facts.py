"""Facts are values that the cache can keep, and that say nothing unless told."""

import dataclasses
import inspect

import pytest

from modelops_bundle.source import facts, facts_cache
from modelops_bundle.source.facts import ClassDefinition, ImportStatement, Parameter, SourceFacts, SyntaxFault

RECORDS = [
    each
    for _, each in inspect.getmembers(facts, dataclasses.is_dataclass)
    if getattr(each, "__module__", "") == facts.__name__
]


@pytest.mark.parametrize(("line", "place"), [(7, "models/seir.py:7"), (0, "models/seir.py")])
def test_a_fault_stands_in_a_line_where_that_is_known(line: int, place: str) -> None:
    assert SyntaxFault("never closed", line).place_in("models/seir.py") == place


def test_a_fault_is_its_writers_unless_said_otherwise() -> None:
    assert not SyntaxFault("never closed").beyond_limits


def test_a_cache_knows_by_its_header_when_any_of_the_records_changes() -> None:
    assert set(facts_cache._RECORDS) == set(RECORDS)


def test_a_file_that_says_nothing_has_its_digest_alone() -> None:
    nothing = SourceFacts("blake3:0")
    said = {field.name: getattr(nothing, field.name) for field in dataclasses.fields(nothing)}
    assert [name for name, value in said.items() if value] == ["semantic"]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_nobody_changes_what_others_were_given(record: type) -> None:
    assert record.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(record)


def test_a_class_without_parameters_differs_from_one_that_assigns_none() -> None:
    assert ClassDefinition("A", 1) != ClassDefinition("A", 1, parameters=())
    assert Parameter("beta") == Parameter("beta", None, None, "", "")


def test_the_same_import_twice_is_one() -> None:
    statements = [ImportStatement("models", 3, 1, ("rates",)), ImportStatement("models", 3, 1, ("rates",))]
    assert len(set(statements)) == 1
    assert ImportStatement("models", 3) != ImportStatement("models", 3, cell=1)
