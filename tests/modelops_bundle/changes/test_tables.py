"""Tables are compared by columns, rows and cells."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.changes.detail import Comparison, How
from modelops_bundle.changes.detail_text import text_of
from modelops_bundle.changes.side import Side, survey
from modelops_bundle.changes.tables import NotATable, compare_tables

ROWS = [[f"{day}", f"{day * 7 % 13}", f"{day % 3}"] for day in range(40)]
HEADER = ["day", "cases", "deaths"]


def table(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue()


def compared(old: str, new: str, path: str = "a.csv") -> Comparison:
    before, after = (Side.of(text.encode("utf-8", "surrogateescape")) for text in (old, new))
    return compare_tables(before, after, path, quotes=survey(before).quotes or survey(after).quotes)


def found(old: str, new: str) -> list[str]:
    return [text_of(detail) for detail in compared(old, new).details]


def edited(**cells: str) -> list[list[str]]:
    """Return the rows with some cells replaced, each named as in a spreadsheet."""
    rows = [list(row) for row in ROWS]
    for name, value in cells.items():
        rows[int(name[1:]) - 2]["abc".index(name[0])] = value
    return rows


def test_changed_cells_are_named_by_column_line_and_first_cell() -> None:
    assert found(table(ROWS), table(edited(b5="99", c30="x"))) == [
        "~ column cases: 1 cell",
        "~ column deaths: 1 cell",
        "~ cell cases, line 5 (day=3): 8 -> 99",
        "~ cell deaths, line 30 (day=28): 1 -> x",
    ]


def test_rows_come_and_go() -> None:
    assert found(table(ROWS), table([*ROWS[:10], *ROWS[12:], ["90", "1", "1"]])) == [
        "- row, old line 12: 10,5,1",
        "- row, old line 13: 11,12,2",
        "+ row, line 40: 90,1,1",
    ]


def test_a_row_before_the_others_is_one_added_row() -> None:
    assert found(table(ROWS), table([["-1", "0", "0"], *ROWS])) == ["+ row, line 2: -1,0,0"]


def test_columns_come_and_go_and_the_others_are_compared() -> None:
    new = table([[row[0], "x", row[1]] for row in edited(b5="99")], ["day", "age", "cases"])
    assert found(table(ROWS), new) == [
        "+ column age",
        "- column deaths",
        "~ column cases: 1 cell",
        "~ cell cases, line 5 (day=3): 8 -> 99",
    ]


def test_a_column_that_changed_as_a_whole() -> None:
    comparison = compared(table(ROWS), table([[a, f"{b}.5", c] for a, b, c in ROWS]))
    assert comparison.summary == "1 column changed, 40 cells changed"


def test_columns_in_another_order() -> None:
    assert found(table(ROWS), table([row[::-1] for row in ROWS], HEADER[::-1])) == [
        "~ order of columns: day, cases, deaths -> deaths, cases, day"
    ]


def test_rows_in_another_order() -> None:
    comparison = compared(table(ROWS), table(ROWS[::-1]))
    assert comparison.summary == "40 rows moved"
    assert [text_of(detail) for detail in comparison.details] == ["~ order of rows"]


@pytest.mark.parametrize(
    "new",
    [
        table(ROWS).replace("\n", "\r\n"),
        "\ufeff" + table(ROWS),
        table(ROWS).replace("\n1,7,1\n", '\n1,"7",1\n'),
        table(ROWS).removesuffix("\n"),
    ],
    ids=["line ends", "byte order mark", "quotes", "last line end"],
)
def test_how_a_table_is_written_is_no_difference(new: str) -> None:
    assert compared(table(ROWS), new).summary.startswith("no cell differs")


def test_another_delimiter_is_told_and_cells_are_compared_all_the_same() -> None:
    new = table(edited(b5="99")).replace(",", ";")
    assert found(table(ROWS), new) == [
        "~ delimiter: , -> ;",
        "~ column cases: 1 cell",
        "~ cell cases, line 5 (day=3): 8 -> 99",
    ]


def test_a_delimiter_in_quotes_is_none() -> None:
    assert found('"a;b;c",n\nx,1\n', '"a;b;c",n\nx,2\n')[0] == "~ column n: 1 cell"


def test_a_decimal_comma_is_no_delimiter() -> None:
    assert found("a;b\n1,5;2,5\n", "a;b\n1,5;3,5\n")[-1] == "~ cell b, line 2 (a=1,5): 2,5 -> 3,5"


def test_cells_that_hold_line_ends_and_quotes() -> None:
    rows = [["1", 'a "b"\nc', "x"], ["2", "d", "y"], ["3", "e", "z"]]
    new = [*rows[:2], ["3", "e", "Z"]]
    assert found(table(rows), table(new)) == [
        "~ column deaths: 1 cell",
        "~ cell deaths, line 5 (day=3): z -> Z",
    ]


def test_a_table_without_a_header_has_numbered_columns() -> None:
    assert found("1,2\n3,4\n", "1,2\n3,5\n") == ["~ column column 2: 1 cell", "~ cell column 2, line 2: 4 -> 5"]


def test_two_columns_of_one_name_are_told_apart() -> None:
    assert found("a,n,n\nx,1,2\n", "a,n,n\nx,1,3\n") == [
        "~ column n (2): 1 cell",
        "~ cell n (2), line 2 (a=x): 2 -> 3",
    ]


def test_rows_of_another_length() -> None:
    assert found("a,b\nx,1\ny,2\n", "a,b\nx,1,9\ny\n") == [
        "~ column column 3: 1 cell",
        "~ column b: 1 cell",
        "~ cell column 3, line 2 (a=x):  -> 9",
        "~ cell b, line 3 (a=y): 2 -> ",
    ]


def test_one_column() -> None:
    assert found("day\n1\n2\n3\n", "day\n1\n5\n3\n4\n") == [
        "~ column day: 1 cell",
        "~ cell day, line 3: 2 -> 5",
        "+ row, line 5: 4",
    ]


def test_a_very_wide_table_takes_no_long_time() -> None:
    old, new = (",".join(f"{side}{column}" for column in range(50_000)) for side in "ab")
    assert compared(f"day,{old}\n1\n", f"day,{new}\n2\n").summary.startswith(
        "50,000 columns added, 50,000 columns"
    )


def test_nothing_in_common() -> None:
    assert found("a,b\n1,2\n", "c,d\n3,4\n") == ["+ column c", "+ column d", "- column a", "- column b"]


def test_an_empty_version() -> None:
    assert found("", "a,b\n1,2\n") == ["+ column a", "+ column b"]


def test_bytes_that_are_not_utf8_are_compared() -> None:
    assert found("a,b\nx,\udce9\n", "a,b\nx,\udce8\n")[-1] == "~ cell b, line 2 (a=x): \\udce9 -> \\udce8"


def test_a_field_without_end_is_refused() -> None:
    with pytest.raises(NotATable):
        compared(table(ROWS), f'{",".join(HEADER)}\n"' + "x,y\n" * 50_000)


CELLS = st.sampled_from(["", "0", "1", "x", "a b", 'q"', "two\nlines"])


@given(st.data())
def test_each_changed_cell_is_counted_where_the_first_column_names_the_row(data: st.DataObject) -> None:
    old = [[f"r{number}", *data.draw(st.tuples(CELLS, CELLS))] for number in range(data.draw(st.integers(1, 12)))]
    new = [[row[0], *data.draw(st.tuples(CELLS, CELLS))] for row in old]
    cells = [[cell for row in rows for cell in row] for rows in (old, new)]
    different = sum(was != now for was, now in zip(*cells, strict=True))
    assert compared(table(old), table(new)).counts.get(("cell", How.CHANGED), 0) == different


@given(st.lists(st.tuples(CELLS, CELLS), max_size=12), st.lists(st.tuples(CELLS, CELLS), max_size=12))
def test_rows_add_up(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> None:
    counts = compared(table(old, ["a", "b"]), table(new, ["a", "b"])).counts
    assert counts.get(("row", How.ADDED), 0) - counts.get(("row", How.REMOVED), 0) == len(new) - len(old)
    assert bool(counts) == (old != new)
