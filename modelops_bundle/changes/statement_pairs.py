"""Which statements of a block differ: pairs of old and new, as far inside as they can be told apart."""

import ast
from collections.abc import Iterator, Sequence

from modelops_bundle.changes.alignment import Gap, gaps
from modelops_bundle.changes.statements import Definition, Statement, blocks_of, head_shape, shape_of, source_line

Pair = tuple[Statement | None, Statement | None]
"""A statement before and after; None where it was not there. Of a compound one, only the first line differs."""


def statement_changes(old: Sequence[Statement], new: Sequence[Statement]) -> Iterator[Pair]:
    """Yield the statements that differ, in the order of the new ones.

    Definitions are yielded as pairs and not looked into.
    """
    for gap in gaps([hash(shape_of(each)) for each in old], [hash(shape_of(each)) for each in new]):
        ours, theirs = old[gap.old_start : gap.old_end], new[gap.new_start : gap.new_end]
        for before, after in _partners(ours, theirs):
            if before and after and not isinstance(after, Definition) and blocks_of(after):
                yield from _inside(before, after)
            else:
                yield before, after


def _inside(old: Statement, new: Statement) -> Iterator[Pair]:
    """Yield what differs between two compound statements of one type."""
    if head_shape(old) != head_shape(new):
        yield old, new
    before, after = blocks_of(old), blocks_of(new)
    for name in [*after, *(name for name in before if name not in after)]:
        yield from statement_changes(before.get(name, []), after.get(name, []))


def _partners(old: Sequence[Statement], new: Sequence[Statement]) -> Iterator[Pair]:
    """Yield which old statement became which new one: those that begin alike, and the others by their order."""
    old_at = new_at = 0
    alike = gaps([hash(_beginning(each)) for each in old], [hash(_beginning(each)) for each in new])
    for gap in [*alike, Gap(len(old), len(old), len(new), len(new))]:
        yield from zip(old[old_at : gap.old_start], new[new_at : gap.new_start], strict=True)
        old_at, new_at = gap.old_end, gap.new_end
        yield from _by_order(old[gap.old_start : old_at], new[gap.new_start : new_at])


def _beginning(statement: Statement) -> tuple[str, str]:
    """Return what a statement most likely keeps when it is edited: what it defines, assigns or calls."""
    kind, line = type(statement).__name__, source_line(statement)
    if isinstance(statement, Definition):
        return kind, statement.name
    if isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
        return kind, line.partition("=")[0].partition(":")[0].strip()
    if isinstance(statement, ast.Expr):
        return kind, line.partition("(")[0]
    return kind, line if blocks_of(statement) else ""


def _by_order(old: Sequence[Statement], new: Sequence[Statement]) -> Iterator[Pair]:
    both = min(len(old), len(new))
    for before, after in zip(old, new, strict=False):
        if type(before) is type(after):
            yield before, after
        else:
            yield before, None
            yield None, after
    yield from ((before, None) for before in old[both:])
    yield from ((None, after) for after in new[both:])
