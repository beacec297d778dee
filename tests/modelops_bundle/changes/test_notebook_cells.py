"""Code cells are told apart by their number, and what differs in them by name."""

import ast

import pytest

from modelops_bundle.changes.detail_text import text_of
from modelops_bundle.changes.notebook_cells import cell_changes

CELLS = ["import os\n", "x = 1\ny = 2\n", "", "def f():\n  return x\n", "f()\n"]


def changes(old: list[str], new: list[str]) -> list[str]:
    return [text_of(each) for each in cell_changes(*([ast.parse(cell) for cell in side] for side in (old, new)))]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ([CELLS[0], "x = 1\ny = 3\n", *CELLS[2:]], ["~ constant y, cell 2 line 2: 2 -> 3"]),
        ([*CELLS[:3], "def f():\n  return y\n", "f()"], ["~ function f, cell 4 line 2: return x -> return y"]),
        ([*CELLS, "z = 1\nw = 2"], ["+ code cell 6: z = 1 …"]),
        (["z = 1", *CELLS], ["+ code cell 1: z = 1"]),
        ([CELLS[0], *CELLS[2:]], ["- code cell 2 (of the old notebook): x = 1 …"]),
        ([CELLS[4], *CELLS[:4]], ["~ code cell 1: moved from 5"]),
        ([each for each in CELLS if each], []),
    ],
)
def test_cells(new: list[str], expected: list[str]) -> None:
    assert changes(CELLS, new) == expected
