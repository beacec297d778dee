"""How the library reports what it is doing: events to a callback. Who shows them decides how."""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Event:
    """How far one phase of a command is; sizes in bytes. The totals may still grow until it is `finished`."""

    phase: str
    blobs_done: int = 0
    blobs: int = 0
    bytes_done: int = 0
    bytes: int = 0
    finished: bool = False


OnEvent = Callable[[Event], None]


def ignore_events(event: Event) -> None:
    """Take an event and do nothing: for callers who watch nothing."""


class Meter:
    """Counts for one phase, from several threads, and reports each step; a context that ends the phase."""

    def __init__(self, phase: str, on_event: OnEvent, blobs: int = 0, size: int = 0) -> None:
        self._lock = threading.Lock()
        self._event = Event(phase, 0, blobs, 0, size)
        self._on_event = on_event
        on_event(self._event)

    def __enter__(self) -> "Meter":
        return self

    def __exit__(self, *exc: object) -> None:
        if exc == (None, None, None):
            self._report(replace(self._event, finished=True))

    def expect(self, size: int, blobs: int = 1) -> None:
        """Report that there is more to do than was known."""
        with self._lock:
            last = self._event
            self._report(replace(last, blobs=last.blobs + blobs, bytes=last.bytes + size))

    def skip(self, size: int) -> None:
        """Report that there is less to do than was known: a blob of `size` bytes is where it should be."""
        self.expect(-size, -1)

    def advance(self, size: int, blobs: int = 0) -> None:
        """Report that `size` more bytes, and `blobs` more blobs, are done."""
        with self._lock:
            last = self._event
            done = replace(last, blobs_done=last.blobs_done + blobs, bytes_done=last.bytes_done + size)
            self._report(done)

    def counted(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield blocks, each reported when the next one is asked for."""
        for block in blocks:
            yield block
            self.advance(len(block))

    def _report(self, event: Event) -> None:
        self._event = event
        self._on_event(event)
