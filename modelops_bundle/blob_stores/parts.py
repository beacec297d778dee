"""Send and fetch a large blob in parts, several at a time and in bounded memory."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from modelops_bundle.blob_stores.checked_content import CheckedContent

PART = 8 << 20
"""Bytes of a part; a blob of at most one part travels in one request."""
_MIB = 1 << 20

T = TypeVar("T")


def part_size(size: int, most_parts: int) -> int:
    """Return how large the parts of a blob are: PART, unless that would make more parts than a store takes."""
    least = -(-size // most_parts)
    return max(PART, -(-least // _MIB) * _MIB)


def send_parts(content: CheckedContent, part: int, jobs: int, send: Callable[[int, bytes], T]) -> list[T]:
    """Call `send` with each part and its number, from 0, and return what it returned, in order.

    At most `jobs` + 1 parts are in memory. The first failure ends it; parts on their way are waited for.
    """
    sent: list[T] = []
    on_the_way: deque[Future[T]] = deque()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            while data := content.read(part):
                if len(on_the_way) == jobs:
                    sent.append(on_the_way.popleft().result())
                on_the_way.append(pool.submit(send, len(sent) + len(on_the_way), data))
            sent.extend(future.result() for future in on_the_way)
        finally:
            for future in on_the_way:
                future.cancel()
    return sent


def fetch_parts(start: int, end: int, jobs: int, fetch: Callable[[int, int], bytes]) -> Iterator[bytes]:
    """Yield the bytes from `start` to `end`, in order; `fetch` gets those from one position to another.

    At most `jobs` parts are in memory besides the one that the caller has.
    """
    on_the_way: deque[Future[bytes]] = deque()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            while start < end or on_the_way:
                while start < end and len(on_the_way) < jobs:
                    stop = min(start + PART, end)
                    on_the_way.append(pool.submit(fetch, start, stop))
                    start = stop
                yield on_the_way.popleft().result()
        finally:
            for future in on_the_way:
                future.cancel()
