"""One version of a file: its size, how to open it, and what kind of bytes it holds."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

MAX_LINE = 1 << 20
"""Files with longer lines, in bytes, are not read line by line."""


@dataclass(frozen=True, slots=True)
class Side:
    """The content of one version, `size` in bytes; `open` gives a buffered stream, again and again."""

    size: int
    open: Callable[[], BinaryIO]

    @classmethod
    def of(cls, data: bytes) -> "Side":
        """Return bytes in memory as a version."""
        return cls(len(data), lambda: io.BytesIO(data))

    def read(self) -> bytes:
        """Return all bytes; for small files."""
        with self.open() as stream:
            return stream.read()

    @contextmanager
    def text(self) -> Iterator[io.TextIOWrapper]:
        """Open it as UTF-8 whose lines keep their ends; other bytes become surrogates."""
        with self.open() as stream:
            yield io.TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline="")


@dataclass(frozen=True, slots=True)
class Survey:
    """What the bytes of a file are like: how many lines, and what forbids to read them in the usual way."""

    lines: int
    quotes: bool
    binary: bool
    long_lines: bool


def survey(side: Side) -> Survey:
    """Look at all bytes of a version once, in constant memory."""
    lines, quotes, binary, long_lines, last = 0, False, False, False, b"\n"
    with side.open() as stream:
        while block := stream.read(MAX_LINE):
            ends = block.count(b"\n")
            long_lines = long_lines or (not ends and len(block) == MAX_LINE)
            quotes = quotes or b'"' in block
            binary = binary or b"\0" in block
            lines += ends
            last = block
    return Survey(lines + (not last.endswith(b"\n")), quotes, binary, long_lines)
