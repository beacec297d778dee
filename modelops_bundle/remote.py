"""The seam between the bundle and where it is published.

A `Remote` is one OCI repository: `registry.RegistryRemote` over HTTP, or `oci_layout.LayoutRemote` in a
directory. Every method may be called from several threads at once. Each raises the errors of
`modelops_bundle.errors` only: TransferFailed (3) when the network or disk fails for good, AuthRefused (4),
NotFound (1), IntegrityError (5) when bytes do not match the digest that was asked for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Protocol

from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest
from modelops_bundle.errors import TransferFailed

MAX_MANIFEST_BYTES = 4 << 20
"""What every registry accepts for a manifest: distribution, zot, ACR and containers/image agree on 4 MiB."""


class BlobStatus(StrEnum):
    """What a push did with one blob."""

    EXISTS = "exists"
    MOUNTED = "mounted"
    PUSHED = "pushed"


class BlobsMissing(TransferFailed):
    """A manifest was refused, because the registry lacks blobs that it names: garbage was collected meanwhile.

    `digests` are those that the registry named: all of them, some, or none. Send them again.
    """

    def __init__(self, message: str, digests: tuple[Digest, ...]) -> None:
        super().__init__(message, hint="run the push again: the registry lost blobs meanwhile")
        self.digests = digests


@dataclass(frozen=True, slots=True)
class RemoteManifest:
    """A manifest's exact bytes, verified: `digest` is the sha256 of `data`."""

    digest: Digest
    media_type: str
    data: bytes


class BlobSource(Protocol):
    """What parts of blobs can be read from."""

    @property
    def name(self) -> str: ...

    def read_blob(self, blob: Descriptor, offset: int = 0, length: int | None = None) -> Iterator[bytes]: ...


class Remote(Protocol):
    """One OCI repository: blobs and manifests by digest, and tags that name manifests."""

    @property
    def name(self) -> str:
        """The repository as a person writes it: `host/path`, or `oci:` and a directory; never credentials."""
        ...

    def resolve_tag(self, tag: str) -> Digest | None:
        """Return the digest that a tag names now, or None when there is no such tag (or repository)."""
        ...

    def list_tags(self) -> list[str]:
        """Return every tag, sorted; empty when the repository does not exist."""
        ...

    def fetch_manifest(self, reference: str) -> RemoteManifest:
        """Return the manifest of a tag or a digest, verified; at most MAX_MANIFEST_BYTES.

        Raises NotFound, and IntegrityError when the bytes do not match the digest asked for.
        """
        ...

    def push_manifest(self, data: bytes, media_type: str) -> Digest:
        """Store a manifest by its digest. Every blob that it names must be there already."""
        ...

    def set_tag(self, tag: str, data: bytes, media_type: str, expected: Digest | None) -> None:
        """Make a tag name this manifest (already pushed), if it still names `expected`.

        None expects that the tag does not exist. Read right before and right after the tag moves.
        Raises RemoteMoved, telling both digests, when somebody else moved it.
        """
        ...

    def has_blob(self, digest: Digest) -> bool:
        """Tell whether a blob is there. A refusal counts as 'no': the push that follows will tell."""
        ...

    def blob_size(self, digest: Digest) -> int:
        """Return the size of a blob in bytes; raise NotFound."""
        ...

    def read_blob(self, blob: Descriptor, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of a blob from `offset`, `length` of them (None: to the end).

        Resumes by itself after a lost connection, yields exactly the bytes asked for, never more than
        `blob.size`, and works with servers that ignore Range. The bytes are *not* verified: the caller is
        the one who knows whether it holds the whole blob.
        """
        ...

    def push_blob(self, blob: Descriptor, open_content: Callable[[], BinaryIO]) -> BlobStatus:
        """Store a blob unless it is there; `open_content` gives its bytes anew at each try.

        Raises IntegrityError when the content does not match `blob.digest` or `blob.size`.
        """
        ...

    def blob_cost(self, blob: Descriptor) -> tuple[int, int]:
        """Return how many requests `push_blob` would make now, and how many of the blob's bytes it would send."""
        ...

    def tag_cost(self) -> int:
        """Return how many requests `push_manifest` and `set_tag` make, if nothing goes wrong."""
        ...

    def mount_blob(self, digest: Digest, source: str) -> bool:
        """Make a blob of another repository of the same registry appear here; False when refused."""
        ...

    def close(self) -> None:
        """Release connections; nothing else may be called afterwards."""
        ...
