"""Digests: sha256 is the identity of bytes, BLAKE3 tells quickly whether a file changed.

A `Digest` is always the text `sha256:` and 64 lower-case hex digits, checked before it is used in a
path or a URL (CVE-2024-3727).
"""

import hashlib
import re
from typing import BinaryIO, NewType

from modelops_bundle.errors import Invalid

Digest = NewType("Digest", str)

PREFIX = "sha256:"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_CHUNK = 1 << 20


def parse_digest(text: str) -> Digest:
    """Return `text` as a digest; raise Invalid when it is not `sha256:` and 64 lower-case hex digits."""
    if not _DIGEST.fullmatch(text):
        raise Invalid(
            f"not a digest: '{text[:100]}'",
            hint="a digest is 'sha256:' and 64 lower-case hex digits",
        )
    return Digest(text)


def is_digest(text: str) -> bool:
    """Tell whether `text` has the form of a digest."""
    return _DIGEST.fullmatch(text) is not None


def hex_of(digest: Digest) -> str:
    """Return the 64 hex digits of a digest."""
    return digest[len(PREFIX) :]


def digest_of(data: bytes) -> Digest:
    """Return the digest of bytes in memory."""
    return Digest(PREFIX + hashlib.sha256(data).hexdigest())


def digest_of_stream(stream: BinaryIO, copy: BinaryIO | None = None) -> tuple[Digest, int]:
    """Read a stream to its end, copying it to another if given; return its digest and size in bytes."""
    sha256 = hashlib.sha256()
    size = 0
    while block := stream.read(_CHUNK):
        sha256.update(block)
        size += len(block)
        if copy:
            copy.write(block)
    return Digest(PREFIX + sha256.hexdigest()), size


def short(digest: str) -> str:
    """Return a digest cut for people to read: `sha256:` and 12 hex digits."""
    return digest[: len(PREFIX) + 12]
