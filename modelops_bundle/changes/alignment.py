"""Find the runs in which two sequences differ, in nearly linear time whatever they hold.

This is patience diff: what occurs once on each side holds both together, and what lies between two such anchors
is looked at in the same way. Of long runs only a sample of the values may become anchors, chosen by the values
themselves, so that both sides choose alike and memory stays bounded.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

MAX_ANCHORS = 100_000
"""About so many values are remembered at a time."""
MAX_PRODUCT = 10_000
"""In runs without anchors whose lengths have at most this product, each value is compared with each."""
_MAX_COMPARED = 100 * MAX_PRODUCT
"""So many values altogether: difflib takes long where the same few values occur again and again."""
_BLOCK = 4096


class Gap(NamedTuple):
    """A run that differs: `old[old_start:old_end]` became `new[new_start:new_end]`; one of them may be empty."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int

    @property
    def old_count(self) -> int:
        return self.old_end - self.old_start

    @property
    def new_count(self) -> int:
        return self.new_end - self.new_start


def gaps(old: Sequence[int], new: Sequence[int]) -> list[Gap]:
    """Return the runs in which two sequences of hashes differ, in order."""
    found: list[Gap] = []
    left = _MAX_COMPARED
    todo = [Gap(0, len(old), 0, len(new))]
    while todo:
        gap = _trimmed(old, new, todo.pop())
        product = gap.old_count * gap.new_count
        parts = _between_anchors(old, new, gap) if product else [gap]
        if parts != [gap]:
            todo.extend(reversed(parts))
        elif 0 < product <= min(MAX_PRODUCT, left):
            left -= product
            found += _each_with_each(old, new, gap)
        elif gap.old_count or gap.new_count:
            found.append(gap)
    return found


def _trimmed(old: Sequence[int], new: Sequence[int], gap: Gap) -> Gap:
    """Take away what both sides begin and end with."""
    old_start, old_end, new_start, new_end = gap
    step = _BLOCK
    while step:
        at, there = old_start + step, new_start + step
        if at <= old_end and there <= new_end and old[old_start:at] == new[new_start:there]:
            old_start, new_start = at, there
        else:
            step //= 2
    step = _BLOCK
    while step:
        at, there = old_end - step, new_end - step
        if at >= old_start and there >= new_start and old[at:old_end] == new[there:new_end]:
            old_end, new_end = at, there
        else:
            step //= 2
    return Gap(old_start, old_end, new_start, new_end)


def _between_anchors(old: Sequence[int], new: Sequence[int], gap: Gap) -> list[Gap]:
    """Return the parts of a gap that lie between values which both sides have in the same order."""
    stride = 1 + (gap.old_count + gap.new_count) // MAX_ANCHORS
    ours = _once(old, gap.old_start, gap.old_end, stride)
    theirs = _once(new, gap.new_start, gap.new_end, stride)
    anchors = rising([(at, theirs[value]) for value, at in ours.items() if theirs.get(value, -1) >= 0 <= at])
    starts = [(gap.old_start, gap.new_start), *((here + 1, there + 1) for here, there in anchors)]
    ends = [*anchors, (gap.old_end, gap.new_end)]
    return [Gap(i, j, k, m) for (i, k), (j, m) in zip(starts, ends, strict=True)]


def _once(values: Sequence[int], start: int, end: int, stride: int) -> dict[int, int]:
    """Return the place of each sampled value, in order; -1 where it occurs more than once."""
    places: dict[int, int] = {}
    for at, value in enumerate(values[start:end], start):
        if value % stride == 0:
            places[value] = -1 if value in places else at
    return places


def rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest choice of pairs, which come sorted by their first, whose second ones rise too."""
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, there) in enumerate(pairs):
        length = bisect_left(tops, there)
        before.append(ends[length - 1] if length else -1)
        tops[length : length + 1] = [there]
        ends[length : length + 1] = [number]
    chosen = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chosen.append(pairs[number])
        number = before[number]
    return chosen[::-1]


def _each_with_each(old: Sequence[int], new: Sequence[int], gap: Gap) -> Iterator[Gap]:
    ours, theirs = old[gap.old_start : gap.old_end], new[gap.new_start : gap.new_end]
    for tag, i, j, k, m in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag != "equal":
            yield Gap(gap.old_start + i, gap.old_start + j, gap.new_start + k, gap.new_start + m)
