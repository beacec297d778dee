"""Which row became which: told by the first column, then by likeness, and in bounded memory."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.changes import table_findings, table_rows
from modelops_bundle.changes.alignment import Gap, gaps
from modelops_bundle.changes.detail import Comparison, How
from modelops_bundle.changes.detail_text import text_of
from modelops_bundle.changes.side import Side
from modelops_bundle.changes.table_file import read_table
from modelops_bundle.changes.table_findings import Findings
from modelops_bundle.changes.table_rows import compare_rows

Rows = Sequence[Sequence[str]]
HEADER = ["day", "cases", "deaths"]
ROWS = [[f"{day}", f"{day * 7 % 13}", f"{day % 3}"] for day in range(40)]


def compared(old: Rows, new: Rows, header: Sequence[str] = HEADER, whole: bool = False) -> Comparison:
    """Compare the rows in the runs that differ, or, if `whole`, as if the whole table was one such run."""
    sides = []
    for rows in (old, new):
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([header, *rows])
        sides.append(Side.of(out.getvalue().encode()))
    quotes = any(b'"' in side.read() for side in sides)
    found = Findings(*(read_table(side, "a.csv", quotes) for side in sides))
    ours, theirs = (table.hashes(found.columns, raw=False) for table in (found.old, found.new))
    compare_rows(found, [Gap(0, len(old), 0, len(new))] if whole else gaps(ours, theirs))
    return found.comparison()


def told(old: Rows, new: Rows) -> list[str]:
    return [text_of(detail) for detail in compared(old, new, "ab", whole=True).details]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs of more than a few rows be too long to be held in memory."""
    monkeypatch.setattr(table_rows, "MAX_MATCHED", 4)


def test_rows_that_begin_alike_are_the_same_row() -> None:
    assert told([["x", "1"], ["y", "2"]], [["new", "0"], ["x", "1"], ["y", "3"]]) == [
        "~ column b: 1 cell",
        "+ row, line 2: new,0",
        "~ cell b, line 4 (a=y): 2 -> 3",
    ]


def test_of_others_similar_rows_are_the_same_row() -> None:
    header = ["id", "x", "y", "z"]
    old, new = [["a", "1", "2", "3"]], [["b", "1", "2", "4"]]
    counts = compared(old, new, header, whole=True).counts
    assert counts == {("column", How.CHANGED): 2, ("cell", How.CHANGED): 2}


def test_rows_without_likeness_came_and_went() -> None:
    assert told([["x", "1"], ["y", "2"]], [["u", "8"]]) == [
        "- row, old line 2: x,1",
        "+ row, line 2: u,8",
        "- row, old line 3: y,2",
    ]


CELLS = st.sampled_from(["", "0", "1", "x", 'q"', "two\nlines"])
TABLES = st.lists(st.tuples(CELLS, CELLS), max_size=8)


@pytest.mark.parametrize("limit", [3, 50_000])
@given(old=TABLES, new=TABLES)
def test_however_rows_are_matched_they_add_up(limit: int, old: Rows, new: Rows) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table_rows, "MAX_MATCHED", limit)
        counts = compared(old, new, "ab", whole=True).counts
    assert counts.get(("row", How.ADDED), 0) - counts.get(("row", How.REMOVED), 0) == len(new) - len(old)


@pytest.mark.usefixtures("short")
def test_in_a_long_run_a_column_that_changed_as_a_whole_is_compared_row_by_row() -> None:
    assert compared(ROWS, [[a, f"{b}.5", c] for a, b, c in ROWS]).summary == "1 column changed, 40 cells changed"


@pytest.mark.usefixtures("short")
def test_rows_of_a_long_run_are_matched_by_their_first_column() -> None:
    new = [[a, f"{b}.5", c] for a, b, c in ROWS if a not in ("7", "30")]
    new.insert(20, ["new", "1", "2"])
    assert compared(ROWS, new).summary == "1 column changed, 38 cells changed, 2 rows removed, 1 row added"


@pytest.mark.usefixtures("short")
def test_quoted_rows_of_a_long_run_are_matched_too() -> None:
    old = [[a, f"{b}, about", c] for a, b, c in ROWS]
    new = [[a, f"{b}.5, about", c] for a, b, c in ROWS if a != "7"]
    expected = {("column", How.CHANGED): 1, ("cell", How.CHANGED): 39, ("row", How.REMOVED): 1}
    assert compared(old, new).counts == expected


@pytest.mark.usefixtures("short")
def test_rows_of_a_long_run_that_cannot_be_matched_are_counted() -> None:
    old = [[f"{number % 2}", f"a{number}"] for number in range(3000)]
    new = [[f"{number % 3}x", f"b{number}"] for number in range(3100)]
    comparison = compared(old, new, ["a", "b"])
    assert comparison.summary == "3,000 rows removed, 3,100 rows added"
    assert comparison.note.startswith("rows could not be told apart")


@pytest.mark.usefixtures("short")
def test_after_many_different_rows_the_others_are_only_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_findings, "MAX_COMPARED", 10)
    comparison = compared(ROWS, [*([a, f"{b}.5", c] for a, b, c in ROWS), ["x", "y", "z"]])
    assert comparison.counts["cell", How.CHANGED] == 10
    assert comparison.counts["row", How.CHANGED] == 30
    assert comparison.counts["row", How.ADDED] == 1
    assert comparison.note == "only the first 10 rows that differ were compared cell by cell"
