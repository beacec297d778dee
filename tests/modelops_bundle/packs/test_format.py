"""Packs are read as they were written, and nothing in their indexes is taken on trust."""

import struct
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.bundles.media_types import BUNDLE_PACK, PACK_INDEX_ANNOTATION
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import digest_of
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.files.zstandard import ZstdDecompressor, compress
from modelops_bundle.packs import format as pack_format
from modelops_bundle.packs.chunking import chunk_id
from modelops_bundle.packs.format import (
    MAX_RAW_CHUNK,
    PackedChunk,
    PackIndex,
    PackKind,
    check_payload,
    footer_of,
    pack_descriptor,
    parse_payload,
    payload_of,
    skippable_frame,
)
from tests.modelops_bundle.samples import digest_number

ROWS = [(chunk_id(b"one"), 3, 3), (chunk_id(b"two"), 20, 4000), (chunk_id(b"three"), 0, 0)]
PAYLOAD = payload_of(PackKind.CHUNKS, ROWS)
HEAD = 8


def pack(payload: bytes = PAYLOAD, data_size: int = 23) -> Descriptor:
    """Return the descriptor of a pack whose chunks take 23 bytes."""
    return pack_descriptor(digest_number(1), data_size + 8 + len(payload), payload)


def annotated(text: str, size: int = 0) -> Descriptor:
    """Return a descriptor that says anything about its index."""
    return Descriptor(BUNDLE_PACK, digest_number(1), size or pack().size, {PACK_INDEX_ANNOTATION: text})


def test_an_index_is_read_back() -> None:
    index = check_payload(PAYLOAD, pack())
    assert index.kind is PackKind.CHUNKS
    assert list(index.chunks) == [
        PackedChunk(chunk_id(b"one"), 0, 3, 3),
        PackedChunk(chunk_id(b"two"), 3, 20, 4000),
        PackedChunk(chunk_id(b"three"), 23, 0, 0),
    ]
    assert footer_of(pack()).data_size == 23


def test_an_index_is_what_it_always_was() -> None:
    rows = b"".join(struct.pack("<32sII", *row) for row in ROWS)
    assert payload_of(PackKind.CHUNKS, ROWS) == b"mopspk1C" + rows
    assert payload_of(PackKind.MEMBERS, []) == b"mopspk1T"
    assert skippable_frame(b"abc") == bytes.fromhex("5e2a4d18 03000000") + b"abc"
    text = pack().annotations[PACK_INDEX_ANNOTATION]
    assert text == f"31 {len(PAYLOAD)} {digest_of(PAYLOAD)}"


def test_zstd_skips_the_index() -> None:
    whole = compress(b"content", 3) + skippable_frame(PAYLOAD)
    reader = ZstdDecompressor()
    assert reader.decompress(whole) == b"content"
    assert reader.unused_data == skippable_frame(PAYLOAD)
    assert ZstdDecompressor().decompress(reader.unused_data) == b""


@given(
    st.sampled_from(PackKind),
    st.lists(st.tuples(st.binary(min_size=32, max_size=32), st.integers(0, 1000), st.integers(1000, 9999))),
)
def test_every_index_is_read_back(kind: PackKind, rows: list[tuple[bytes, int, int]]) -> None:
    payload = payload_of(kind, rows)
    size = sum(stored for _, stored, _ in rows)
    index = check_payload(payload, pack(payload, size))
    assert index.kind is kind
    assert [(chunk.id, chunk.stored, chunk.raw) for chunk in index.chunks] == rows
    assert [chunk.offset for chunk in index.chunks] == [sum(r[1] for r in rows[:n]) for n in range(len(rows))]


@given(st.binary(max_size=200))
def test_any_bytes_are_an_index_or_refused(payload: bytes) -> None:
    for candidate in (payload, b"mopspk1C" + payload):
        try:
            parse_payload(candidate, 0, "x")
        except MalformedDocument:
            continue
        assert candidate[:HEAD] in (b"mopspk1C", b"mopspk1T")


MALFORMED: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no kind": lambda: b"mopspk1",
    "another magic": lambda: b"mopspk2" + PAYLOAD[7:],
    "another kind": lambda: b"mopspk1X" + PAYLOAD[8:],
    "half a row": lambda: PAYLOAD[:-20],
    "a byte too many": lambda: PAYLOAD + b"\0",
    "a row too few": lambda: PAYLOAD[: HEAD + 40],
    "a row too many": lambda: payload_of(PackKind.CHUNKS, [*ROWS, (bytes(32), 1, 1)]),
    "a chunk too large": lambda: payload_of(PackKind.CHUNKS, [(bytes(32), 23, MAX_RAW_CHUNK + 1)]),
    "more stored than raw": lambda: payload_of(PackKind.CHUNKS, [(bytes(32), 23, 23), (bytes(32), 100, 0)]),
}


