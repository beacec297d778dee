"""Any tar reads back what was written, and of a broken write nothing is left."""

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelops_bundle.archive.compression import ArchiveFile, Compression
from modelops_bundle.archive.tar_writer import TarWriter, writing_archive
from modelops_bundle.archive.unpacking_archive import open_archive, unpack
from modelops_bundle.bundles.tree import Mode
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import IntegrityError, Invalid


def put(writer: TarWriter, path: str, data: bytes, mode: Mode = Mode.FILE) -> None:
    blocks: Iterable[bytes] = (data[at : at + 7] for at in range(0, len(data), 7))
    writer.file(path, mode, len(data), digest_of(data), blocks)


def members(data: bytes) -> list[tuple[str, int, bytes | None]]:
    """Return what Python's own tar sees: name, mode and content of files."""
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return [
            (member.name, member.mode, held.read() if (held := tar.extractfile(member)) else None)
            for member in tar
        ]


PATHS = st.lists(st.text("abé-0 ", min_size=1, max_size=120), min_size=1, max_size=4).map("/".join)
"""Longer ones than the fields of a header take, too."""


@settings(max_examples=30)
@given(st.lists(st.tuples(PATHS, st.binary(max_size=1100), st.booleans()), max_size=4))
def test_what_is_written_is_read(files: list[tuple[str, bytes, bool]]) -> None:
    stream = io.BytesIO()
    writer = TarWriter(stream)
    for path, data, executable in files:
        put(writer, path, data, Mode.EXECUTABLE if executable else Mode.FILE)
    assert members(stream.getvalue() + bytes(1024)) == [
        (path, 0o755 if executable else 0o644, data) for path, data, executable in files
    ]
    assert len(stream.getvalue()) % 512 == 0


def test_a_directory_is_one_and_a_comment_is_none(tmp_path: Path) -> None:
    with writing_archive(ArchiveFile(tmp_path / "a.tar", Compression.NONE)) as writer:
        writer.comment("written by a test")
        writer.directory("data")
        put(writer, "data/x", b"1")
    assert members((tmp_path / "a.tar").read_bytes()) == [("data", 0o755, None), ("data/x", 0o644, b"1")]
    with tarfile.open(tmp_path / "a.tar") as tar:
        assert tar.pax_headers["comment"] == "written by a test"


@pytest.mark.parametrize("compression", [Compression.NONE, Compression.ZSTD])
def test_an_archive_is_read_by_what_reads_archives_here(tmp_path: Path, compression: Compression) -> None:
    with writing_archive(ArchiveFile(tmp_path / "a", compression)) as writer:
        put(writer, "x", b"content")
    (tmp_path / "out").mkdir()
    with open_archive(tmp_path / "a") as archive:
        unpack(archive, tmp_path / "out")
    assert (tmp_path / "out/x").read_bytes() == b"content"


@pytest.mark.parametrize("blocks", [[], [b"123"], [b"12345"], [b"1234", b"5"], [b"4321"]])
def test_bytes_that_were_not_promised_are_refused_and_nothing_is_left(tmp_path: Path, blocks: list[bytes]) -> None:
    (tmp_path / "a.tar").write_bytes(b"before")
    with (
        pytest.raises(IntegrityError, match="the bytes of 'x'"),
        writing_archive(ArchiveFile(tmp_path / "a.tar", Compression.NONE)) as writer,
    ):
        writer.file("x", Mode.FILE, 4, digest_of(b"1234"), blocks)
    assert (tmp_path / "a.tar").read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.tar"]


@pytest.mark.parametrize(("out", "said"), [("missing/a.tar", "no such directory"), ("one", "is a directory")])
def test_there_must_be_a_place_for_the_archive(tmp_path: Path, out: str, said: str) -> None:
    (tmp_path / "one").mkdir()
    with pytest.raises(Invalid, match=said), writing_archive(ArchiveFile(tmp_path / out, Compression.NONE)):
        raise AssertionError("begun")
