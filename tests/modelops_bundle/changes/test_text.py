"""Texts are compared line by line, and what is too large or no text by its bytes."""

import pytest

from modelops_bundle.changes import text
from modelops_bundle.changes.detail import MAX_LISTED, How
from modelops_bundle.changes.detail_text import text_of
from modelops_bundle.changes.side import Side, survey
from modelops_bundle.changes.text import compare_bytes, compare_coarsely, compare_texts


def lines(old: str, new: str) -> list[str]:
    return [text_of(detail) for detail in compare_texts(Side.of(old.encode()), Side.of(new.encode())).details]


def test_changed_added_and_removed_lines_are_shown_where_they_stand() -> None:
    assert lines("a\nb\nc\nd\n", "a\nB\nc\n") == ["~ line, line 2: b -> B", "- line, old line 4: d"]
    assert lines("a\nb\n", "new\na\nb\n") == ["+ line, line 1: new"]


def test_lines_are_counted_beyond_those_that_are_shown() -> None:
    found = compare_texts(Side.of(b"a\nb\n"), Side.of(b"a\nb\n" + b"".join(b"%d\n" % n for n in range(500))))
    assert found.summary == "500 lines added"
    assert len(found.details) == MAX_LISTED


def test_lines_far_apart_are_shown() -> None:
    old = [f"{number}\n" for number in range(5000)]
    new = [*old[:10], "x\n", *old[11:4000], "y\n", *old[4000:]]
    assert lines("".join(old), "".join(new)) == ["~ line, line 11: 10 -> x", "+ line, line 4001: y"]


def test_a_long_run_of_lines_that_were_replaced() -> None:
    old, new = ("".join(f"{side}{number}\n" for number in range(30)) for side in "ab")
    found = compare_texts(Side.of(f"{old}end\n".encode()), Side.of(f"{new}more\nend\nlast\n".encode()))
    assert dict(found.counts) == {("line", How.CHANGED): 30, ("line", How.ADDED): 2}
    assert text_of(found.details[-1]) == "+ line, line 33: last"


@pytest.mark.parametrize(("old", "new"), [("a\nb\n", "a\r\nb\r\n"), ("a\nb\n", "a\nb")])
def test_what_ends_lines_is_no_difference_between_lines(old: str, new: str) -> None:
    found = compare_texts(Side.of(old.encode()), Side.of(new.encode()))
    assert found.summary == "no line differs: only what ends the lines does"


def test_bytes_are_told_by_size_and_first_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_BLOCK", 4)
    found = compare_bytes(Side.of(b"0123456789"), Side.of(b"012345x789!"))
    assert [text_of(detail) for detail in found.details] == ["~ size: 10 bytes -> 11 bytes"]
    assert found.note == "the first difference is in byte 7"
    assert compare_bytes(Side.of(b"0123"), Side.of(b"01234")).note == "the first difference is in byte 5"


def test_a_text_that_is_too_large_is_told_by_its_number_of_lines() -> None:
    old, new = Side.of(b"a\nb\n"), Side.of(b"a\nB\nc\n")
    found = compare_coarsely(old, new, survey(old), survey(new))
    assert [text_of(detail) for detail in found.details] == ["~ number of lines: 2 -> 3"]
    assert found.note == "too large to compare line by line; the first difference is in byte 3"
