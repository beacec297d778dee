"""Cut content where its bytes say so, so that an edit changes only the chunks around it.

FastCDC (Xia et al., 2020) with 16/64/256 KiB as least, aimed-at and greatest length. The cuts are part of the
format: tests/modelops_bundle/golden pins them, so that an update of the chunker cannot move them unseen.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO, NamedTuple, Protocol

from blake3 import blake3
from pyfastcdc import FastCDC

MIN_CHUNK = 16 << 10
AVERAGE_CHUNK = 64 << 10
MAX_CHUNK = 256 << 10
_BLOCK = 1 << 20


class Cut(NamedTuple):
    """One chunk of a file: its raw BLAKE3, and where it lies, in bytes."""

    id: bytes
    offset: int
    size: int


Cuts = Sequence[Cut]


class Hash(Protocol):
    """What takes bytes, as the objects of `hashlib` and `blake3` do."""

    def update(self, data: memoryview, /) -> object: ...


def cut(stream: BinaryIO, *hashes: Hash) -> Iterator[memoryview]:
    """Yield the chunks of a stream, in order; each is valid only until the next is asked for.

    The hashes are given all that is read, by another thread while it is cut. After the last chunk they are whole.
    """
    cutter = FastCDC(AVERAGE_CHUNK, min_size=MIN_CHUNK, max_size=MAX_CHUNK, normalized_chunking=1)
    buffer, other = (memoryview(bytearray(MAX_CHUNK + _BLOCK)) for _ in range(2))
    kept, more = 0, True
    with ThreadPoolExecutor(1) as beside:
        hashing: Future[None] | None = None
        while more:
            end = _fill(stream, buffer, kept)
            more = end == len(buffer)
            if hashing:
                hashing.result()
            if hashes:
                hashing = beside.submit(_update, hashes, buffer[kept:end])
            kept = 0
            for chunk in cutter.cut_buf(buffer[:end]):
                # Only more bytes can tell whether the last chunk of a block ends there.
                if more and chunk.offset + chunk.length == end:
                    kept = chunk.length
                    other[:kept] = chunk.data
                else:
                    yield chunk.data
            buffer, other = other, buffer
        if hashing:
            hashing.result()


def _fill(stream: BinaryIO, buffer: memoryview, start: int) -> int:
    """Read into a buffer until it is full or the stream ends, and return where the bytes end."""
    while start < len(buffer) and (count := stream.readinto(buffer[start:])):  # type: ignore[attr-defined]
        start += count
    return start


def _update(hashes: Iterable[Hash], data: memoryview) -> None:
    for each in hashes:
        each.update(data)


def chunk_id(data: bytes | memoryview) -> bytes:
    """Return the raw BLAKE3 that names a chunk."""
    return blake3(data).digest()