@pytest.mark.parametrize("make", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_index_is_refused(make: Callable[[], bytes]) -> None:
    payload = make()
    with pytest.raises(MalformedDocument, match="x"):
        parse_payload(payload, 23, "x")
    if footer_of(pack(payload)).data_size == 23:
        with pytest.raises(MalformedDocument):
            check_payload(payload, pack(payload))


def test_a_chunk_may_not_be_stored_in_far_more_bytes_than_it_has() -> None:
    payload = payload_of(PackKind.MEMBERS, [(bytes(32), 1 << 30, 10)])
    with pytest.raises(MalformedDocument):
        parse_payload(payload, 1 << 30, "x")
    incompressible = payload_of(PackKind.MEMBERS, [(bytes(32), 100_450, 100_000)])
    assert parse_payload(incompressible, 100_450, "x")


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_format, "MAX_CHUNKS", 2)
    with pytest.raises(MalformedDocument):
        parse_payload(PAYLOAD, 23, "x")


def test_an_index_that_is_not_the_pinned_one_is_refused() -> None:
    other = payload_of(PackKind.CHUNKS, [(bytes(32), 3, 3), *ROWS[1:]])
    with pytest.raises(MalformedDocument, match="does not match"):
        check_payload(other, pack())
    with pytest.raises(MalformedDocument, match="does not match"):
        check_payload(PAYLOAD + b"\0", pack())


DIGEST = digest_of(PAYLOAD)
LENGTH = len(PAYLOAD)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "31"),
        *(f"31 {LENGTH}", f"31 {LENGTH} sha256:", f"31 {LENGTH} {DIGEST} ", f"\t31 {LENGTH} {DIGEST}"),
        *(f"31  {LENGTH} {DIGEST}", f"31 {LENGTH} {DIGEST}\n", f"31 {LENGTH} {DIGEST.upper()}"),
        *(f"-31 {LENGTH} {DIGEST}", f"+31 {LENGTH} {DIGEST}", f"031 {LENGTH} {DIGEST}", f"3_1 {LENGTH} {DIGEST}"),
        *(f"² {LENGTH} {DIGEST}", f"٣١ {LENGTH} {DIGEST}", f"{'9' * 5000} {LENGTH} {DIGEST}"),
        *(f"30 {LENGTH} {DIGEST}", f"32 {LENGTH} {DIGEST}", f"31 {LENGTH + 1} {DIGEST}", f"31 0 {DIGEST}"),
        *(f"7 {LENGTH + 24} {DIGEST}", f"0 {LENGTH + 31} {DIGEST}"),
    ],
    ids=ascii,
)
def test_a_malformed_annotation_is_refused(text: str) -> None:
    with pytest.raises(MalformedDocument, match=digest_number(1)):
        footer_of(annotated(text))


def test_no_annotation_is_refused() -> None:
    with pytest.raises(MalformedDocument):
        footer_of(Descriptor(BUNDLE_PACK, digest_number(1), 100))


def test_an_index_that_claims_to_be_huge_is_refused() -> None:
    size = 1 << 40
    with pytest.raises(MalformedDocument, match="too large"):
        footer_of(annotated(f"8 {size - 8} {DIGEST}", size))


def read(kind: PackKind, stored: bytes, raw: int) -> bytes:
    """Read one chunk."""
    index = PackIndex(kind, [PackedChunk(bytes(32), 0, len(stored), raw)])
    return bytes(index.read(index.chunks[0], stored))


DATA = b"row,of,data\n" * 1000


def test_chunks_are_read_compressed_or_not() -> None:
    assert read(PackKind.CHUNKS, compress(DATA, 3), len(DATA)) == DATA
    assert read(PackKind.MEMBERS, compress(DATA, 3), len(DATA)) == DATA
    assert read(PackKind.CHUNKS, DATA, len(DATA)) == DATA


@pytest.mark.parametrize(
    ("stored", "raw"),
    [
        (compress(DATA, 3), len(DATA) - 1),
        (compress(DATA, 3), len(DATA) + 1),
        (compress(DATA, 3)[:-5], len(DATA)),
        (compress(DATA, 3)[:3], len(DATA)),
        (compress(b"", 3), 1),
        (compress(DATA, 3), 0),
        (b"no frame at all", 20),
        (b"", 1),
    ],
    ids=range(8),
)
@pytest.mark.parametrize("kind", PackKind)
def test_a_frame_that_is_not_what_its_row_says_is_refused(kind: PackKind, stored: bytes, raw: int) -> None:
    with pytest.raises(MalformedDocument):
        read(kind, stored, raw)


def test_a_bomb_is_not_decompressed() -> None:
    bomb = compress(bytes(256 << 20), 3)
    tracemalloc.start()
    try:
        with pytest.raises(MalformedDocument):
            read(PackKind.CHUNKS, bomb, 100_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20
