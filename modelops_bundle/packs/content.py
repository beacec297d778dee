"""The bytes of a pack. Chunks that are not compressed lie in the version's files already and are not copied.

A file may change before its bytes are sent. Whoever sends a pack checks its digest, as for every blob.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.digest import digest_of_stream
from modelops_bundle.files.hashing import FileChanged


class Span(NamedTuple):
    """A run of bytes in something that can be opened: a `file` of the version, or (None) the pack's own."""

    open: Callable[[], BinaryIO]
    offset: int
    size: int
    file: TreeEntry | None = None

    def joined(self, other: "Span") -> "Span | None":
        """Return this span and another as one, if that one goes on where this one ends."""
        if (other.open, other.offset) != (self.open, self.offset + self.size):
            return None
        return self._replace(size=self.size + other.size)


@dataclass(frozen=True, slots=True)
class PackContent:
    """The spans that make a pack, and the file of those that are its own; whoever gets it discards it."""

    spans: Sequence[Span]
    own: Path

    def open(self) -> BinaryIO:
        """Open the whole pack for reading, unverified."""
        return cast(BinaryIO, _Joined(self.spans))

    def discard(self) -> None:
        """Remove the pack's own file."""
        self.own.unlink(missing_ok=True)

    def changed_file(self) -> FileChanged | None:
        """Return the error about a file that is not what it was, if there is one; reads whole files."""
        for file, open_file in {span.file: span.open for span in self.spans}.items():
            if file:
                with open_file() as stream:
                    if digest_of_stream(stream)[0] != file.digest:
                        return FileChanged(file.path)
        return None


class _Joined(io.RawIOBase):
    """Reads spans one after the other; ends early when a file is shorter than it was."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans: Iterator[Span] = iter(spans)
        self._opener: Callable[[], BinaryIO] | None = None
        self._stream: BinaryIO | None = None
        self._left = 0

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(1 << 20), b""))
        while not self._left:
            span = next(self._spans, None)
            if span is None:
                return b""
            self._enter(span)
        assert self._stream
        data = self._stream.read(min(size, self._left))
        self._left -= len(data)
        return data

    def _enter(self, span: Span) -> None:
        if span.open != self._opener:
            self._leave()
            self._opener, self._stream = span.open, span.open()
        assert self._stream
        self._stream.seek(span.offset)
        self._left = span.size

    def _leave(self) -> None:
        if self._stream:
            self._stream.close()

    def close(self) -> None:
        self._leave()
        super().close()
