"""What a service computed over the bytes of a blob when it took them: a proof of content without reading it.

The sha256 in a blob's metadata proves nothing: who put the blob there wrote it.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, BinaryIO

_BLOCK = 1 << 20


class Algorithm(StrEnum):
    """What services compute; MD5 serves against accidents only, as CRC does."""

    MD5 = "md5"
    CRC32C = "crc32c"


@dataclass(frozen=True, slots=True)
class Checksum:
    """A checksum; with a `part` in bytes, it is that of the checksums of all parts of this size."""

    algorithm: Algorithm
    value: bytes
    part: int = 0

    def fits(self, stream: BinaryIO) -> bool:
        """Tell whether content has this checksum; reads it to the end."""
        if not self.part:
            return _checksum(self.algorithm, stream, -1)[0] == self.value
        whole = _new(self.algorithm)
        while True:
            value, size = _checksum(self.algorithm, stream, self.part)
            if not size:
                return bytes(whole.digest()) == self.value
            whole.update(value)


def _checksum(algorithm: Algorithm, stream: BinaryIO, size: int) -> tuple[bytes, int]:
    """Return the checksum of the next `size` bytes, all for -1, and how many these were."""
    checksum, done = _new(algorithm), 0
    while block := stream.read(_BLOCK if size < 0 else min(_BLOCK, size - done)):
        checksum.update(block)
        done += len(block)
    return bytes(checksum.digest()), done


def _new(algorithm: Algorithm) -> Any:
    match algorithm:
        case Algorithm.MD5:
            return hashlib.md5(usedforsecurity=False)
        case Algorithm.CRC32C:
            import google_crc32c  # comes with the SDK of the only service that has it

            return google_crc32c.Checksum()
