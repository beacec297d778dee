"""Read a file that is still being put together, part after part as the packs arrive that hold them."""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Event

from modelops_bundle.digest import Digest


class Arrival:
    """Tells which packs have arrived, to those who wait for what was in them."""

    def __init__(self, packs: Iterable[Digest]) -> None:
        self._packs = {pack: Event() for pack in packs}
        self.failed = False

    @contextmanager
    def of(self, pack: Digest) -> Iterator[None]:
        """Let those who wait for a pack go on at the end of the block, if only to notice that it failed."""
        try:
            yield
        except BaseException:
            self.failed = True
            raise
        finally:
            self._packs[pack].set()

    def wait(self, pack: Digest) -> None:
        """Wait for a pack, unless nothing of it is on its way."""
        if pack in self._packs:
            self._packs[pack].wait()


class Arriving:
    """Reads a file to its end, or until a pack fails; `ends` names the packs of its parts and where those end."""

    def __init__(self, stream: io.FileIO, ends: Iterable[tuple[Digest, int]], arrival: Arrival) -> None:
        self._stream = stream
        self._ends = iter(ends)
        self._arrival = arrival
        self._at = self._end = 0

    def readinto(self, buffer: memoryview) -> int:
        """Read what is there of the next bytes; 0 at the end."""
        while self._at >= self._end:
            part = next(self._ends, None)
            if part is None:
                return self._stream.readinto(buffer)
            pack, self._end = part
            self._arrival.wait(pack)
        if self._arrival.failed:
            return 0
        count = self._stream.readinto(buffer[: self._end - self._at])
        self._at += count
        return count
