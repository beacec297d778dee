"""Compare two versions of a table: which columns and rows came and went, and which cells changed.

The rows are aligned by their hashes, 8 bytes each, and only those that differ are parsed. So 100 MB take seconds,
and memory does not depend on how long the rows are.
"""

import csv
from collections.abc import Sequence
from operator import ne

from modelops_bundle.changes.alignment import gaps
from modelops_bundle.changes.detail import Comparison
from modelops_bundle.changes.side import Side
from modelops_bundle.changes.table_file import read_table
from modelops_bundle.changes.table_findings import Findings
from modelops_bundle.changes.table_rows import compare_rows

SUFFIXES = (".csv", ".tsv", ".tab", ".psv")


class NotATable(Exception):
    """What is called a table cannot be read as one."""


def compare_tables(old: Side, new: Side, path: str, *, quotes: bool) -> Comparison:
    """Compare two versions of a table; `quotes` tells whether there are any in them. Raises NotATable."""
    try:
        before, after = (read_table(side, path, quotes) for side in (old, new))
        found = Findings(before, after)
        if found.columns:
            raw = before.columns == after.columns and before.delimiter == after.delimiter and not quotes
            ours, theirs = (table.hashes(found.columns, raw=raw) for table in (before, after))
            if moved := _moved(ours, theirs):
                found.moved(moved)
            else:
                compare_rows(found, gaps(ours, theirs))
        return found.comparison()
    except csv.Error as error:
        raise NotATable(str(error)) from None


def _moved(ours: Sequence[int], theirs: Sequence[int]) -> int:
    """Return how many rows stand elsewhere, if both sides have the same rows."""
    if len(ours) != len(theirs) or sum(ours) != sum(theirs):
        return 0
    return sum(map(ne, ours, theirs))
