"""The bytes of a compressed archive depend on the content alone."""

import io
import random
from pathlib import Path

import pytest

from modelops_bundle.archive.compression import (
    JOB_BYTES,
    ArchiveFile,
    Compression,
    compressing,
    compression_of,
    decompressing,
)
from modelops_bundle.errors import Invalid


def compressed(data: bytes, threads: int, step: int) -> bytes:
    out = io.BytesIO()
    with compressing(out, ArchiveFile(Path("a.tar.zst"), Compression.ZSTD, 1, threads)) as stream:
        for at in range(0, len(data), step):
            stream.write(data[at : at + step])
    return out.getvalue()


def test_neither_threads_nor_the_size_of_writes_show_in_what_is_written() -> None:
    data = random.Random(1).randbytes(1 << 17) * (2 * JOB_BYTES // (1 << 17)) + b"a,b\n" * 100_000
    first = compressed(data, 1, 1 << 20)
    assert len(first) < len(data) // 2
    assert compressed(data, 2, 1 << 20) == first
    assert compressed(data, 3, 333_333) == first


@pytest.mark.parametrize("compression", Compression)
def test_what_was_written_is_read_whatever_the_name(tmp_path: Path, compression: Compression) -> None:
    file = tmp_path / "archive"
    with file.open("wb") as out, compressing(out, ArchiveFile(file, compression)) as stream:
        stream.write(b"content" * 1000)
    with decompressing(file) as plain:
        assert plain.read() == b"content" * 1000


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("a.tar.zst", "zstd"), ("a.zst", "zstd"), ("a.tar", "none")],
)
def test_the_name_says_how_to_compress(name: str, wanted: str) -> None:
    assert compression_of(Path(name)) == wanted
    assert compression_of(Path(name), Compression(wanted)) == wanted


@pytest.mark.parametrize(
    ("name", "wanted"), [("a.tar", "zstd"), ("a.tar.zst", "none"), ("a.zip", "zstd"), ("a", None)]
)
def test_a_name_that_says_something_else_is_refused(name: str, wanted: str | None) -> None:
    with pytest.raises(Invalid, match=name):
        compression_of(Path(name), Compression(wanted) if wanted else None)
