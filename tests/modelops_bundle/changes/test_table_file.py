"""A table is read as it is written: its delimiter and header are found out, and rows can be passed over."""

import pytest

from modelops_bundle.changes.side import Side
from modelops_bundle.changes.table_file import Table, read_table


def table(text: str, path: str = "a.csv", *, quotes: bool = False) -> Table:
    return read_table(Side.of(text.encode()), path, quotes)


@pytest.mark.parametrize(
    ("text", "path", "delimiter"),
    [
        ("a,b\n1,2\n", "a.csv", ","),
        ("a;b\n1,5;2\n", "a.csv", ";"),
        ('"a,b";c;d\n', "a.csv", ";"),
        ("a|b\n", "a.psv", "|"),
        ("a,b,c\n", "a.tsv", "\t"),
        ("", "a.csv", ","),
    ],
)
def test_the_delimiter_is_the_most_frequent_outside_of_quotes(text: str, path: str, delimiter: str) -> None:
    assert table(text, path).delimiter == delimiter


@pytest.mark.parametrize(
    ("text", "columns", "header"),
    [
        ("day,cases\n1,2\n", ("day", "cases"), True),
        (" day , cases\n", ("day", "cases"), True),
        ("a,a,a\n", ("a", "a (2)", "a (3)"), True),
        (",a,b\n0,1,2\n", ("", "a", "b"), True),
        ("1,2\n3,4\n", ("column 1", "column 2"), False),
        ("name,2020\n", ("column 1", "column 2"), False),
        ("", (), False),
    ],
)
def test_a_first_line_of_names_is_a_header(text: str, columns: tuple[str, ...], header: bool) -> None:
    found = table(text)
    assert (found.columns, found.header) == (columns, header)


def test_rows_come_with_the_line_that_they_end_in() -> None:
    with table('a,b\n1,"x\ny"\n2,z\n', quotes=True).rows() as rows:
        assert list(rows) == [(3, ["1", "x\ny"]), (4, ["2", "z"])]


@pytest.mark.parametrize("quotes", [False, True])
def test_rows_that_are_passed_over_count(quotes: bool) -> None:
    with table("a,b\n1,x\n2,y\n3,z\n", quotes=quotes).rows() as rows:
        rows.skip(1)
        assert next(iter(rows)) == (3, ["2", "y"])
        rows.skip(0)
        assert next(iter(rows)) == (4, ["3", "z"])
        assert rows.place == 3


def test_cells_are_chosen_by_column_and_missing_ones_are_empty() -> None:
    found = table("a,b,c\n1,2,3\n")
    assert found.chooser(["c", "a"])(["1", "2", "3"]) == ("3", "1")
    assert found.chooser(["c"])(["1"]) == ("",)
    assert found.chooser([])(["1"]) == ()
    assert found.chooser(["a", "b", "c"])(["1", "2"]) == ("1", "2")


def test_equal_rows_and_keys_have_equal_hashes() -> None:
    one, other = table("a,b\n1,x\n2,y\n"), table("a,b\n1,x\n2,z\n")
    for raw in (False, True):
        ours, theirs = one.hashes(["a", "b"], raw=raw), other.hashes(["a", "b"], raw=raw)
        assert [here == there for here, there in zip(ours, theirs, strict=True)] == [True, False]
    assert one.keys("a") == other.keys("a")
    assert one.keys("b") != other.keys("b")
