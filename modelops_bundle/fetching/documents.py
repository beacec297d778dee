"""The small documents of versions at a remote, each verified."""

from modelops_bundle.bundles.bundle_index import MAX_INDEX_BYTES
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest
from modelops_bundle.objects import ObjectStore
from modelops_bundle.remote import Remote
from modelops_bundle.transfer import fetch_document


class RemoteDocuments:
    """Documents of at most `limit` bytes; what an object store holds costs no request."""

    def __init__(self, remote: Remote, objects: ObjectStore | None = None, limit: int = MAX_INDEX_BYTES) -> None:
        self._remote = remote
        self._objects = objects
        self._limit = limit

    def blob(self, blob: Descriptor) -> bytes:
        if self._objects and blob.digest in self._objects:
            return self._objects.read(blob.digest)
        return fetch_document(self._remote, blob, self._limit)

    def manifest(self, digest: Digest) -> bytes:
        if self._objects and digest in self._objects:
            return self._objects.read(digest)
        return self._remote.fetch_manifest(digest).data

    def size_of(self, digest: Digest) -> int:
        if self._objects and digest in self._objects:
            return self._objects.size(digest)
        return self._remote.blob_size(digest)
