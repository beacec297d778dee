"""The seam between the bundle and the places where large files lie outside the registry.

A `BlobStore` is one container: of Azure Blob Storage, S3 or GCS, or a directory. Every method may be called
from several threads at once. Each raises the errors of `modelops_bundle.errors` only: TransferFailed (3),
AuthRefused (4), NotFound (1) with the URI, IntegrityError (5); none of them repeats a credential.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from modelops_bundle.blob_stores.checksum import Checksum
from modelops_bundle.digest import Digest
from modelops_bundle.remote import BlobStatus
from modelops_bundle.tier import Tier


@dataclass(frozen=True, slots=True)
class BlobStat:
    """What a store says about a blob: its size in bytes, and the digest and tier where it keeps them.

    `checksum` is one that the service computed over the bytes that it has.
    """

    size: int
    digest: Digest | None = None
    tier: Tier | None = None
    checksum: Checksum | None = None


class BlobStore(Protocol):
    """One container of blobs, by key."""

    @property
    def name(self) -> str:
        """The container as a URI, such as `az://models`; never credentials."""
        ...

    def uri(self, key: str) -> str:
        """Return the URI that a bundle's index names a blob by; `parse_uri` reads it."""
        ...

    def stat(self, key: str) -> BlobStat | None:
        """Return what is known about a blob, or None when it is not there."""
        ...

    def put(
        self,
        key: str,
        size: int,
        open_content: Callable[[], BinaryIO],
        digest: Digest,
        tier: Tier | None = None,
        replace: bool = False,
    ) -> BlobStatus:
        """Store a blob unless it is there; `open_content` gives its bytes, which are read once, in order.

        The blob appears whole or not at all, and only with content of this digest and size: otherwise
        IntegrityError. One that is there with another size or digest is damaged, and replaced, and any is if
        `replace`. When several put the same blob at once, one wins, and all succeed. Returns PUSHED or EXISTS.
        """
        ...

    def read(self, key: str, size: int, offset: int = 0) -> Iterator[bytes]:
        """Yield the bytes of a blob of `size` bytes from `offset` to its end.

        Goes on by itself where a connection broke; after a longer failure, call it again with an `offset`.
        The bytes are *not* verified: the caller is the one who knows whether it holds the whole blob. Raises
        NotFound, and IntegrityError for a blob of another size.
        """
        ...

    def close(self) -> None:
        """Release connections; nothing else may be called afterwards."""
        ...
