"""Files go into packs once, in the same way each time, and only if they are what the tree says."""

import io
import os
import subprocess
import tarfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest
from blake3 import blake3

from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.tree import Mode
from modelops_bundle.digest import digest_of
from modelops_bundle.files.hashing import FileChanged
from modelops_bundle.files.zstandard import ZstdDecompressor
from modelops_bundle.packs import packing
from modelops_bundle.packs.chunking import MAX_CHUNK, Cut, chunk_id, cut
from modelops_bundle.packs.format import PACK_SIZE, PackKind
from modelops_bundle.packs.packing import Known, Packer, Source, pack_size_for
from modelops_bundle.packs.writer import Chunk, PackWriter
from tests.modelops_bundle.packs_in_memory import Packed, entry_for, noise, pack
from tests.support.programs import require

SMALL = {f"dir {n % 3}/größe {n}.csv": b"%d,row\n" % n * (n * n % 700 + 1) for n in range(120)}
LARGE = {"large": noise(1 << 20, 1), "rows": b"".join(b"%d,%d\n" % (n, n * n) for n in range(60_000))}


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "CUT_FROM", 200_000)


def kinds(packed: Packed) -> list[PackKind]:
    return [packed.indexes[digest].kind for digest in packed.packs]


def content(packed: Packed, path: str) -> bytes:
    """Read a file back as any reader would."""
    place = packed.place(path)
    parts = []
    for digest, first, count in place.terms:
        index = packed.indexes[digest]
        for chunk in index.chunks[first : first + count]:
            parts.append(index.read(chunk, packed.blobs[digest][chunk.offset : chunk.offset + chunk.stored]))
    size = next(file.entry.size for file in packed.files if file.entry.path == path)
    return b"".join(parts)[place.skip : place.skip + size]


@pytest.mark.parametrize("size", [50_000, 300_000, PACK_SIZE])
def test_files_are_read_back_wherever_they_are(tmp_path: Path, size: int) -> None:
    files = {**SMALL, **LARGE}
    packed = pack(files, tmp_path, size)
    assert {path: content(packed, path) for path in files} == files
    assert sum(kind is PackKind.CHUNKS for kind in kinds(packed)) >= 1
    assert len(packed.place("large").terms) > 3 or size == PACK_SIZE


def test_a_file_that_spans_packs_names_them_in_order(tmp_path: Path) -> None:
    packed = pack({"large": LARGE["large"]}, tmp_path, 300_000)
    terms = packed.place("large").terms
    assert [digest for digest, _, _ in terms] == list(packed.packs)
    assert len(terms) >= 4
    assert all(first == 0 for _, first, _ in terms)


def test_the_same_content_is_packed_once(tmp_path: Path) -> None:
    once = pack({"a": LARGE["large"], "b": b"small\n"}, tmp_path)
    twice = pack({"a": LARGE["large"], "b": b"small\n", "c": LARGE["large"], "d": b"small\n"}, tmp_path)
    assert once.blobs == twice.blobs
    assert twice.place("a") == twice.place("c")
    assert twice.place("b") == twice.place("d")


def test_the_same_chunks_are_packed_once(tmp_path: Path) -> None:
    zeros = pack({"zeros": bytes(40 * MAX_CHUNK)}, tmp_path)
    (index,) = zeros.indexes.values()
    assert len(index.chunks) == 1
    assert content(zeros, "zeros") == bytes(40 * MAX_CHUNK)


def test_a_failure_to_compress_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: PackWriter, raw: bytes) -> Chunk:
        raise ZeroDivisionError

    monkeypatch.setattr(PackWriter, "prepared", fail)
    packer = Packer(Known(), tmp_path, Packed())
    packer.add(entry_for("a", noise(1000)), Source(partial(io.BytesIO, noise(1000))))
    with pytest.raises(ZeroDivisionError):
        packer.finish()
    packer.abandon()
    assert list(tmp_path.iterdir()) == []


def test_packs_depend_on_content_only(tmp_path: Path) -> None:
    files = {**SMALL, **LARGE}
    assert pack(files, tmp_path / "a", 300_000).blobs == pack(files, tmp_path / "b", 300_000).blobs


def known_from(packed: Packed) -> Known:
    """Return what a remote that holds these packs knows."""
    chunks = {
        chunk.id: (digest, number)
        for digest, index in packed.indexes.items()
        if index.kind is PackKind.CHUNKS
        for number, chunk in enumerate(index.chunks)
    }
    places = {file.entry.digest: packed.place(file.entry.path) for file in packed.files}
    return Known(packed.packs, places, chunks)


