"""What people see is short, aligned, and harmless to a terminal."""

import json
import time

import pytest

from modelops_bundle.porcelain import _render
from modelops_bundle.porcelain._render import (
    MANY,
    human_age,
    human_size,
    listing,
    print_json,
    say,
    table,
)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KB"),
        (1536, "1.5 KB"),
        (50 << 20, "50.0 MB"),
        (3 << 30, "3.0 GB"),
        (5 << 40, "5.0 TB"),
        (5 << 50, "5120.0 TB"),
    ],
)
def test_sizes_have_one_unit(size: int, text: str) -> None:
    assert human_size(size) == text


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (-5, "0 seconds ago"),
        (1, "1 second ago"),
        (59, "59 seconds ago"),
        (60, "1 minute ago"),
        (7199, "1 hour ago"),
        (86400 * 3, "3 days ago"),
    ],
)
def test_ages_have_one_unit(age: int, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_render, "time", Clock())
    assert human_age(Clock.now - age) == text


class Clock:
    now = time.time()

    def time(self) -> float:
        return self.now


def test_columns_are_aligned_and_lines_do_not_end_in_blanks(capsys: pytest.CaptureFixture[str]) -> None:
    table(("Name", "Size"), [("a.csv", "1"), ("b", "")])
    assert capsys.readouterr().out == "Name   Size\na.csv  1\nb\n"


def test_a_long_list_is_cut_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    paths = [f"{number:03d}" for number in range(MANY + 2)]
    listing("+", paths)
    lines = capsys.readouterr().out.splitlines()
    assert (len(lines), lines[0]) == (MANY + 1, "  + 000")
    assert lines[-1].startswith("  … and 2 more")
    listing("+", paths, all_of_them=True)
    assert len(capsys.readouterr().out.splitlines()) == MANY + 2


def test_a_name_cannot_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    listing("+", ["a\x1b[2J\n.csv"])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown and shown.count("\n") == 1


def test_a_name_that_is_no_text_can_be_shown(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\udcff")
    print_json({"path": "b\udcff"})
    line, *document = capsys.readouterr().out.splitlines()
    assert line == "a\\udcff"
    assert json.loads("\n".join(document)) == {"path": "b\udcff"}
