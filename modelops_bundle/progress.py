"""How the library reports what it is doing: events to a callback. Who shows them decides how."""

import threading
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """How far one phase of a command is; sizes in bytes. `done == total` at its end."""

    phase: str
    blobs_done: int
    blobs: int
    bytes_done: int
    bytes: int


OnEvent = Callable[[Event], None]


def ignore_events(event: Event) -> None:
    """Take an event and do nothing: for callers who watch nothing."""


class Meter:
    """Counts for one phase, from several threads, and reports each step."""

    def __init__(self, phase: str, blobs: int, size: int, on_event: OnEvent) -> None:
        self._lock = threading.Lock()
        self._event = Event(phase, 0, blobs, 0, size)
        self._on_event = on_event
        on_event(self._event)

    def advance(self, size: int, blobs: int = 0) -> None:
        """Report that `size` more bytes, and `blobs` more blobs, are done."""
        with self._lock:
            last = self._event
            self._event = Event(
                last.phase, last.blobs_done + blobs, last.blobs, last.bytes_done + size, last.bytes
            )
            self._on_event(self._event)
