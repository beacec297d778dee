"""Compare two versions of a text by its lines; what cannot be read by lines, by its bytes."""

from array import array
from collections import deque
from itertools import islice
from typing import TextIO

from modelops_bundle.changes.alignment import Gap, gaps
from modelops_bundle.changes.detail import MAX_LISTED, Comparison, Detail, How, comparison
from modelops_bundle.changes.side import Side, Survey

MAX_LINES = 4_000_000
"""Texts with more lines are not compared line by line."""
_BLOCK = 1 << 20


def compare_texts(old: Side, new: Side) -> Comparison:
    """Compare two texts line by line; what ends a line does not count."""
    ours, theirs = _hashes(old), _hashes(new)
    differing = gaps(ours, theirs)
    changed = sum(min(gap.old_count, gap.new_count) for gap in differing)
    removed = sum(gap.old_count for gap in differing) - changed
    added = sum(gap.new_count for gap in differing) - changed
    found = {How.CHANGED: changed, How.REMOVED: removed, How.ADDED: added}
    counts = {("line", how): count for how, count in found.items() if count}
    note = "" if counts else "no line differs: only what ends the lines does"
    return comparison("text", _examples(old, new, differing), counts=counts, note=note)


def compare_bytes(old: Side, new: Side) -> Comparison:
    """Tell sizes in bytes, and the first byte that differs; in constant memory."""
    at = _first_difference(old, new)
    sizes = Detail("size", How.CHANGED, old=f"{old.size:,} bytes", new=f"{new.size:,} bytes")
    note = f"the first difference is in byte {at + 1:,}"
    return comparison("binary", [sizes] if old.size != new.size else [], counts={}, note=note)


def compare_coarsely(old: Side, new: Side, before: Survey, after: Survey) -> Comparison:
    """Tell numbers of lines, for texts that are too large to be compared line by line."""
    lines = Detail("number of lines", How.CHANGED, old=f"{before.lines:,}", new=f"{after.lines:,}")
    at = _first_difference(old, new)
    note = f"too large to compare line by line; the first difference is in byte {at + 1:,}"
    return comparison("text", [lines] if before.lines != after.lines else [], counts={}, note=note)


def _hashes(side: Side) -> "array[int]":
    with side.text() as text:
        return array("q", (hash(line.rstrip("\r\n")) for line in text))


def _examples(old: Side, new: Side, differing: list[Gap]) -> list[Detail]:
    """Return the first lines that differ."""
    details: list[Detail] = []
    with old.text() as ours, new.text() as theirs:
        old_at = new_at = 0
        for gap in differing[:MAX_LISTED]:
            was = _lines(ours, gap.old_start - old_at, gap.old_count)
            now = _lines(theirs, gap.new_start - new_at, gap.new_count)
            details += _of_gap(gap, was, now)
            old_at, new_at = gap.old_end, gap.new_end
    return details


def _lines(text: TextIO, skip: int, count: int) -> list[str]:
    """Pass over lines, and over `count` more, of which the first few are returned."""
    few = min(count, MAX_LISTED)
    wanted = [line.rstrip("\r\n") for line in islice(text, skip, skip + few)]
    deque(islice(text, count - few), maxlen=0)
    return wanted


def _of_gap(gap: Gap, was: list[str], now: list[str]) -> list[Detail]:
    details = []
    for at in range(max(len(was), len(now))):
        old, new = (was[at] if at < len(was) else None), (now[at] if at < len(now) else None)
        line = gap.new_start + at + 1 if new is not None else 0
        old_line = gap.old_start + at + 1 if old is not None else 0
        how = How.ADDED if old is None else How.REMOVED if new is None else How.CHANGED
        details.append(Detail("line", how, old=old, new=new, line=line, old_line=old_line))
    return details


def _first_difference(old: Side, new: Side) -> int:
    """Return how many bytes both versions have in common at their start."""
    same = 0
    with old.open() as ours, new.open() as theirs:
        while True:
            was, now = ours.read(_BLOCK), theirs.read(_BLOCK)
            if was != now or not was:
                length = min(len(was), len(now))
                return same + next((at for at in range(length) if was[at] != now[at]), length)
            same += len(was)
