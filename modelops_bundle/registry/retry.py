"""When a failed request is tried again, and how long we wait before.

Waits double from 0.25 s to 30 s, with full jitter, so that many clients do not come back together. When a
server says how long to wait (`Retry-After`), all threads of this process wait, not only the one that was
told.
"""

import logging
import math
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import ClassVar, TypeVar

from modelops_bundle.errors import TransferFailed

FIRST_WAIT = 0.25
LONGEST_WAIT = 30.0
LONGEST_RETRY_AFTER = 300.0

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Transient(TransferFailed):
    """A failure that another try may not meet.

    `retry_after` is how many seconds the server wants us to wait, None when it does not say.
    """

    usual_hint = "try again later"
    most_retries: ClassVar[float] = math.inf
    """How often another try is worth it, whatever the settings say."""

    def __init__(self, message: str, *, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class RetryPolicy:
    """How often and how patiently the requests of one remote are tried again.

    `retries` counts the tries after the first. `sleep`, `clock` (seconds, monotonic) and `jitter` (0 to 1)
    are for tests to replace.
    """

    def __init__(
        self,
        retries: int,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.retries = retries
        self._stopped = threading.Event()
        self._sleep = sleep or self._stopped.wait
        self.clock = clock
        self.jitter = jitter
        self._lock = threading.Lock()
        self._closed_until: dict[str, float] = {}

    def stop(self) -> None:
        """End every wait, now and later, with TransferFailed: nobody wants the result any more."""
        self._stopped.set()

    def sleep(self, seconds: float) -> None:
        """Wait, unless `stop` comes in between."""
        self._sleep(seconds)
        if self._stopped.is_set():
            raise TransferFailed("stopped while waiting to try again", hint="run it again")

    def run(self, host: str, attempt: Callable[[], T]) -> T:
        """Return what `attempt` returns, trying again while it raises Transient; at last raise TransferFailed."""
        patience = self.patience(host)
        while True:
            try:
                return attempt()
            except Transient as problem:
                patience.wait(problem)

    def patience(self, host: str) -> "Patience":
        """Return the count of tries of one piece of work, and wait while the host wants to be left alone."""
        self.wait_at_gate(host)
        return Patience(self, host)

    def close_gate(self, host: str, seconds: float) -> None:
        """Keep every thread from a host for a while."""
        with self._lock:
            self._closed_until[host] = max(self._closed_until.get(host, 0.0), self.clock() + seconds)

    def wait_at_gate(self, host: str) -> None:
        """Wait until the host may be asked again; a little longer each, so that not all go at once."""
        with self._lock:
            remaining = self._closed_until.get(host, 0.0) - self.clock()
        if remaining > 0:
            self.sleep(remaining + self.jitter() * min(1.0, remaining / 4))


class Patience:
    """Counts the tries of one piece of work."""

    def __init__(self, policy: RetryPolicy, host: str) -> None:
        self._policy = policy
        self._host = host
        self._failures = 0

    def wait(self, problem: Transient) -> None:
        """Wait before the next try; raise TransferFailed when none is left."""
        self._failures += 1
        if self._failures > min(self._policy.retries, problem.most_retries):
            tries = f" (tried {self._failures} times)" if self._failures > 1 else ""
            raise TransferFailed(problem.message + tries, hint=problem.hint) from None
        if problem.retry_after is not None:
            seconds = min(problem.retry_after, LONGEST_RETRY_AFTER)
            _log.info("'%s' asks us to wait %.0f s", self._host, seconds)
            self._policy.close_gate(self._host, seconds)
            self._policy.wait_at_gate(self._host)
        else:
            longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (self._failures - 1))
            self._policy.sleep(self._policy.jitter() * longest)
            self._policy.wait_at_gate(self._host)

    def reset(self) -> None:
        """Forget earlier failures: the work has got on since."""
        self._failures = 0


def parse_retry_after(value: str | None) -> float | None:
    """Return the seconds that a `Retry-After` header means, as number or date; None when it means nothing."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - datetime.now(UTC)).total_seconds())
