"""Read a published version whole: manifest, config and index, which have to agree with each other."""

from collections.abc import Callable, Mapping

from modelops_bundle.bundles.bundle import Bundle, Documents, packs_of
from modelops_bundle.bundles.bundle_index import ChunkedDocument, parse_bundle_index, parse_root
from modelops_bundle.bundles.manifest import (
    MAX_CONFIG_BYTES,
    Manifest,
    NotABundle,
    parse_bundle_config,
    parse_manifest,
)
from modelops_bundle.bundles.media_types import BUNDLE, BUNDLE_CONFIG, BUNDLE_INDEX, TITLE, TREE_ANNOTATION
from modelops_bundle.bundles.places import TitledLayer, label_of
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.safe_path import printable

FetchDocument = Callable[[ChunkedDocument, Mapping[Digest, Descriptor]], bytes]
"""Gives the bytes of an index document that lies in packs, given the manifest's packs."""


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
    bundle = _read_own(data, manifest, documents, fetch_document, what)
    _check(bundle, what)
    return bundle


def _read_own(
    data: bytes, manifest: Manifest, documents: Documents, fetch_document: FetchDocument, what: str
) -> Bundle:
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
    return Bundle(data, config_data, root_data, index_data, manifest, config, index, document)


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
