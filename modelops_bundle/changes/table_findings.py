"""What was found to differ between two versions of a table: counts of everything, and the first few of each."""

from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

from modelops_bundle.changes.detail import MAX_LISTED, Comparison, Detail, How, comparison
from modelops_bundle.changes.table_file import Table

MAX_COMPARED = 200_000
"""After so many pairs of different rows, the others are not compared cell by cell."""

Row = tuple[int, tuple[str, ...]]
"""The line that a row ends in, and its cells in the columns that both versions have."""


class Findings:
    """Collects differences; `columns` are those that both versions have."""

    def __init__(self, old: Table, new: Table) -> None:
        self.old, self.new = old, new
        self._both = set(old.columns) & set(new.columns)
        self.columns = [name for name in old.columns if name in self._both]
        self._cells: Counter[str] = Counter()
        self._counts: Counter[tuple[str, How]] = Counter()
        self._examples: list[Detail] = []
        self._pairs = 0
        self._note = ""

    @property
    def full(self) -> bool:
        """Whether so much was found that the rest is only counted."""
        return self._pairs >= MAX_COMPARED

    def pair(self, old: Row, new: Row) -> None:
        """Note in which cells two rows differ, if they do."""
        (old_line, ours), (line, theirs) = old, new
        if ours == theirs:
            return
        self._pairs += 1
        for at, (was, now) in enumerate(zip_longest(ours, theirs, fillvalue="")):
            if was != now:
                name = self.columns[at] if at < len(self.columns) else f"column {at + 1}"
                self._cells[name] += 1
                where = f"{self.columns[0]}={theirs[0]}" if at and self.new.header else ""
                self._add(Detail("cell", How.CHANGED, name, was, now, line, old_line, where=where))

    def removed(self, row: Row) -> None:
        """Note a row that only the old version has."""
        self._add(Detail("row", How.REMOVED, old=self.old.delimiter.join(row[1]), old_line=row[0]))

    def added(self, row: Row) -> None:
        """Note a row that only the new version has."""
        self._add(Detail("row", How.ADDED, new=self.new.delimiter.join(row[1]), line=row[0]))

    def unmatched(self, old: int, new: int) -> None:
        """Note rows of which cannot be told which became which."""
        self._counts["row", How.REMOVED] += old
        self._counts["row", How.ADDED] += new
        self._note = "rows could not be told apart by their first column, so no cells were compared"

    def uncompared(self, old: int, new: int) -> None:
        """Note rows that were too many to compare."""
        both = min(old, new)
        self._counts["row", How.CHANGED] += both
        self.unmatched(old - both, new - both)
        self._note = f"only the first {MAX_COMPARED:,} rows that differ were compared cell by cell"

    def moved(self, count: int) -> None:
        """Note that all rows are there, but so many of them elsewhere."""
        self._counts["row", How.MOVED] = count
        self._examples.append(Detail("order of rows", How.CHANGED))

    def comparison(self) -> Comparison:
        """Return everything found, the columns first."""
        columns = list(self._about_columns())
        counts = Counter((detail.kind, detail.how) for detail in columns) + self._counts
        note = self._note
        if not counts:
            note = "no cell differs: only quotes, line ends or spaces around names do"
        return comparison("table", [*columns, *self._examples], counts=counts, note=note)

    def _add(self, detail: Detail) -> None:
        kind = (detail.kind, detail.how)
        self._counts[kind] += 1
        if self._counts[kind] <= MAX_LISTED:
            self._examples.append(detail)

    def _about_columns(self) -> Iterator[Detail]:
        old, new = self.old, self.new
        if old.delimiter != new.delimiter:
            yield Detail("delimiter", How.CHANGED, old=old.delimiter, new=new.delimiter)
        yield from (Detail("column", How.ADDED, name) for name in new.columns if name not in self._both)
        yield from (Detail("column", How.REMOVED, name) for name in old.columns if name not in self._both)
        order = [name for name in new.columns if name in self._both]
        if order != self.columns:
            yield Detail("order of columns", How.CHANGED, old=", ".join(self.columns), new=", ".join(order))
        for name, count in self._cells.items():
            yield Detail("column", How.CHANGED, name, count=count)
