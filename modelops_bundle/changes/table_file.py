"""Read one version of a table: its columns, a hash for each row, and single rows again."""

import csv
import re
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import TextIO

from modelops_bundle.changes.side import Side

_DELIMITERS = ",;\t|"
_QUOTED = re.compile(r'"[^"]*"')


@dataclass(frozen=True, slots=True)
class Table:
    """One version of a table. Without a `header`, columns are named by their number.

    `quotes` says whether there are any, so that a row may have several lines.
    """

    side: Side
    delimiter: str
    columns: tuple[str, ...]
    header: bool
    quotes: bool

    @contextmanager
    def rows(self) -> Iterator["Rows"]:
        """Open the table for reading row by row, its header left out."""
        with self.side.text() as text:
            rows = Rows(text, self)
            rows.skip(1 if self.header else 0)
            yield rows

    def hashes(self, columns: Sequence[str], *, raw: bool) -> "array[int]":
        """Return a hash of what each row has in some columns, or, with `raw`, of its line. Raises csv.Error."""
        with self.side.text() as text:
            if raw:
                found = array("q", map(hash, text))
            else:
                reader = csv.reader(text, delimiter=self.delimiter)
                found = array("q", map(hash, map(self.chooser(columns), reader)))
        return found[1:] if self.header else found

    def keys(self, column: str) -> "array[int]":
        """Return a hash of each row's cell in one column. Raises csv.Error."""
        if self.quotes or column != self.columns[0]:
            return self.hashes([column], raw=False)
        with self.side.text() as text:
            found = array("q", (hash(line.partition(self.delimiter)[0]) for line in text))
        return found[1:] if self.header else found

    def chooser(self, columns: Sequence[str]) -> Callable[[list[str]], tuple[str, ...]]:
        """Return a function that takes the cells of some columns out of a row; missing ones are empty."""
        if tuple(columns) == self.columns:
            return tuple
        if not columns:
            return lambda row: ()
        known = {name: place for place, name in enumerate(self.columns)}
        places = [known[name] for name in columns]
        missing = [""] * len(self.columns)
        if len(places) == 1:
            return lambda row: ((row + missing)[places[0]],)
        choose = itemgetter(*places)
        return lambda row: choose(row + missing)


class Rows:
    """The rows of a table from where reading has come to; iterating gives the line that each ends in, too."""

    def __init__(self, text: TextIO, table: Table) -> None:
        self._text = text
        self._quotes = table.quotes
        self._reader = csv.reader(text, delimiter=table.delimiter)
        self._lines_skipped = 0
        self.place = -1 if table.header else 0

    def skip(self, count: int) -> None:
        """Pass over rows; without quotes they need not be parsed, since each is a line."""
        rows = islice(self._reader if self._quotes else self._text, count)
        deque(rows, maxlen=0)
        self._lines_skipped += 0 if self._quotes else count
        self.place += count

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        for row in self._reader:
            self.place += 1
            yield self._reader.line_num + self._lines_skipped, row


def read_table(side: Side, path: str, quotes: bool) -> Table:
    """Find out how a table is written. Raises csv.Error."""
    with side.text() as text:
        first = _QUOTED.sub("", text.readline())
    delimiter = "\t" if path.lower().endswith((".tsv", ".tab")) else max(_DELIMITERS, key=first.count)
    with side.text() as text:
        cells = next(csv.reader(text, delimiter=delimiter), [])
    header = bool(cells) and not any(_is_number(cell) or not cell.strip() for cell in cells[1:] or cells)
    names = _distinct(cells) if header else [f"column {number}" for number in range(1, len(cells) + 1)]
    return Table(side, delimiter, tuple(names), header, quotes)


def _distinct(names: list[str]) -> list[str]:
    """Return the names of columns, stripped, with a number behind one that stood before."""
    seen: dict[str, int] = {}
    result = []
    for name in (name.strip() for name in names):
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
