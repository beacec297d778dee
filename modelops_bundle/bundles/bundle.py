"""A version: its documents, and what they say. `reading` reads one; `build_bundle` makes one of files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from modelops_bundle.bundles.bundle_index import BundleIndex, ChunkedDocument
from modelops_bundle.bundles.manifest import (
    BundleConfig,
    Manifest,
    bundle_manifest,
)
from modelops_bundle.bundles.media_types import (
    BUNDLE_FILE,
    BUNDLE_INDEX,
    BUNDLE_PACK,
    TITLE,
)
from modelops_bundle.bundles.places import TitledLayer
from modelops_bundle.bundles.tree import Tree
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of


class Documents(Protocol):
    """Where the small documents of a version come from: a store, or a remote."""

    def blob(self, blob: Descriptor) -> bytes:
        """Return the verified bytes of a small blob: a config, or the first layer."""
        ...

    def manifest(self, digest: Digest) -> bytes:
        """Return the verified bytes of a document that an earlier tool stored as a manifest."""
        ...

    def size_of(self, digest: Digest) -> int:
        """Return the size of a blob of which an earlier tool recorded nothing but the digest; raise NotFound."""
        ...


@dataclass(frozen=True)
class Bundle:
    """One version: the exact bytes of its documents, and what they say.

    `root_data` is the first layer: the index document, or, when that is large, where its chunks are, which
    `document` tells. Of a foreign manifest (see `foreign`), config and index are made up from what it says;
    `roles` are those that it has itself where no `config.yaml` tells them, and `others` the documents that do.
    """

    data: bytes
    config_data: bytes
    root_data: bytes
    index_data: bytes
    manifest: Manifest
    config: BundleConfig
    index: BundleIndex
    document: ChunkedDocument | None = None
    roles: Mapping[str, tuple[str, ...]] | None = None
    others: tuple[bytes, ...] = ()

    @cached_property
    def digest(self) -> Digest:
        return digest_of(self.data)

    @cached_property
    def tree(self) -> Tree:
        return self.index.tree()

    @cached_property
    def packs(self) -> dict[Digest, Descriptor]:
        """The packs that the manifest lists."""
        return packs_of(self.manifest)

    def blobs(self) -> list[Descriptor]:
        """Return what the manifest names, each digest once: config, index and the layers of files."""
        named = (self.manifest.config, *self.manifest.layers)
        return list({blob.digest: blob for blob in named}.values())

    def documents(self) -> dict[Digest, bytes]:
        """Return the bytes of manifest, config and index by digest: all but the files."""
        parts = (self.data, self.config_data, self.root_data, self.index_data, *self.others)
        return {digest_of(part): part for part in parts}


def packs_of(manifest: Manifest) -> dict[Digest, Descriptor]:
    """Return the layers of a manifest that are packs."""
    return {layer.digest: layer for layer in manifest.layers if layer.media_type == BUNDLE_PACK}


def build_bundle(
    index: BundleIndex,
    document: ChunkedDocument | None,
    packs: Iterable[Descriptor],
    annotations: Mapping[str, str],
) -> Bundle:
    """Describe files as a bundle; `document` tells where the index document is, if it is in packs."""
    index_data = index.to_bytes()
    root_data = document.to_bytes() if document else index_data
    root = Descriptor(BUNDLE_INDEX, digest_of(root_data), len(root_data))
    files = [
        Descriptor(BUNDLE_FILE, file.entry.digest, file.entry.size, {TITLE: path})
        for path, file in index.files.items()
        if isinstance(file.place, TitledLayer)
    ]
    tree = index.tree()
    layers = (root, *files, *packs)
    required = ("packs",) if len(layers) > 1 + len(files) else ()
    config = BundleConfig(tree.digest(), root.digest, len(tree), tree.size(), required)
    manifest = bundle_manifest(config, layers, annotations)
    config_data = config.to_bytes()
    return Bundle(manifest.to_bytes(), config_data, root_data, index_data, manifest, config, index, document)
