"""Alignment finds just the runs that differ, whatever the sequences hold."""

from array import array
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.changes import alignment
from modelops_bundle.changes.alignment import Gap, gaps, rising

SEQUENCES = st.lists(st.integers(0, 9), max_size=40)


def rebuilt(old: list[int], new: list[int]) -> list[int]:
    """Return the new sequence, made of what the gaps leave of the old one and what they bring."""
    result: list[int] = []
    at = 0
    for gap in gaps(old, new):
        result += old[at : gap.old_start] + new[gap.new_start : gap.new_end]
        at = gap.old_end
    return result + old[at:]


@given(SEQUENCES, SEQUENCES)
def test_what_lies_outside_the_gaps_is_the_same(old: list[int], new: list[int]) -> None:
    assert rebuilt(old, new) == new


@given(SEQUENCES, SEQUENCES)
def test_gaps_are_in_order_and_apart(old: list[int], new: list[int]) -> None:
    found = gaps(old, new)
    assert all(gap.old_count or gap.new_count for gap in found)
    for before, after in pairwise(found):
        assert before.old_end <= after.old_start and before.new_end <= after.new_start
        assert before.old_end < after.old_start or before.new_end < after.new_start


@given(SEQUENCES)
def test_equal_sequences_have_no_gap(values: list[int]) -> None:
    assert gaps(values, list(values)) == []


def test_edits_far_apart_are_each_found() -> None:
    old = list(range(1000, 51_000))
    new = [*old[:5], -1, *old[5:20_000], *old[20_003:40_000], -2, *old[40_001:]]
    assert gaps(old, new) == [
        Gap(5, 5, 5, 6),
        Gap(20_000, 20_003, 20_001, 20_001),
        Gap(40_000, 40_001, 39_998, 39_999),
    ]


def test_a_sample_of_the_values_finds_what_all_of_them_would(monkeypatch: pytest.MonkeyPatch) -> None:
    old = array("q", [value * 7919 for value in range(20_000)])
    new = array("q", [*old[:100], 3, *old[100:9_000], *old[9_001:]])
    expected = [Gap(100, 100, 100, 101), Gap(9_000, 9_001, 9_001, 9_001)]
    assert gaps(old, new) == expected
    monkeypatch.setattr(alignment, "MAX_ANCHORS", 100)
    assert gaps(old, new) == expected


def test_values_that_occur_often_are_aligned_too() -> None:
    assert gaps([1, 1, 2, 1, 1], [1, 1, 1, 1]) == [Gap(2, 3, 2, 2)]


def test_the_same_few_values_again_and_again_take_no_long_time() -> None:
    runs = [[number % 2 for number in range(start, start + 100)] for start in range(2000)]
    old = [value for number, run in enumerate(runs) for value in (number + 10, *run)]
    new = [value for number, run in enumerate(runs) for value in (number + 10, *run[::-3], *run[::2])]
    assert len(gaps(old, new)) >= 2000
    assert rebuilt(old, new) == new


def test_a_long_run_with_nothing_in_common_is_one_gap() -> None:
    assert gaps([0, *[1] * 3000, 9], [0, *[2, 3] * 1500, 9]) == [Gap(1, 3001, 1, 3001)]


def test_the_longest_rising_choice_is_taken() -> None:
    assert rising([(0, 5), (1, 1), (2, 2), (3, 0), (4, 3)]) == [(1, 1), (2, 2), (4, 3)]
    assert rising([]) == []