def test_what_is_known_is_not_packed_again(tmp_path: Path) -> None:
    files = {**SMALL, **LARGE}
    before = pack(files, tmp_path)
    assert pack(files, tmp_path, known=known_from(before)).blobs == {}
    edited = {**files, "large": LARGE["large"][:500_000] + b"edit" + LARGE["large"][500_000:], "new": b"new\n"}
    after = pack(edited, tmp_path, known=known_from(before))
    assert 0 < sum(map(len, after.blobs.values())) < 4 * MAX_CHUNK
    after.blobs |= before.blobs
    after.indexes |= before.indexes
    assert {path: content(after, path) for path in edited} == edited


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 96 << 10, (96 << 10) - 512, 199_999, 200_000, 200_001])
def test_sizes_at_the_limits(tmp_path: Path, size: int) -> None:
    if size:
        packed = pack({"a": noise(size), "b": b"b"}, tmp_path)
        assert content(packed, "a") == noise(size)
        assert content(packed, "b") == b"b"
        assert (PackKind.CHUNKS in kinds(packed)) == (size >= 200_000)


def test_frames_are_small_enough_to_read_one_file_alone(tmp_path: Path) -> None:
    packed = pack({f"{n:03}": noise(5000, n) for n in range(100)}, tmp_path)
    (index,) = packed.indexes.values()
    assert all(chunk.raw < packing.FRAME + 6000 for chunk in index.chunks)
    assert all(chunk.raw >= packing.FRAME for chunk in index.chunks[:-2])


def write_members(packed: Packed, directory: Path) -> list[Path]:
    """Write the packs of small files to disk."""
    members = [digest for digest, index in packed.indexes.items() if index.kind is PackKind.MEMBERS]
    files = [directory / f"{number}.tar.zst" for number in range(len(members))]
    for file, digest in zip(files, members, strict=True):
        file.write_bytes(packed.blobs[digest])
    return files


def restored(directory: Path, files: Mapping[str, bytes]) -> bool:
    return all((directory / path).read_bytes() == data for path, data in files.items())


@pytest.mark.server("tar")
@pytest.mark.server("zstd")
def test_tar_restores_small_files_without_us(tmp_path: Path) -> None:
    noisy = {f"noise/{n}": noise(20_000, n) for n in range(20)}
    packed = pack({**SMALL, **LARGE, **noisy}, tmp_path / "tmp", 100_000)
    files = write_members(packed, tmp_path)
    assert len(files) > 1
    for file in files:
        command = [str(require("tar")), "--zstd", "-xf", str(file)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert subprocess.run([str(require("zstd")), "-qt", str(file)], check=False).returncode == 0
    assert restored(tmp_path, {**SMALL, **noisy})


def test_tarfile_restores_small_files(tmp_path: Path) -> None:
    (file,) = write_members(pack(SMALL, tmp_path / "tmp"), tmp_path)
    raw, rest = b"", file.read_bytes()
    while rest:
        frame = ZstdDecompressor()
        raw += frame.decompress(rest)
        assert frame.eof
        rest = frame.unused_data
    with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
        tar.extractall(tmp_path, filter="data")
    assert restored(tmp_path, SMALL)


def changed(size: int, now: bytes, name: bytes | None, tmp_path: Path) -> None:
    """Pack a file that holds something else than the tree says."""
    packer = Packer(Known(), tmp_path, Packed())
    entry = entry_for("data/x", noise(size))
    try:
        with pytest.raises(FileChanged, match="data/x"):
            packer.add(entry, Source(partial(io.BytesIO, now), name))
    finally:
        packer.abandon()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [1000, 500_000])
@pytest.mark.parametrize("known", [True, False])
def test_a_file_that_changed_is_noticed(tmp_path: Path, size: int, known: bool) -> None:
    name = blake3(noise(size)).digest() if known else None
    for now in (noise(size)[:-1] + b"?", noise(size)[:-1], noise(size) + b"?", b"", noise(size, 1)):
        changed(size, now, name, tmp_path)


