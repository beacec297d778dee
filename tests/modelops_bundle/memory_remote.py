"""A remote in memory, which can be told to misbehave."""

import threading
from collections.abc import Callable, Iterator
from typing import BinaryIO

from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.errors import NotFound, TransferFailed
from modelops_bundle.remote import BlobStatus, RemoteManifest


class MemoryRemote:
    """Blobs by digest. `breaks_at` is how many bytes of a blob it serves before the connection breaks."""

    name = "memory"

    def __init__(self, *contents: bytes, block: int = 4) -> None:
        self.blobs = {digest_of(data): data for data in contents}
        self.block = block
        self.breaks_at: dict[Digest, int] = {}
        self.reads: list[tuple[Digest, int]] = []
        self.mounts: list[tuple[Digest, str]] = []
        self.mountable: set[Digest] = set()
        self._lock = threading.Lock()

    def read_blob(self, blob: Descriptor, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        with self._lock:
            self.reads.append((blob.digest, offset))
        if blob.digest not in self.blobs:
            raise NotFound(f"no blob '{blob.digest}'")
        end = blob.size if length is None else offset + length
        for at in range(offset, end, self.block):
            if at >= self.breaks_at.get(blob.digest, end):
                raise TransferFailed("the connection broke")
            yield self.blobs[blob.digest][at : min(at + self.block, end)]

    def push_blob(self, blob: Descriptor, open_content: Callable[[], BinaryIO]) -> BlobStatus:
        if blob.digest in self.blobs:
            return BlobStatus.EXISTS
        with open_content() as stream:
            self.blobs[blob.digest] = stream.read()
        return BlobStatus.PUSHED

    def blob_cost(self, blob: Descriptor) -> tuple[int, int]:
        return 1, blob.size

    def tag_cost(self) -> int:
        return 1

    def mount_blob(self, digest: Digest, source: str) -> bool:
        self.mounts.append((digest, source))
        return digest in self.mountable

    def has_blob(self, digest: Digest) -> bool:
        return digest in self.blobs

    def blob_size(self, digest: Digest) -> int:
        return len(self.blobs[digest])

    def resolve_tag(self, tag: str) -> Digest | None:
        return None

    def list_tags(self) -> list[str]:
        return []

    def fetch_manifest(self, reference: str) -> RemoteManifest:
        raise NotFound(f"no manifest '{reference}'")

    def push_manifest(self, data: bytes, media_type: str) -> Digest:
        return digest_of(data)

    def set_tag(self, tag: str, data: bytes, media_type: str, expected: Digest | None) -> None:
        raise TransferFailed("there are no tags here")

    def close(self) -> None:
        self.blobs.clear()
