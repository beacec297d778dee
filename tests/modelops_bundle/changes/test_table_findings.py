"""Everything that differs is counted, and of each kind the first few are told."""

import pytest

from modelops_bundle.changes import table_findings
from modelops_bundle.changes.detail import MAX_LISTED, How
from modelops_bundle.changes.detail_text import text_of
from modelops_bundle.changes.side import Side
from modelops_bundle.changes.table_file import Table
from modelops_bundle.changes.table_findings import Findings

SIDE = Side.of(b"")


def table(*columns: str, delimiter: str = ",", header: bool = True) -> Table:
    return Table(SIDE, delimiter, columns, header, False)


def between(old: Table, new: Table | None = None) -> Findings:
    return Findings(old, new or old)


def told(found: Findings) -> list[str]:
    return [text_of(detail) for detail in found.comparison().details]


def test_nothing_found_says_so() -> None:
    comparison = between(table("a", "b")).comparison()
    assert (dict(comparison.counts), comparison.details) == ({}, ())
    assert comparison.summary.startswith("no cell differs")


def test_the_common_columns_are_in_the_order_of_the_old_version() -> None:
    found = between(table("a", "b", "c"), table("c", "new", "a"))
    assert found.columns == ["a", "c"]
    assert told(found) == ["+ column new", "- column b", "~ order of columns: a, c -> c, a"]


def test_another_delimiter_is_told_first() -> None:
    assert told(between(table("a"), table("b", delimiter=";"))) == [
        "~ delimiter: , -> ;",
        "+ column b",
        "- column a",
    ]


def test_equal_rows_are_no_difference() -> None:
    found = between(table("a", "b"))
    found.pair((2, ("x", "1")), (5, ("x", "1")))
    assert told(found) == []


def test_a_cell_is_told_by_its_column_and_the_first_cell_of_its_row() -> None:
    found = between(table("a", "b"))
    found.pair((2, ("x", "1")), (3, ("x", "2")))
    assert told(found) == ["~ column b: 1 cell", "~ cell b, line 3 (a=x): 1 -> 2"]


def test_the_first_cell_does_not_explain_itself() -> None:
    for found in (between(table("a")), between(table("a", header=False))):
        found.pair((2, ("x",)), (2, ("y",)))
        assert told(found)[-1] == "~ cell a, line 2: x -> y"


def test_without_a_header_no_first_cell_names_the_row() -> None:
    found = between(table("column 1", "column 2", header=False))
    found.pair((2, ("x", "1")), (2, ("x", "2")))
    assert told(found)[-1] == "~ cell column 2, line 2: 1 -> 2"


def test_cells_beyond_the_header_have_numbers() -> None:
    found = between(table("a"))
    found.pair((2, ("x",)), (2, ("x", "more")))
    assert told(found) == ["~ column column 2: 1 cell", "~ cell column 2, line 2 (a=x):  -> more"]


def test_rows_are_shown_as_their_version_has_them() -> None:
    found = between(table("a", "b", delimiter=";"), table("a", "b", delimiter="|"))
    found.removed((7, ("x", "1")))
    found.added((8, ("y", "2")))
    assert told(found)[1:] == ["- row, old line 7: x;1", "+ row, line 8: y|2"]


def test_all_are_counted_and_the_first_few_of_each_kind_listed() -> None:
    found = between(table("a"))
    for number in range(MAX_LISTED + 5):
        found.removed((number, ("x",)))
    found.added((1, ("y",)))
    comparison = found.comparison()
    assert comparison.counts == {("row", How.REMOVED): MAX_LISTED + 5, ("row", How.ADDED): 1}
    assert comparison.omitted == {("row", How.REMOVED): 5}
    assert len(comparison.details) == MAX_LISTED + 1


def test_rows_that_were_too_many_are_counted_as_changed_and_the_rest_as_come_or_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table_findings, "MAX_COMPARED", 1)
    found = between(table("a"))
    found.pair((2, ("x",)), (2, ("x",)))
    assert not found.full
    found.pair((2, ("x",)), (2, ("y",)))
    assert found.full
    found.uncompared(5, 3)
    counts = found.comparison().counts
    assert {how: counts["row", how] for how in (How.CHANGED, How.REMOVED, How.ADDED)} == {
        How.CHANGED: 3,
        How.REMOVED: 2,
        How.ADDED: 0,
    }
    assert "only the first 1 rows" in found.comparison().note


def test_rows_that_moved_are_counted() -> None:
    found = between(table("a"))
    found.moved(12)
    assert found.comparison().summary == "12 rows moved"
    assert told(found) == ["~ order of rows"]
