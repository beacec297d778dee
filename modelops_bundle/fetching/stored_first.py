"""Packs that are here need not be fetched: an import puts them into the object store."""

from collections.abc import Iterator

from modelops_bundle.descriptor import Descriptor
from modelops_bundle.objects import ObjectStore
from modelops_bundle.remote import BlobSource

_BLOCK = 1 << 20


class StoredFirst:
    """Reads blobs from the object store, and those that it lacks from a remote. Nothing is verified here."""

    def __init__(self, objects: ObjectStore, remote: BlobSource) -> None:
        self._objects = objects
        self._remote = remote

    @property
    def name(self) -> str:
        return self._remote.name

    def read_blob(self, blob: Descriptor, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield bytes of a blob, as `Remote.read_blob` does."""
        if not self._objects.holds(blob.digest, blob.size):
            yield from self._remote.read_blob(blob, offset, length)
            return
        left = blob.size - offset if length is None else min(length, blob.size - offset)
        with self._objects.open(blob.digest) as stream:
            stream.seek(offset)
            while left > 0 and (block := stream.read(min(left, _BLOCK))):
                left -= len(block)
                yield block
