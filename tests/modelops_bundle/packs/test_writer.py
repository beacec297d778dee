"""Packs are written in order, bounded, and leave nothing behind when they are abandoned."""

import errno
import hashlib
import io
import os
import threading
from functools import partial
from pathlib import Path

import pytest

from modelops_bundle.bundles.media_types import BUNDLE_PACK
from modelops_bundle.digest import digest_of
from modelops_bundle.packs import format as pack_format
from modelops_bundle.packs import writer as pack_writer
from modelops_bundle.packs.chunking import chunk_id
from modelops_bundle.packs.content import Span
from modelops_bundle.packs.format import PackIndex, PackKind, check_payload, footer_of
from modelops_bundle.packs.tar_member import END
from modelops_bundle.packs.writer import TRIES, FinishedPack, PackWriter, Spot

SIZE = 10_000


def noise(size: int, seed: int = 0) -> bytes:
    """Return bytes that cannot be compressed."""
    return hashlib.shake_128(b"%d" % seed).digest(size)


class Sink(list[FinishedPack]):
    """Keeps finished packs."""

    def __call__(self, pack: FinishedPack) -> None:
        self.append(pack)

    def index(self, number: int) -> PackIndex:  # type: ignore[override]
        return check_payload(self[number].payload, self[number].layer)

    def chunk(self, spot: Spot) -> bytes:
        """Read a chunk back as a reader would."""
        data, index = self[spot.pack].content.open().read(), self.index(spot.pack)
        chunk = index.chunks[spot.chunk]
        raw = bytes(index.read(chunk, data[chunk.offset : chunk.offset + chunk.stored]))
        assert chunk_id(raw) == chunk.id
        return raw


CONTENTS = [noise(100 + 700 * n, n) if n % 2 else b"row %d\n" % n * 500 for n in range(40)]


@pytest.mark.parametrize("kind", PackKind)
def test_chunks_are_read_back(tmp_path: Path, kind: PackKind) -> None:
    sink = Sink()
    writer = PackWriter(kind, tmp_path, sink, SIZE)
    spots = [writer.add(data) for data in CONTENTS]
    writer.close()
    assert [sink.chunk(spot) for spot in spots] == CONTENTS
    assert spots == sorted(spots)
    assert writer.finished == [pack.layer.digest for pack in sink]
    assert len(sink) > 5


@pytest.mark.parametrize("kind", PackKind)
def test_a_pack_is_described_by_its_layer(tmp_path: Path, kind: PackKind) -> None:
    sink = Sink()
    writer = PackWriter(kind, tmp_path, sink, SIZE)
    for data in CONTENTS:
        writer.add(data)
    writer.close()
    for number, pack in enumerate(sink):
        data, footer = pack.content.open().read(), footer_of(pack.layer)
        assert pack.layer.media_type == BUNDLE_PACK
        assert (pack.layer.digest, pack.layer.size) == (digest_of(data), len(data))
        assert data[footer.offset : footer.offset + footer.length] == pack.payload
        stored = sum(chunk.stored for chunk in sink.index(number).chunks)
        assert stored == footer.data_size
        largest_alone = len(sink.index(number).chunks) <= 1 + (kind is PackKind.MEMBERS)
        assert stored <= SIZE + 100 or largest_alone


def test_a_chunk_larger_than_a_pack_has_one_of_its_own(tmp_path: Path) -> None:
    sink = Sink()
    writer = PackWriter(PackKind.CHUNKS, tmp_path, sink, 10)
    contents = [noise(5), noise(5, 1), noise(100), noise(3)]
    assert [writer.add(data) for data in contents] == [Spot(0, 0), Spot(0, 1), Spot(1, 0), Spot(2, 0)]
    writer.close()
    assert len(sink) == 3


def test_chunks_are_compressed_where_it_is_worth_it(tmp_path: Path) -> None:
    sink = Sink()
    writer = PackWriter(PackKind.CHUNKS, tmp_path, sink, SIZE)
    for data in (b"a" * 1000, noise(1000), noise(980) + bytes(20)):
        writer.add(data)
    writer.close()
    stored = [chunk.stored for chunk in sink.index(0).chunks]
    assert stored[0] < 100
    assert stored[1:] == [1000, 1000]


