"""Packs: one blob that holds many chunks, which can be read one by one with HTTP Range requests.

    chunk · chunk · … · skippable zstd frame [ magic · kind · one row per chunk ]

A row is `BLAKE3 of the raw bytes · stored length · raw length` (docs/formats/pack.md). In a pack of members
(kind T) each chunk is a zstd frame of whole tar members, so that `tar --zstd -x` restores the files. In a
pack of chunks (kind C) a chunk is a zstd frame, or its raw bytes where that saves less than 5 %.
The manifest pins the rows by an annotation of the pack's layer: offset, length and sha256 of the frame's payload.
"""

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate
from typing import NamedTuple

from modelops_bundle.bundles.media_types import BUNDLE_PACK, PACK_INDEX_ANNOTATION
from modelops_bundle.bundles.places import MAX_CHUNKS
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.files.zstandard import ZstdDecompressor, ZstdError

PACK_SIZE = 64 << 20
"""A pack is closed before it grows beyond this many bytes, unless one chunk is larger."""
MAX_RAW_CHUNK = 16 << 20
_MAGIC = b"mopspk1"
_SKIPPABLE = struct.Struct("<II")
_SKIPPABLE_MAGIC = 0x184D2A5E
_ROW = struct.Struct("<32sII")
_ANNOTATION = re.compile(r"(0|[1-9][0-9]{0,17}) (0|[1-9][0-9]{0,17}) (sha256:[0-9a-f]{64})")


class PackKind(Enum):
    """What a pack's chunks are: whole tar members, or pieces of large files."""

    MEMBERS = b"T"
    CHUNKS = b"C"


class PackedChunk(NamedTuple):
    """Where a chunk lies in its pack; lengths and offset in bytes."""

    id: bytes
    offset: int
    stored: int
    raw: int


@dataclass(frozen=True, slots=True)
class PackIndex:
    """The chunks of one pack, in order."""

    kind: PackKind
    chunks: Sequence[PackedChunk]

    def read(self, chunk: PackedChunk, stored: bytes | memoryview) -> bytes | memoryview:
        """Return a chunk's raw bytes from its stored ones; raise MalformedDocument when it is no such frame.

        The caller verifies them.
        """
        if self.kind is PackKind.CHUNKS and chunk.stored == chunk.raw:
            return stored
        try:
            # One byte more than allowed shows a frame that lies about its length.
            data = ZstdDecompressor().decompress(stored, chunk.raw + 1)
        except ZstdError as error:
            raise MalformedDocument(f"a chunk is not a zstd frame: {error}") from error
        if len(data) != chunk.raw:
            raise MalformedDocument("a chunk has another length than its pack says")
        return data


def payload_of(kind: PackKind, rows: Sequence[tuple[bytes, int, int]]) -> bytes:
    """Return the payload of a pack's last frame: magic, kind, and `(id, stored, raw)` of each chunk."""
    return _MAGIC + kind.value + b"".join([_ROW.pack(*row) for row in rows])


def skippable_frame(payload: bytes) -> bytes:
    """Return a zstd frame that readers skip."""
    return _SKIPPABLE.pack(_SKIPPABLE_MAGIC, len(payload)) + payload


def parse_payload(payload: bytes, data_size: int, what: str) -> PackIndex:
    """Read an untrusted pack index; `data_size` is where the chunks end. Raises MalformedDocument."""
    head, rows = payload[: len(_MAGIC)], payload[len(_MAGIC) + 1 :]
    kinds = {kind.value: kind for kind in PackKind}
    kind = kinds.get(payload[len(_MAGIC) : len(_MAGIC) + 1])
    if head != _MAGIC or kind is None or len(rows) % _ROW.size or len(rows) > MAX_CHUNKS * _ROW.size:
        raise MalformedDocument(f"{what} has no pack index")
    fields = list(_ROW.iter_unpack(rows))
    offsets = list(accumulate((stored for _, stored, _ in fields), initial=0))
    # Nothing is stored in more bytes than zstd needs for what it cannot compress: readers hold chunks in memory.
    if offsets[-1] != data_size or any(
        raw > MAX_RAW_CHUNK or stored > raw + (raw >> 8) + 64 for _, stored, raw in fields
    ):
        raise MalformedDocument(f"the index of {what} does not fit its size")
    chunks = [PackedChunk(i, at, stored, raw) for (i, stored, raw), at in zip(fields, offsets, strict=False)]
    return PackIndex(kind, chunks)


class PackFooter(NamedTuple):
    """Where a pack's index lies, and its digest: what the manifest pins."""

    offset: int
    length: int
    digest: Digest

    def annotation(self) -> str:
        return f"{self.offset} {self.length} {self.digest}"

    @property
    def data_size(self) -> int:
        """Where the chunks end."""
        return self.offset - _SKIPPABLE.size


def footer_of(pack: Descriptor) -> PackFooter:
    """Read the footer's place from the annotation of a pack's layer; raise MalformedDocument."""
    match = _ANNOTATION.fullmatch(pack.annotations.get(PACK_INDEX_ANNOTATION, ""))
    if match is None:
        raise MalformedDocument(f"pack '{pack.digest}' has no index annotation")
    footer = PackFooter(int(match[1]), int(match[2]), Digest(match[3]))
    if footer.data_size < 0 or footer.offset + footer.length != pack.size:
        raise MalformedDocument(f"the index annotation of pack '{pack.digest}' does not fit its size")
    if footer.length > MAX_CHUNKS * _ROW.size + 64:
        raise MalformedDocument(f"the index of pack '{pack.digest}' is too large")
    return footer


def check_payload(payload: bytes, pack: Descriptor) -> PackIndex:
    """Verify a pack's index against the manifest's pin, and read it; raise MalformedDocument."""
    footer = footer_of(pack)
    if digest_of(payload) != footer.digest:
        raise MalformedDocument(f"the index of pack '{pack.digest}' does not match its digest")
    return parse_payload(payload, footer.data_size, f"pack '{pack.digest}'")


def pack_descriptor(digest: Digest, size: int, payload: bytes) -> Descriptor:
    """Return the layer descriptor of a pack whose last frame has this payload."""
    footer = PackFooter(size - len(payload), len(payload), digest_of(payload))
    annotations: Mapping[str, str] = {PACK_INDEX_ANNOTATION: footer.annotation()}
    return Descriptor(BUNDLE_PACK, digest, size, annotations)
