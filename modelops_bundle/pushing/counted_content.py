"""Content that tells how far it has been read: the progress of sending it."""

from collections.abc import Callable
from typing import BinaryIO, cast

from modelops_bundle.progress import Meter


class CountedContent:
    """Opens the content of one file; each byte counts when it is read for the first time."""

    def __init__(self, open_content: Callable[[], BinaryIO], meter: Meter) -> None:
        self._open_content = open_content
        self._meter = meter
        self._counted = 0

    def open(self) -> BinaryIO:
        """Open the content once more."""
        return cast(BinaryIO, _Stream(self._open_content(), self._reached))

    def finish(self, size: int) -> None:
        """Count the file as done, which has `size` bytes; some may not have had to be read."""
        self._meter.advance(size - self._counted, 1)

    def skip(self, size: int) -> None:
        """Take back what was counted of a file of `size` bytes: it did not have to be sent."""
        self._meter.advance(-self._counted)
        self._meter.skip(size)

    def _reached(self, position: int) -> None:
        if position > self._counted:
            self._meter.advance(position - self._counted)
            self._counted = position


class _Stream:
    """The part of a binary stream that a blob store reads by."""

    def __init__(self, stream: BinaryIO, reached: Callable[[int], None]) -> None:
        self._stream = stream
        self._reached = reached

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._reached(self._stream.tell())
        return data

    def seek(self, offset: int) -> int:
        return self._stream.seek(offset)

    def close(self) -> None:
        self._stream.close()
