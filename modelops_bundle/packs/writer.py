"""Write packs: chunks go in, finished packs come out, one after the other, in constant memory."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from modelops_bundle.bundles.places import MAX_CHUNKS
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import PREFIX, Digest
from modelops_bundle.files.zstandard import ZstdCompressor, compress
from modelops_bundle.packs.chunking import chunk_id
from modelops_bundle.packs.content import PackContent, Span
from modelops_bundle.packs.format import PackKind, pack_descriptor, payload_of, skippable_frame
from modelops_bundle.packs.tar_member import END

LEVEL = 3
WORTH_IT = 0.95
"""A chunk is compressed if that leaves at most this part of it."""
TRIES = 16
"""After so many chunks in a row that were not worth it, only one in so many is tried, until one is."""
_BUFFER = 4 << 20


class FinishedPack(NamedTuple):
    """A pack's content, its layer descriptor and its index payload; whoever gets it discards the content."""

    content: PackContent
    layer: Descriptor
    payload: bytes


PackSink = Callable[[FinishedPack], None]


class Spot(NamedTuple):
    """Where a chunk was put: the number of a pack of this writer, and the chunk's number in it."""

    pack: int
    chunk: int


class Chunk(NamedTuple):
    """A chunk on its way into a pack: its raw BLAKE3, its bytes as they are stored, and its raw length."""

    id: bytes
    stored: bytes | memoryview
    raw: int


class PackWriter:
    """Writes chunks of one kind into as many packs of about `size` bytes as are needed."""

    def __init__(self, kind: PackKind, tmp: Path, sink: PackSink, size: int) -> None:
        self._kind = kind
        self._tmp = tmp
        self._sink = sink
        self._size = size
        self._compressor = ZstdCompressor(level=LEVEL)
        self._in_vain = 0
        self._open: _OpenPack | None = None
        self.finished: list[Digest] = []

    def add(self, raw: bytes | memoryview, name: bytes | None = None, span: Span | None = None) -> Spot:
        """Put a chunk into the open pack and tell where it is.

        `name` is its BLAKE3 if that is known, `span` where its raw bytes lie if they need not be kept.
        """
        return self.put(self.prepared(raw, name), span)

    def prepared(self, raw: bytes | memoryview, name: bytes | None = None) -> Chunk:
        """Return a chunk as it will be stored; may run beside anything but itself."""
        return Chunk(name or chunk_id(raw), self._stored(raw), len(raw))

    def put(self, chunk: Chunk, span: Span | None = None) -> Spot:
        """Put a prepared chunk into the open pack; `span` is of use only if it is not compressed."""
        if self._open and not self._open.has_room(len(chunk.stored), self._size):
            self.close()
        if self._open is None:
            self._open = _OpenPack(self._tmp)
        return Spot(len(self.finished), self._open.append(chunk, span if len(chunk.stored) == chunk.raw else None))

    def _stored(self, raw: bytes | memoryview) -> bytes | memoryview:
        """Return a chunk compressed if that is worth it; after many that were not, few are even tried."""
        if self._kind is PackKind.MEMBERS:
            return self._compressor.compress(raw, ZstdCompressor.FLUSH_FRAME)
        if self._in_vain < TRIES or self._in_vain % TRIES == 0:
            stored = self._compressor.compress(raw, ZstdCompressor.FLUSH_FRAME)
            if len(stored) <= WORTH_IT * len(raw):
                self._in_vain = 0
                return stored
        self._in_vain += 1
        return raw

    def close(self) -> None:
        """Finish the open pack, if there is one, and hand it to the sink."""
        if self._open:
            pack = self._open.finish(self._kind)
            self._open = None
            self.finished.append(pack.layer.digest)
            self._sink(pack)

    def abandon(self) -> None:
        """Remove the file of the open pack."""
        if self._open:
            self._open.remove()
            self._open = None


class _OpenPack:
    """A pack being written; hashing and writing run beside the reading and cutting of content."""

    def __init__(self, tmp: Path) -> None:
        handle, name = tempfile.mkstemp(dir=tmp, prefix="pack-")
        self._own = Path(name)
        self._stream = os.fdopen(handle, "wb")
        self._own_size = 0
        self._sha256 = hashlib.sha256()
        self._rows: list[tuple[bytes, int, int]] = []
        self._spans: list[Span] = []
        self._to_hash, self._to_write = bytearray(), bytearray()
        self._size = 0
        self._beside = ThreadPoolExecutor(1)
        self._pending: Future[None] | None = None

    def has_room(self, stored: int, size: int) -> bool:
        # One row is left for the end of the archive.
        return self._size + stored <= size and len(self._rows) < MAX_CHUNKS - 1

    def append(self, chunk: Chunk, span: Span | None = None) -> int:
        """Add a chunk; without a `span` that has its stored bytes, they are written."""
        self._rows.append((chunk.id, len(chunk.stored), chunk.raw))
        self._add(chunk.stored, span)
        return len(self._rows) - 1

    def _add(self, data: bytes | memoryview, span: Span | None = None) -> None:
        if span is None:
            span = Span(self._open_own, self._own_size, len(data))
            self._to_write += data
            self._own_size += len(data)
        longer = self._spans[-1].joined(span) if self._spans else None
        self._spans[-1 if longer else len(self._spans) :] = [longer or span]
        self._to_hash += data
        self._size += len(data)
        if len(self._to_hash) >= _BUFFER:
            self._flush()

    def _open_own(self) -> BinaryIO:
        return self._own.open("rb")

    def _flush(self) -> None:
        self._wait()
        self._pending = self._beside.submit(self._write, self._to_hash, self._to_write)
        self._to_hash, self._to_write = bytearray(), bytearray()

    def _write(self, to_hash: bytearray, to_write: bytearray) -> None:
        self._sha256.update(to_hash)
        self._stream.write(to_write)

    def _wait(self) -> None:
        pending, self._pending = self._pending, None
        if pending:
            pending.result()

    def finish(self, kind: PackKind) -> FinishedPack:
        if kind is PackKind.MEMBERS:
            self.append(Chunk(chunk_id(END), compress(END, LEVEL), len(END)))
        payload = payload_of(kind, self._rows)
        self._add(skippable_frame(payload))
        self._flush()
        self._wait()
        self._beside.shutdown()
        self._stream.close()
        layer = pack_descriptor(Digest(PREFIX + self._sha256.hexdigest()), self._size, payload)
        return FinishedPack(PackContent(self._spans, self._own), layer, payload)

    def remove(self) -> None:
        self._beside.shutdown()
        # What could not be written is of no use any more.
        with suppress(OSError):
            self._stream.close()
        self._own.unlink(missing_ok=True)
