"""Values are shown on one short line, and where they differ."""

from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.changes.one_line import WIDTH, one_line, pair


def test_short_values_stay_as_they_are() -> None:
    assert pair("0.3", "0.35") == ("0.3", "0.35")


def test_line_ends_and_control_characters_are_escaped() -> None:
    assert one_line("a\nb\x1b[31m") == "a\\nb\\x1b[31m"


def test_a_long_value_is_cut() -> None:
    shown = one_line("x" * 500)
    assert len(shown) == WIDTH and shown.endswith("x…")


def test_a_value_that_was_not_there_stays_none() -> None:
    assert pair(None, "a" * 500)[0] is None
    assert pair("a", None) == ("a", None)


def test_long_values_are_cut_where_they_begin_to_differ() -> None:
    same = "parameter " * 30
    old, new = pair(f"{same}beta=0.3, more", f"{same}beta=0.35, more")
    assert old is not None and new is not None
    assert old.endswith("beta=0.3, more") and new.endswith("beta=0.35, more")
    assert old.startswith("…") and len(old) <= WIDTH + 1


@given(st.text(max_size=300), st.text(max_size=300))
def test_different_values_are_shown_differently(old: str, new: str) -> None:
    was, now = pair(old, new)
    assert was is not None and now is not None
    assert was.isprintable() and now.isprintable()
    assert max(len(was), len(now)) <= WIDTH + 1