@pytest.mark.parametrize("known", [True, False])
def test_a_file_that_is_written_while_it_is_read_is_noticed(tmp_path: Path, known: bool) -> None:
    class Changing(io.BytesIO):
        """Changes its beginning when anybody goes back to it, and its end when that is near."""

        def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
            self.getbuffer()[100] ^= 1
            return super().seek(offset, whence)

        def readinto(self, buffer: object) -> int:
            if self.tell() > 500_000:
                self.getbuffer()[-1] = 0
            assert isinstance(buffer, bytearray | memoryview)
            return super().readinto(memoryview(buffer)[:100_000])

    data = LARGE["large"][:-1] + b"!"
    packer = Packer(Known(), tmp_path, Packed())
    name = blake3(data).digest() if known else None
    with pytest.raises(FileChanged):
        packer.add(entry_for("large", data), Source(lambda: Changing(data), name))
    packer.abandon()


@pytest.mark.parametrize("known", [True, False])
def test_a_large_file_is_read_once_until_it_is_sent(tmp_path: Path, known: bool) -> None:
    opened: list[BinaryIO] = []

    def open_content() -> BinaryIO:
        opened.append(io.BytesIO(LARGE["large"]))
        return opened[-1]

    name = blake3(LARGE["large"]).digest() if known else None
    packer = Packer(Known(), tmp_path, lambda pack: pack.content.discard())
    packer.add(entry_for("x", LARGE["large"]), Source(open_content, name))
    assert packer.finish().keys() == {digest_of(LARGE["large"])}
    assert len(opened) == 1
    assert opened[0].closed


def cuts_of(data: bytes) -> list[Cut]:
    """Cut a file as a look at it does."""
    cuts: list[Cut] = []
    for chunk in cut(io.BytesIO(data)):
        cuts.append(Cut(chunk_id(chunk), sum(before.size for before in cuts), len(chunk)))
    return cuts


def pack_edited(data: bytes, now: bytes, tmp_path: Path) -> tuple[Packed, list[int]]:
    """Pack a file that held `data` when it was cut, after an earlier version; tell where it was read."""
    read = []

    class Stream(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            read.append(self.tell())
            return super().read(size)

        def readinto(self, buffer: object) -> int:
            raise AssertionError("it is read from its start")

    known = known_from(pack({"large": LARGE["large"]}, tmp_path))
    packed = Packed()
    packer = Packer(known, tmp_path, packed)
    packer.add(entry_for("large", data), Source(lambda: Stream(now), cuts=cuts_of(data)))
    packed.files = [BundleFile(entry_for("large", data), "data", packer.finish()[digest_of(data)])]
    return packed, read


def test_of_a_file_that_was_cut_only_new_chunks_are_read(tmp_path: Path) -> None:
    edited = LARGE["large"][:500_000] + b"edit" + LARGE["large"][500_000:]
    packed, read = pack_edited(edited, edited, tmp_path)
    before = pack({"large": LARGE["large"]}, tmp_path)
    packed.blobs |= before.blobs
    packed.indexes |= before.indexes
    assert content(packed, "large") == edited
    assert 0 < len(read) <= 3
    assert all(abs(offset - 500_000) < 2 * MAX_CHUNK for offset in read)


def test_a_new_chunk_that_changed_since_the_file_was_cut_is_noticed(tmp_path: Path) -> None:
    edited = LARGE["large"][:500_000] + b"edit" + LARGE["large"][500_000:]
    with pytest.raises(FileChanged, match="large"):
        pack_edited(edited, edited.replace(b"edit", b"EDIT"), tmp_path)


def test_the_executable_bit_travels_in_the_member(tmp_path: Path) -> None:
    packed = Packed()
    packer = Packer(Known(), tmp_path, packed)
    packer.add(entry_for("run.sh", b"#!/bin/sh\n", Mode.EXECUTABLE), Source(lambda: io.BytesIO(b"#!/bin/sh\n")))
    packer.finish()
    (file,) = write_members(packed, tmp_path)
    data = ZstdDecompressor().decompress(file.read_bytes())
    assert tarfile.TarInfo.frombuf(data[:512], "utf-8", "strict").mode == 0o755


def test_packs_grow_with_the_content_so_that_they_are_few() -> None:
    assert pack_size_for(0) == pack_size_for(8 << 30) == PACK_SIZE
    assert pack_size_for((8 << 30) + 1) == 2 * PACK_SIZE
    for gib in (1, 20, 50, 100, 128, 500):
        assert (gib << 30) / pack_size_for(gib << 30) <= 128