def compressed(tmp_path: Path, *chunks: bytes) -> list[bool]:
    """Tell of each chunk whether it is compressed."""
    sink = Sink()
    writer = PackWriter(PackKind.CHUNKS, tmp_path, sink, 1 << 20)
    for data in chunks:
        writer.add(data)
    writer.close()
    return [chunk.stored < chunk.raw for chunk in sink.index(0).chunks]


def test_after_many_chunks_that_were_not_worth_it_few_are_tried(tmp_path: Path) -> None:
    rows = [b"a" * 100] * 2 * TRIES
    assert compressed(tmp_path, *[noise(100)] * (TRIES - 1), *rows) == [False] * (TRIES - 1) + [True] * 2 * TRIES
    assert compressed(tmp_path, *[noise(100)] * (TRIES + 1), *rows) == [False] * 2 * TRIES + [True] * (TRIES + 1)


def test_raw_bytes_that_lie_in_a_file_are_not_written(tmp_path: Path) -> None:
    sink = Sink()
    writer = PackWriter(PackKind.CHUNKS, tmp_path, sink, 1 << 20)
    data = noise(5000) + b"a" * 5000
    opener = partial(io.BytesIO, data)
    for offset in range(0, 10_000, 1000):
        writer.add(data[offset : offset + 1000], span=Span(opener, offset, 1000))
    writer.close()
    assert b"".join(sink.chunk(Spot(0, n)) for n in range(10)) == data
    assert sink[0].content.own.stat().st_size < 1500


def test_members_end_as_archives_do(tmp_path: Path) -> None:
    sink = Sink()
    writer = PackWriter(PackKind.MEMBERS, tmp_path, sink, SIZE)
    writer.add(b"x" * 512)
    writer.close()
    assert sink.chunk(Spot(0, 1)) == END


@pytest.mark.parametrize("kind", PackKind)
def test_a_pack_never_has_more_chunks_than_readers_take(
    tmp_path: Path, kind: PackKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack_format, "MAX_CHUNKS", 8)
    monkeypatch.setattr(pack_writer, "MAX_CHUNKS", 8)
    sink = Sink()
    writer = PackWriter(kind, tmp_path, sink, SIZE)
    spots = [writer.add(b"%d" % n) for n in range(30)]
    writer.close()
    assert [sink.chunk(spot) for spot in spots] == [b"%d" % n for n in range(30)]
    assert all(len(sink.index(number).chunks) <= 8 for number in range(len(sink)))


def test_the_same_chunks_make_the_same_packs(tmp_path: Path) -> None:
    digests = []
    for _ in range(2):
        sink = Sink()
        writer = PackWriter(PackKind.CHUNKS, tmp_path, sink, SIZE)
        for data in CONTENTS:
            writer.add(data)
        writer.close()
        digests.append(writer.finished)
    assert digests[0] == digests[1]


def test_a_name_that_is_known_is_not_computed_again(tmp_path: Path) -> None:
    sink = Sink()
    writer = PackWriter(PackKind.CHUNKS, tmp_path, sink, SIZE)
    writer.add(b"content", bytes(range(32)))
    writer.close()
    assert sink.index(0).chunks[0].id == bytes(range(32))


def test_nothing_in_nothing_out(tmp_path: Path) -> None:
    sink = Sink()
    writer = PackWriter(PackKind.CHUNKS, tmp_path, sink, SIZE)
    writer.close()
    writer.abandon()
    assert sink == []
    assert list(tmp_path.iterdir()) == []


def test_an_abandoned_pack_leaves_nothing(tmp_path: Path) -> None:
    before = threading.active_count()
    writer = PackWriter(PackKind.CHUNKS, tmp_path, Sink(), 100 << 20)
    for seed in range(3):
        writer.add(noise(5 << 20, seed))
    assert len(list(tmp_path.iterdir())) == 1
    writer.abandon()
    writer.abandon()
    assert list(tmp_path.iterdir()) == []
    assert threading.active_count() == before


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def write(self, data: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    def full(handle: int, *_: object, **__: object) -> Full:
        os.close(handle)
        return Full()

    before = threading.active_count()
    monkeypatch.setattr(os, "fdopen", full)
    writer = PackWriter(PackKind.CHUNKS, tmp_path, Sink(), 100 << 20)
    with pytest.raises(OSError, match="No space left"):
        for seed in range(5):
            writer.add(noise(5 << 20, seed))
    writer.abandon()
    assert list(tmp_path.iterdir()) == []
    assert threading.active_count() == before
