"""A published version, read whole and checked: manifest, config and index agree with each other."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from modelops_bundle.bundles.bundle_index import BundleIndex, ChunkedDocument, parse_bundle_index, parse_root
from modelops_bundle.bundles.manifest import (
    MAX_CONFIG_BYTES,
    BundleConfig,
    Manifest,
    NotABundle,
    bundle_manifest,
    parse_bundle_config,
    parse_manifest,
)
from modelops_bundle.bundles.media_types import (
    BUNDLE,
    BUNDLE_CONFIG,
    BUNDLE_FILE,
    BUNDLE_INDEX,
    BUNDLE_PACK,
    TITLE,
    TREE_ANNOTATION,
)
from modelops_bundle.bundles.places import TitledLayer, label_of
from modelops_bundle.bundles.tree import Tree
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.safe_path import printable


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


FetchDocument = Callable[[ChunkedDocument, Mapping[Digest, Descriptor]], bytes]
"""Gives the bytes of an index document that lies in packs, given the manifest's packs."""


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


def read_bundle(data: bytes, documents: Documents, fetch_document: FetchDocument, what: str) -> Bundle:
    """Read and check a bundle from its manifest's bytes; `what` names it in errors.

    What another tool published is read as a bundle where that is possible.
    Raises UnsupportedMediaType when it is none, MalformedDocument when its parts contradict each other.
    """
    manifest = parse_manifest(data, what)
    if manifest.foreign:
        # Most versions are our own, and patterns take time to load.
        from modelops_bundle.bundles.foreign import read_foreign

        return read_foreign(data, manifest, documents, what)
    if manifest.artifact_type != BUNDLE or manifest.config.media_type != BUNDLE_CONFIG:
        raise NotABundle(manifest, what)
    if not manifest.layers or manifest.layers[0].media_type != BUNDLE_INDEX:
        raise MalformedDocument(f"the manifest of {what} has no index layer")
    if manifest.config.size > MAX_CONFIG_BYTES:
        raise MalformedDocument(f"the config of {what} is larger than {MAX_CONFIG_BYTES} bytes")
    config_data = documents.blob(manifest.config)
    config = parse_bundle_config(config_data, what)
    if config.index != manifest.layers[0].digest:
        raise MalformedDocument(f"the config of {what} names another index than its manifest")
    packs = packs_of(manifest)
    labels = {label_of(pack): pack for pack in packs}
    if len(labels) != len(packs):
        raise MalformedDocument(f"the manifest of {what} lists packs that cannot be told apart")
    root_data = index_data = documents.blob(manifest.layers[0])
    index = parse_root(root_data, what, labels)
    document = index if isinstance(index, ChunkedDocument) else None
    if isinstance(index, ChunkedDocument):
        index_data = fetch_document(index, packs)
        if digest_of(index_data) != index.digest:
            raise MalformedDocument(f"the index of {what} does not match its digest")
        index = parse_bundle_index(index_data, what, labels)
    bundle = Bundle(data, config_data, root_data, index_data, manifest, config, index, document)
    _check(bundle, what)
    return bundle


def _check(bundle: Bundle, what: str) -> None:
    tree = bundle.tree
    config = bundle.config
    if tree.digest() != config.tree or (len(tree), tree.size()) != (config.files, config.size):
        raise MalformedDocument(f"the index of {what} does not match its tree digest")
    if bundle.manifest.annotations.get(TREE_ANNOTATION, config.tree) != config.tree:
        raise MalformedDocument(f"the manifest of {what} is annotated with the tree of another bundle")
    _check_layers(bundle, what)


def _check_layers(bundle: Bundle, what: str) -> None:
    """Raise MalformedDocument unless the titled layers are just the files that the index says are layers.

    Other clients write what a title names, and a push reads it.
    """
    titled: dict[str, Descriptor] = {}
    for layer in bundle.manifest.layers[1:]:
        if TITLE in layer.annotations and titled.setdefault(layer.annotations[TITLE], layer) is not layer:
            raise MalformedDocument(f"the manifest of {what} lists '{printable(layer.annotations[TITLE])}' twice")
    for path, file in bundle.index.files.items():
        if isinstance(file.place, TitledLayer):
            layer_of_file = titled.pop(path, None)
            wanted = (file.entry.digest, file.entry.size)
            if layer_of_file is None or (layer_of_file.digest, layer_of_file.size) != wanted:
                raise MalformedDocument(f"the manifest of {what} does not list the layer of '{path}'")
    for title in titled:
        raise MalformedDocument(f"the manifest of {what} lists a file that its index lacks: '{printable(title)}'")
