"""Where published versions are kept on this machine: objects, pack indexes, and room for what is on its way.

A project has one in its metadata directory; a worker's cache is one by itself.
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from modelops_bundle.digest import Digest
from modelops_bundle.objects import ObjectStore

if TYPE_CHECKING:
    from modelops_bundle.bundles.bundle import Bundle
    from modelops_bundle.bundles.bundle_index import ChunkedDocument
    from modelops_bundle.descriptor import Descriptor
    from modelops_bundle.packs.cache import PackCache


class StoredDocuments:
    """The documents of versions that an object store holds; each method raises ObjectMissing."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    def blob(self, blob: "Descriptor") -> bytes:
        return self._objects.read(blob.digest)

    def manifest(self, digest: Digest) -> bytes:
        return self._objects.read(digest)

    def size_of(self, digest: Digest) -> int:
        return self._objects.size(digest)


class Store:
    """One directory with `objects`, `packs` and `tmp`.

    A `tmp` of its own, in the same file system, lets a process fetch while another one fetches something else.
    """

    def __init__(self, directory: Path, tmp: Path | None = None) -> None:
        self.directory = directory
        self.tmp = tmp or directory / "tmp"
        self.objects = ObjectStore(directory / "objects", self.tmp)
        self.read_before: dict[Digest, Bundle] = {}

    def bundle(self, digest: Digest) -> "Bundle":
        """Return a version whose documents are in the object store; raise ObjectMissing."""
        from modelops_bundle.bundles.reading import read_bundle

        if kept := self.read_before.get(digest):
            return kept

        def fetch_document(document: "ChunkedDocument", packs: "Mapping[Digest, Descriptor]") -> bytes:
            return self.objects.read(document.digest)

        documents = StoredDocuments(self.objects)
        bundle = read_bundle(self.objects.read(digest), documents, fetch_document, f"'{digest}'")
        self.read_before[digest] = bundle
        return bundle

    def keep(self, bundle: "Bundle") -> None:
        """Store a version's documents, so that it can be read without its remote."""
        for data in bundle.documents().values():
            self.objects.put(data, flush=True)
        self.read_before[bundle.digest] = bundle

    @property
    def threshold_bytes(self) -> int:
        """From how many bytes on a file is large, and not kept as an object."""
        from modelops_bundle.storage.config import DEFAULT_THRESHOLD

        return DEFAULT_THRESHOLD

    @cached_property
    def packs(self) -> "PackCache":
        """The indexes of packs that were seen."""
        from modelops_bundle.packs.cache import PackCache

        return PackCache(self.directory / "packs")
