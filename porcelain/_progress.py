"""Show a transfer on stderr: a bar on a terminal, one line per phase elsewhere, events for programs."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from modelops_bundle.plumbing._session import Session
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._render import human_size, talk
from modelops_bundle.progress import Event, OnEvent, ignore_events

_VERBS = {"push": "sending", "fetch": "fetching", "write": "writing", "check": "checking"}
_EVERY = 0.2
"""Seconds between two events of one phase."""
_DONE = {"push": "sent", "fetch": "fetched", "write": "wrote", "check": "checked"}


@contextmanager
def shown_progress(session: Session) -> Iterator[OnEvent]:
    """Give a callback that shows events the way the session asks for."""
    wanted = session.progress
    if wanted == "auto":
        wanted = "bar" if sys.stderr.isatty() and not session.settings.ci else "plain"
    if wanted == "none":
        yield ignore_events
    elif wanted == "plain":
        yield _Lines(session)
    elif wanted == "json":
        yield _JsonLines()
    else:
        with _bar(no_color=session.settings.no_color) as on_event:
            yield on_event


class _Lines:
    """Says when a phase begins and how long it took."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._started = 0.0

    def __call__(self, event: Event) -> None:
        if not self._started:
            self._started = time.monotonic()
            known = f" {count_of(event.blobs, 'blob')}, {human_size(event.bytes)}" if event.blobs else ""
            talk(self._session, f"{_VERBS[event.phase]}{known}")
        if event.finished:
            seconds = max(time.monotonic() - self._started, 0.001)
            size = f"{count_of(event.blobs_done, 'blob')}, {human_size(event.bytes_done)}"
            talk(self._session, f"{_DONE[event.phase]} {size} in {seconds:.1f} s")
            self._started = 0.0


class _JsonLines:
    """Writes events as lines of JSON for a program to read: the ends of phases, and a few a second in between."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, event: Event) -> None:
        now = time.monotonic()
        if event.finished or now - self._last >= _EVERY:
            self._last = now
            sys.stderr.write(json.dumps(asdict(event)) + "\n")
            sys.stderr.flush()


@contextmanager
def _bar(*, no_color: bool) -> Iterator[OnEvent]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.progress import TransferSpeedColumn as Speed

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(binary_units=True),
        Speed(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[blobs]} blobs"),
    )
    with Progress(*columns, console=Console(stderr=True, no_color=no_color)) as progress:
        tasks = {}

        def on_event(event: Event) -> None:
            blobs = f"{event.blobs_done}/{event.blobs}"
            if event.phase not in tasks:
                tasks[event.phase] = progress.add_task(_VERBS[event.phase], total=event.bytes, blobs=blobs)
            progress.update(tasks[event.phase], total=event.bytes, completed=event.bytes_done, blobs=blobs)
            if event.finished:
                del tasks[event.phase]

        yield on_event
