"""Archives of strangers: what is understood, and what is refused."""

import io
import itertools
import tarfile
import tracemalloc

import pytest

from modelops_bundle.archive.tar_reader import DamagedArchive, NotAnArchive, TarReader
from modelops_bundle.bundles.tree import Mode
from modelops_bundle.errors import BundleError, UnsupportedMediaType
from modelops_bundle.packs.tar_member import END, comment_header, directory_header, header
from tests.modelops_bundle.archive.archives import tar_of

LONG = "/".join(["directory" * 9] * 5)


def read(data: bytes) -> list[tuple[str, bytes | None, bool]]:
    reader = TarReader(io.BytesIO(data), "a.tar")
    return [
        (member.path, None if member.directory else b"".join(reader.blocks()), member.executable)
        for member in reader
    ]


@pytest.mark.parametrize("style", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_archives_of_every_style_are_read(style: int) -> None:
    long = LONG if style != tarfile.USTAR_FORMAT else "d/" + "e" * 99
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=style) as tar:
        for name, content in {"./a.txt": b"x" * 513, long: b"long", "empty": b""}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            info.mode = 0o700
            tar.addfile(info, io.BytesIO(content))
    assert read(stream.getvalue()) == [("a.txt", b"x" * 513, True), (long, b"long", True), ("empty", b"", True)]


def test_the_long_and_the_large_are_read_as_they_are_written() -> None:
    size = (8 << 30) + 5
    for data in (header(LONG, Mode.FILE, size), header("größe", Mode.EXECUTABLE, size)):
        member = next(iter(TarReader(io.BytesIO(data), "a.tar")))
        assert member.size == size
        info = tarfile.TarInfo.frombuf(data[-512:], "utf-8", "strict")
        assert info.size == 0
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
            found = tar.next()
            assert found is not None
            assert (found.name, found.size) == (member.path, size)


def test_sizes_in_binary_are_read() -> None:
    info = tarfile.TarInfo("large")
    info.size = 9 << 30
    data = info.tobuf(tarfile.GNU_FORMAT)
    assert next(iter(TarReader(io.BytesIO(data), "a.tar"))).size == 9 << 30


def test_what_is_not_asked_for_is_skipped() -> None:
    reader = TarReader(io.BytesIO(tar_of(("a", b"1" * 700), ("d", None), ("b", b"2"))), "a.tar")
    assert [member.path for member in reader] == ["a", "d", "b"]


def test_a_comment_and_directories_are_read() -> None:
    reader = TarReader(io.BytesIO(comment_header("hello") + directory_header("d") + END), "a.tar")
    assert reader.comment == "hello"
    assert [(member.path, member.directory) for member in reader] == [("d", True)]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_refused(kind: bytes) -> None:
    with pytest.raises(UnsupportedMediaType, match="'x'"):
        read(tar_of(("x", b""), type=kind, linkname="/etc/passwd"))


@pytest.mark.parametrize("data", [b"", b"text", b"x" * 2000, b"PK\x03\x04" + bytes(1000)])
def test_other_files_are_no_archives(data: bytes) -> None:
    with pytest.raises(NotAnArchive, match=r"a\.tar"):
        read(data)


def test_an_archive_cut_short_anywhere_is_damaged() -> None:
    whole = header("a" * 120, Mode.FILE, 700) + bytes(1024) + header("b", Mode.FILE, 1) + bytes(512)
    assert len(read(whole + END)) == 2
    for length in range(512, len(whole) + 1, 128):
        with pytest.raises(DamagedArchive):
            read(whole[:length])


def test_no_flipped_bit_of_a_header_goes_unnoticed() -> None:
    whole = header("data/x.csv", Mode.FILE, 3) + b"abc" + bytes(509)
    for at in range(512):
        data = bytearray(comment_header("first") + whole + END)
        data[1024 + at] ^= 1
        try:
            found = read(bytes(data))
        except BundleError:
            continue
        # What is no part of the checksum's digits may vary.
        assert 148 <= at < 156
        assert found == [("data/x.csv", b"abc", False)]


@pytest.mark.parametrize(
    "record", [b"path=x\n", b"99 path=x\n", b"9 path=x", b"x path=y\n", b"11 path=\xff\xfe\n"]
)
def test_a_malformed_extended_header_is_damaged(record: bytes) -> None:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, len(record)
    data = info.tobuf(tarfile.USTAR_FORMAT) + record.ljust(512, b"\0") + header("a", Mode.FILE, 0) + END
    with pytest.raises(DamagedArchive):
        read(data)


def extended(record: str, kind: bytes = tarfile.XHDTYPE) -> bytes:
    """Return an extended header with one record."""
    data = f" {record}\n".encode()
    length = len(data) + 2
    length += len(str(length)) - 2
    data = str(length).encode() + data
    info = tarfile.TarInfo("pax")
    info.type, info.size = kind, len(data)
    return info.tobuf(tarfile.USTAR_FORMAT) + data.ljust(-len(data) % 512 + len(data), b"\0")


@pytest.mark.parametrize("key", ["user.k{}", "GNU.sparse.k{}", "path"])
@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_extended_headers_without_end_do_not_fill_the_memory(key: str, kind: bytes) -> None:
    class Endless:
        """Extended headers, each with another key, until memory or patience ends."""

        read_so_far = 0

        def __init__(self) -> None:
            self.left = b""
            self.numbers = itertools.count()

        def read(self, size: int = -1, /) -> bytes:
            while len(self.left) < size:
                self.left += extended(f"{key.format(next(self.numbers))}={'x' * 10_000}", kind)
            data, self.left = self.left[:size], self.left[size:]
            self.read_so_far += size
            assert self.read_so_far < 10 << 20
            return data

    with pytest.raises(DamagedArchive, match="too many"):
        TarReader(Endless(), "a.tar")


def test_of_an_extended_header_only_what_is_used_is_kept() -> None:
    many = b"".join(extended(f"user.k{number}={'x' * 30_000}") for number in range(8))
    data = many + extended("path=b") + header("a", Mode.FILE, 3) + b"abc".ljust(512, b"\0") + END
    tracemalloc.start()
    try:
        assert read(data) == [("b", b"abc", False)]
        assert tracemalloc.get_traced_memory()[1] < 150_000
    finally:
        tracemalloc.stop()


def test_sparse_files_are_refused() -> None:
    with pytest.raises(UnsupportedMediaType, match="'a'"):
        read(extended("GNU.sparse.major=1") + header("a", Mode.FILE, 0) + END)


def test_what_follows_the_end_is_not_read_for_ever() -> None:
    class Zeros:
        """An archive, and what a few bytes of zstd may stand for."""

        left = directory_header("d")
        given = 0

        def read(self, size: int = -1, /) -> bytes:
            data, self.left = self.left[:size], self.left[size:]
            self.given += size
            assert self.given < 1 << 30
            return data.ljust(size, b"\0")

    with pytest.raises(DamagedArchive, match="after its end"):
        list(TarReader(Zeros(), "a.tar"))


def test_an_extended_header_of_any_size_does_not_fill_the_memory() -> None:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 1 << 30
    with pytest.raises(DamagedArchive, match="too large"):
        read(info.tobuf(tarfile.USTAR_FORMAT))
