"""What differs between the code cells of two versions of a notebook; outputs and text cells do not count."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from modelops_bundle.changes.alignment import gaps
from modelops_bundle.changes.detail import Detail, How
from modelops_bundle.changes.python_body import body_changes
from modelops_bundle.changes.statements import shape_of, source_line

_Numbered = tuple[int, ast.Module]
"""A code cell and its number, which counts from 1."""


def cell_changes(old: Sequence[ast.Module], new: Sequence[ast.Module]) -> Iterator[Detail]:
    """Yield the code cells that came, went or moved, and what differs inside others; empty ones do not count."""
    ours, theirs = _numbered(old), _numbered(new)
    gone: dict[str, _Numbered] = {}
    come: list[_Numbered] = []
    for gap in gaps([hash(_shape(each)) for each in ours], [hash(_shape(each)) for each in theirs]):
        before, after = ours[gap.old_start : gap.old_end], theirs[gap.new_start : gap.new_end]
        if len(before) == len(after):
            for (_, was), (number, now) in zip(before, after, strict=True):
                yield from (replace(each, cell=number) for each in body_changes(was.body, now.body))
        else:
            gone |= {_shape(each): each for each in before}
            come += after
    for each in come:
        number, cell = each
        moved = gone.pop(_shape(each), None)
        if moved:
            yield Detail("code cell", How.MOVED, str(number), new=f"from {moved[0]}")
        else:
            yield Detail("code cell", How.ADDED, str(number), new=_first_line(cell))
    for number, cell in gone.values():
        yield Detail("code cell", How.REMOVED, str(number), old=_first_line(cell), where="of the old notebook")


def _numbered(cells: Sequence[ast.Module]) -> list[_Numbered]:
    return [(number, cell) for number, cell in enumerate(cells, 1) if cell.body]


def _shape(cell: _Numbered) -> str:
    return shape_of(*cell[1].body)


def _first_line(cell: ast.Module) -> str:
    more = " …" if len(cell.body) > 1 else ""
    return source_line(cell.body[0]) + more
