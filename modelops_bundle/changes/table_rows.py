"""Tell which row of one version of a table became which of the other, and compare their cells.

Rows that begin alike are taken for the same one, in order. Runs of up to MAX_MATCHED rows are held in memory.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice

from modelops_bundle.changes.alignment import Gap, gaps
from modelops_bundle.changes.table_file import Rows, Table
from modelops_bundle.changes.table_findings import Findings, Row

MAX_MATCHED = 50_000


def compare_rows(found: Findings, differing: Sequence[Gap]) -> None:
    """Compare the cells of rows that differ. Raises csv.Error."""
    with ExitStack() as stack:
        old, new = (_Reader(found, table, stack.enter_context(table.rows())) for table in (found.old, found.new))
        for gap in differing:
            if _is_small(gap):
                _compare(found, gap, old, new)
            else:
                for part, alike in _parts(found, gap):
                    _compare(found, part, old, new, alike=alike)


class _Reader:
    """Reads rows of one version, as far as their columns are common."""

    def __init__(self, found: Findings, table: Table, rows: Rows) -> None:
        self._rows = rows
        self._choose = table.chooser(found.columns)

    def run(self, start: int, end: int) -> Iterator[Row]:
        """Yield the rows of a run; runs must be asked for in order."""
        self._rows.skip(start - self._rows.place)
        return ((line, self._choose(row)) for line, row in islice(self._rows, end - start))


def _is_small(gap: Gap) -> bool:
    return gap.old_count + gap.new_count <= MAX_MATCHED


def _parts(found: Findings, gap: Gap) -> Iterator[tuple[Gap, bool]]:
    """Yield the parts of a long run, and of each whether its rows begin alike one by one."""
    ours = found.old.keys(found.columns[0])[gap.old_start : gap.old_end]
    theirs = found.new.keys(found.columns[0])[gap.new_start : gap.new_end]
    old_at = new_at = 0
    for part in [*gaps(ours, theirs), Gap(len(ours), len(ours), len(theirs), len(theirs))]:
        yield _shifted(gap, old_at, part.old_start, new_at, part.new_start), True
        old_at, new_at = part.old_end, part.new_end
        yield _shifted(gap, part.old_start, old_at, part.new_start, new_at), False


def _shifted(gap: Gap, old_start: int, old_end: int, new_start: int, new_end: int) -> Gap:
    old, new = gap.old_start, gap.new_start
    return Gap(old + old_start, old + old_end, new + new_start, new + new_end)


def _compare(found: Findings, gap: Gap, old: _Reader, new: _Reader, *, alike: bool = False) -> None:
    if found.full:
        found.uncompared(gap.old_count, gap.new_count)
    elif alike or (not _is_small(gap) and gap.old_count == gap.new_count):
        _in_order(found, gap, old, new)
    elif _is_small(gap):
        ours, theirs = old.run(gap.old_start, gap.old_end), new.run(gap.new_start, gap.new_end)
        _match(found, list(ours), list(theirs))
    else:
        found.unmatched(gap.old_count, gap.new_count)


def _in_order(found: Findings, gap: Gap, old: _Reader, new: _Reader) -> None:
    """Compare as many rows of each side one by one."""
    ours, theirs = old.run(gap.old_start, gap.old_end), new.run(gap.new_start, gap.new_end)
    for count, (before, after) in enumerate(zip(ours, theirs, strict=True)):
        if found.full:
            found.uncompared(gap.old_count - count, gap.new_count - count)
            return
        found.pair(before, after)


def _match(found: Findings, ours: list[Row], theirs: list[Row]) -> None:
    """Compare rows that begin alike, and of the others those that are similar."""
    old_keys, new_keys = ([hash(cells[:1]) for _, cells in rows] for rows in (ours, theirs))
    old_at = new_at = 0
    for gap in [*gaps(old_keys, new_keys), Gap(len(ours), len(ours), len(theirs), len(theirs))]:
        for old, new in zip(ours[old_at : gap.old_start], theirs[new_at : gap.new_start], strict=True):
            found.pair(old, new)
        old_at, new_at = gap.old_end, gap.new_end
        _match_similar(found, ours[gap.old_start : old_at], theirs[gap.new_start : new_at])


def _match_similar(found: Findings, ours: list[Row], theirs: list[Row]) -> None:
    both = min(len(ours), len(theirs))
    for old, new in zip(ours, theirs, strict=False):
        same = sum(was == now for was, now in zip(old[1], new[1], strict=False))
        if 2 * same >= len(new[1]) - 1:
            found.pair(old, new)
        else:
            found.removed(old)
            found.added(new)
    for old in ours[both:]:
        found.removed(old)
    for new in theirs[both:]:
        found.added(new)
