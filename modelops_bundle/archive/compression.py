"""How an archive is compressed, and that the bytes depend on nothing but the content.

A multi-threaded zstd cuts its input into jobs of a fixed size, so the number of threads does not show in what it
writes; a call without threads would write something else and is never made (docs/decisions/0028).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Protocol

from modelops_bundle.errors import Invalid
from modelops_bundle.files.zstandard import CompressionParameter, ZstdFile

LEVEL = 6
"""A hundredth of the time of level 19, for archives an eighth larger (docs/decisions/0028)."""
LEVELS = range(1, 23)
"""From the fastest to the smallest. zstd has faster ones below, whose archives nobody would keep."""
JOB_BYTES = 8 << 20
MAX_THREADS = 6
"""Each holds a job and its tables, some 15 MiB at this level."""
MAGIC = b"\x28\xb5\x2f\xfd"


class NoSuchLevel(Invalid, ValueError):
    """A number is no level of zstd."""


class Writable(Protocol):
    """A stream of bytes to write to."""

    def write(self, data: bytes, /) -> int: ...


class Readable(Protocol):
    """A stream of bytes to read from."""

    def read(self, size: int = ..., /) -> bytes: ...


class Compression(StrEnum):
    """What is done to the tar archive."""

    ZSTD = "zstd"
    NONE = "none"

    @property
    def suffix(self) -> str:
        """The end of the name of an archive that is compressed so."""
        return ".tar.zst" if self is Compression.ZSTD else ".tar"


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """An archive to write, and how it is compressed, on `threads` threads (0: as many as there are cores)."""

    path: Path
    compression: Compression
    level: int = LEVEL
    threads: int = 0


def check_level(level: int) -> None:
    """Raise NoSuchLevel for what is no level of zstd."""
    if type(level) is not int or level not in LEVELS:
        raise NoSuchLevel(
            f"not a level of zstd: {level!r}",
            hint=f"write a number from {LEVELS[0]} to {LEVELS[-1]}; {LEVEL} is usual",
        )


def compression_of(out: Path, wanted: Compression | None = None) -> Compression:
    """Return the compression that a file's name asks for; raise Invalid when it is another than the one wanted."""
    ends_with = {".zst": Compression.ZSTD, ".tar": Compression.NONE}
    told = next((kind for end, kind in ends_with.items() if out.name.endswith(end)), None)
    if told is None or (wanted and told is not wanted):
        ends = " or ".join(f"'{kind.suffix}'" for kind in ([wanted] if wanted else Compression))
        raise Invalid(f"the name of the archive must end with {ends}: '{out}'", hint="name the archive so")
    return told


@contextmanager
def compressing(out: BinaryIO, archive: ArchiveFile) -> Iterator[Writable]:
    """Give a stream that compresses into `out` as an archive is to be compressed."""
    if archive.compression is Compression.NONE:
        yield out
        return
    options: dict[int, int] = {
        CompressionParameter.compression_level: archive.level,
        CompressionParameter.checksum_flag: 1,
        CompressionParameter.nb_workers: min(archive.threads or os.cpu_count() or 1, MAX_THREADS),
        CompressionParameter.job_size: JOB_BYTES,
    }
    with ZstdFile(out, "wb", options=options) as stream:
        yield stream


@contextmanager
def decompressing(file: Path) -> Iterator[Readable]:
    """Open an archive for reading, compressed or not, whatever its name says."""
    with file.open("rb") as stream:
        if stream.read(len(MAGIC)) != MAGIC:
            stream.seek(0)
            yield stream
            return
        stream.seek(0)
        with ZstdFile(stream, "rb") as plain:
            yield plain
