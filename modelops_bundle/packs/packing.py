"""Put files into packs: small ones as tar members, large ones as chunks, and nothing that is there already."""

import io
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple

from blake3 import blake3

from modelops_bundle.bundles.places import Terms
from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of, hex_of
from modelops_bundle.files.hashing import FileChanged
from modelops_bundle.packs.chunking import Cuts, chunk_id, cut
from modelops_bundle.packs.content import Span
from modelops_bundle.packs.format import PACK_SIZE, PackKind
from modelops_bundle.packs.tar_member import header, padding
from modelops_bundle.packs.writer import Chunk, FinishedPack, PackSink, PackWriter, Spot

CUT_FROM = 8 << 20
"""Files of at least 8 MiB are cut into chunks; smaller ones stay whole."""
MAX_PACK_SIZE = 64 * PACK_SIZE
"""More chunks than such a pack holds cannot be named in it."""
FRAME = 96 << 10
"""A frame of members is closed when it has this many raw bytes: small enough to read one file alone."""


class Source(NamedTuple):
    """A file's content: how to open it, and its raw BLAKE3 and its chunks if those are known.

    `as_looked_at` tells whether the file still is the one that the chunks are known of.
    """

    open: Callable[[], BinaryIO]
    blake3: bytes | None = None
    cuts: Cuts | None = None
    as_looked_at: Callable[[], bool] = lambda: True


@dataclass(frozen=True, slots=True)
class Known:
    """What the remote holds already and may be named again: places of files by digest, and chunks by id."""

    packs: Mapping[Digest, Descriptor] = field(default_factory=dict)
    files: Mapping[Digest, Terms] = field(default_factory=dict)
    chunks: Mapping[bytes, tuple[Digest, int]] = field(default_factory=dict)


class _InDraft(NamedTuple):
    """A chunk in a pack of a writer that may not be finished."""

    writer: PackWriter
    spot: Spot

    def resolved(self) -> tuple[Digest, int]:
        return self.writer.finished[self.spot.pack], self.spot.chunk


_Where = tuple[Digest, int] | _InDraft


@dataclass(slots=True)
class _Draft:
    """A place some of whose packs may not be finished yet."""

    chunks: list[_Where]
    skip: int = 0

    def place(self) -> Terms:
        terms: list[tuple[Digest, int, int]] = []
        for where in self.chunks:
            pack, number = where.resolved() if isinstance(where, _InDraft) else where
            if terms and terms[-1][0] == pack and terms[-1][1] + terms[-1][2] == number:
                terms[-1] = (pack, terms[-1][1], terms[-1][2] + 1)
            else:
                terms.append((pack, number, 1))
        return Terms(tuple(terms), self.skip)


