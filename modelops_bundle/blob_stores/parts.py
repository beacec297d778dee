"""Send and fetch a large blob in parts, several at a time and in bounded memory."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from modelops_bundle.blob_stores.checked_content import CheckedContent

PART = 8 << 20
"""Bytes of a small blob at most: it travels in one request, and several of them at a time."""
LARGE_PART = 2 * PART
"""Bytes of a part of a larger blob that is sent, unless that makes too many parts."""
PIECE = PART // 2
"""Bytes of a part that is fetched, which an SDK holds up to three times over."""
IN_MEMORY = 4 * LARGE_PART
"""Bytes of the parts of a blob that are in memory while it is sent, unless one alone is larger."""
_MIB = 1 << 20

T = TypeVar("T")


def part_size(size: int, most_parts: int) -> int:
    """Return how large the parts of a blob are: LARGE_PART, unless that makes more parts than a store takes."""
    least = -(-size // most_parts)
    return max(LARGE_PART, -(-least // _MIB) * _MIB)


def send_parts(content: CheckedContent, part: int, jobs: int, send: Callable[[int, bytearray], T]) -> list[T]:
    """Call `send` with each part and its number, from 0, and return what it returned, in order.

    Up to `jobs` of them are sent at a time, as far as there is room in memory. The first failure ends it; parts on
    their way are waited for.
    """
    room = min(jobs + 1, max(1, IN_MEMORY // part))  # one may be read while the others are sent
    sent: list[T] = []
    on_the_way: deque[Future[T]] = deque()
    # Used again and again, since memory that is given back is not always the next that is taken.
    buffers: deque[bytearray] = deque()

    def send_next(number: int, buffer: bytearray) -> T:
        answer = send(number, buffer)
        buffers.append(buffer)
        return answer

    with ThreadPoolExecutor(jobs) as pool:
        try:
            for number in range(-(-content.size // part)):
                if len(on_the_way) == room:
                    sent.append(on_the_way.popleft().result())
                buffer = buffers.popleft() if buffers else bytearray(part)
                content.fill(buffer)
                on_the_way.append(pool.submit(send_next, number, buffer))
            sent.extend(future.result() for future in on_the_way)
        finally:
            for future in on_the_way:
                future.cancel()
    return sent


def fetch_parts(start: int, end: int, jobs: int, fetch: Callable[[int, int], bytes]) -> Iterator[bytes]:
    """Yield the bytes from `start` to `end`, in order; `fetch` gets those from one position to another.

    At most `jobs` pieces are in memory besides the one that the caller has, and only a half piece of a small blob.
    """
    if end - start <= PART:
        for at in range(start, end, PIECE // 2):
            yield fetch(at, min(at + PIECE // 2, end))
        return
    on_the_way: deque[Future[bytes]] = deque()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            while start < end or on_the_way:
                while start < end and len(on_the_way) < jobs:
                    stop = min(start + PIECE, end)
                    on_the_way.append(pool.submit(fetch, start, stop))
                    start = stop
                yield on_the_way.popleft().result()
        finally:
            for future in on_the_way:
                future.cancel()
