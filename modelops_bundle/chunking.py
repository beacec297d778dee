"""Cut content where its bytes say so, so that an edit changes only the chunks around it.

FastCDC (Xia et al., 2020) with 16/64/256 KiB as least, aimed-at and greatest length. The cuts are part of the
format: tests/modelops_bundle/golden pins them, so that an update of the chunker cannot move them unseen.
"""

from collections.abc import Iterator
from typing import BinaryIO

from blake3 import blake3
from pyfastcdc import FastCDC

MIN_CHUNK = 16 << 10
AVERAGE_CHUNK = 64 << 10
MAX_CHUNK = 256 << 10


def cut(stream: BinaryIO) -> Iterator[memoryview]:
    """Yield the chunks of a stream, in order; each is valid only until the next is asked for."""
    cutter = FastCDC(AVERAGE_CHUNK, min_size=MIN_CHUNK, max_size=MAX_CHUNK, normalized_chunking=1)
    for chunk in cutter.cut_stream(stream):
        yield chunk.data


def chunk_id(data: bytes | memoryview) -> bytes:
    """Return the raw BLAKE3 that names a chunk."""
    return blake3(data).digest()