class Packer:
    """Packs the files of one version. Use `add` for each, in path order, then `finish`; or `abandon`."""

    def __init__(self, known: Known, tmp: Path, sink: PackSink, size: int = PACK_SIZE) -> None:
        self.layers: dict[Digest, Descriptor] = {}
        self._known = known
        self._sink = sink
        self._members = PackWriter(PackKind.MEMBERS, tmp, self._take, size)
        self._chunks = PackWriter(PackKind.CHUNKS, tmp, self._take, size)
        self._here: dict[bytes, Spot] = {}
        self._frame = bytearray()
        self._in_frame: list[tuple[Digest, int]] = []
        self._beside = ThreadPoolExecutor(1)
        self._compressing: tuple[Future[Chunk], list[tuple[Digest, int]]] | None = None
        self._drafts: dict[Digest, _Draft] = {}

    def add(self, entry: TreeEntry, source: Source) -> None:
        """Pack one file that is not empty; raise FileChanged when its content is not the entry's."""
        if entry.digest in self._known.files or entry.digest in self._drafts:
            return
        if entry.size >= CUT_FROM:
            self._drafts[entry.digest] = _Draft(list(self._cut(entry, source)))
        else:
            self._add_member(entry, source)

    def add_document(self, data: bytes) -> Terms:
        """Pack bytes in memory as chunks, in packs of their own; call after `finish`."""
        draft = _Draft([self._chunk(chunk) for chunk in cut(io.BytesIO(data))])
        self._chunks.close()
        return draft.place()

    def finish(self) -> dict[Digest, Terms]:
        """Close all packs and return the place of every file added, by its digest."""
        self._close_frame()
        self._put_frame()
        self._members.close()
        self._chunks.close()
        places = dict(self._known.files)
        return places | {digest: draft.place() for digest, draft in self._drafts.items()}

    def abandon(self) -> None:
        """Remove the files of packs that are not finished."""
        self._beside.shutdown()
        self._members.abandon()
        self._chunks.abandon()

    def _take(self, pack: FinishedPack) -> None:
        self.layers[pack.layer.digest] = pack.layer
        self._sink(pack)

    def _add_member(self, entry: TreeEntry, source: Source) -> None:
        with source.open() as stream:
            data = stream.read(entry.size + 1)
        if len(data) != entry.size or digest_of(data) != entry.digest:
            raise FileChanged(entry.path)
        self._frame += header(entry.path, entry.mode, entry.size)
        self._in_frame.append((entry.digest, len(self._frame)))
        self._drafts[entry.digest] = _Draft([])
        self._frame += data
        self._frame += padding(entry.size)
        if len(self._frame) >= FRAME:
            self._close_frame()

    def _close_frame(self) -> None:
        """Compress a frame while files are read for the next one."""
        self._put_frame()
        if self._frame:
            frame = self._beside.submit(self._members.prepared, bytes(self._frame))
            self._compressing = frame, self._in_frame
            self._frame, self._in_frame = bytearray(), []

    def _put_frame(self) -> None:
        """Put the frame that is being compressed into its pack."""
        if self._compressing:
            (frame, in_frame), self._compressing = self._compressing, None
            spot = self._members.put(frame.result())
            for digest, skip in in_frame:
                self._drafts[digest] = _Draft([_InDraft(self._members, spot)], skip)

    def _cut(self, entry: TreeEntry, source: Source) -> Iterator[_Where]:
        with source.open() as stream:
            if source.cuts:
                for name, offset, size in source.cuts:
                    span = Span(source.open, offset, size, entry)
                    yield self._where(name) or self._new(name, _read_chunk(stream, name, span), span)
                # What is known of the other chunks is worth nothing when somebody wrote to the file since.
                if not source.as_looked_at():
                    raise FileChanged(entry.path)
                return
            whole = blake3() if source.blake3 else sha256()
            offset = 0
            for chunk in cut(stream, whole):
                yield self._chunk(chunk, Span(source.open, offset, len(chunk), entry))
                offset += len(chunk)
        # What was cut must be what the tree says, or the version would be unreadable.
        if whole.digest() != (source.blake3 or bytes.fromhex(hex_of(entry.digest))):
            raise FileChanged(entry.path)

    def _chunk(self, raw: memoryview, span: Span | None = None) -> _Where:
        name = chunk_id(raw)
        return self._where(name) or self._new(name, raw, span)

    def _where(self, name: bytes) -> _Where | None:
        """Return where a chunk is that needs not be packed again."""
        if name in self._known.chunks:
            return self._known.chunks[name]
        spot = self._here.get(name)
        return _InDraft(self._chunks, spot) if spot else None

    def _new(self, name: bytes, raw: bytes | memoryview, span: Span | None) -> _Where:
        spot = self._here[name] = self._chunks.add(raw, name, span)
        return _InDraft(self._chunks, spot)


def _read_chunk(stream: BinaryIO, name: bytes, span: Span) -> bytes:
    """Read a chunk of a file that was cut before; raise FileChanged when it is another one by now."""
    stream.seek(span.offset)
    raw = stream.read(span.size)
    if span.file and chunk_id(raw) != name:
        raise FileChanged(span.file.path)
    return raw


def pack_size_for(total: int) -> int:
    """Return how large packs may grow for `total` bytes of content, so that their number stays below 300."""
    size = PACK_SIZE
    while total > 128 * size and size < MAX_PACK_SIZE:
        size *= 2
    return size
