"""A published version, read whole and checked: manifest, config and index agree with each other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelops_bundle.bundle_index import (
    NOWHERE,
    TITLED,
    BundleFile,
    BundleIndex,
    LinkTarget,
    Place,
    TitledLayer,
    bundle_index_of,
    parse_bundle_index,
)
from modelops_bundle.canonical_json import MalformedDocument
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.errors import UnsupportedMediaType
from modelops_bundle.manifest import (
    MAX_CONFIG_BYTES,
    BundleConfig,
    Manifest,
    bundle_manifest,
    parse_bundle_config,
    parse_manifest,
)
from modelops_bundle.media_types import (
    BUNDLE,
    BUNDLE_CONFIG,
    BUNDLE_FILE,
    BUNDLE_INDEX,
    TITLE,
    TREE_ANNOTATION,
)
from modelops_bundle.safe_path import check_link, check_path, printable
from modelops_bundle.tree import Mode, Tree

if TYPE_CHECKING:
    from modelops_bundle.layers import LayerRules

FetchBlob = Callable[[Descriptor], bytes]
"""Gives the verified bytes of a small blob: a config or an index."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """One version: the exact bytes of its documents, and what they say."""

    data: bytes
    config_data: bytes
    index_data: bytes
    manifest: Manifest
    config: BundleConfig
    index: BundleIndex

    @property
    def digest(self) -> Digest:
        return digest_of(self.data)

    @property
    def tree(self) -> Tree:
        return self.index.tree()

    def blobs(self) -> list[Descriptor]:
        """Return what the manifest names, each digest once: config, index and the layers of files."""
        named = (self.manifest.config, *self.manifest.layers)
        return list({blob.digest: blob for blob in named}.values())

    def documents(self) -> dict[Digest, bytes]:
        """Return the bytes of manifest, config and index by digest: all but the files."""
        return {digest_of(part): part for part in (self.data, self.config_data, self.index_data)}


def build_bundle(
    tree: Tree, links: Mapping[str, str], rules: "LayerRules", annotations: Mapping[str, str]
) -> Bundle:
    """Describe a tree as a bundle of titled layers; `links` holds the target of each symlink by path.

    Raises UnsafePath for what no reader would accept.
    """

    def place(path: str) -> Place:
        if tree[check_path(path)].mode is Mode.LINK:
            return LinkTarget(check_link(path, links[path]))
        return TITLED if tree[path].size else NOWHERE

    index = bundle_index_of(BundleFile(tree[path], rules.layer_of(path), place(path)) for path in tree)
    data = index.to_bytes()
    descriptor = Descriptor(BUNDLE_INDEX, digest_of(data), len(data))
    config = BundleConfig(tree.digest(), descriptor.digest, len(tree), tree.size())
    files = (
        Descriptor(BUNDLE_FILE, file.entry.digest, file.entry.size, {TITLE: path})
        for path, file in index.files.items()
        if isinstance(file.place, TitledLayer)
    )
    manifest = bundle_manifest(config, (descriptor, *files), annotations)
    return Bundle(manifest.to_bytes(), config.to_bytes(), data, manifest, config, index)


def read_bundle(data: bytes, fetch: FetchBlob, what: str) -> Bundle:
    """Read and check a bundle from its manifest's bytes; `what` names it in errors.

    Raises UnsupportedMediaType when it is no bundle, MalformedDocument when its parts contradict each other.
    """
    manifest = parse_manifest(data, what)
    if manifest.artifact_type != BUNDLE or manifest.config.media_type != BUNDLE_CONFIG:
        raise UnsupportedMediaType(
            f"{what} is not a bundle but '{printable(manifest.artifact_type[:100])}'",
            hint="check the name and the tag: modelops-bundle ls-remote",
        )
    if not manifest.layers or manifest.layers[0].media_type != BUNDLE_INDEX:
        raise MalformedDocument(f"the manifest of {what} has no index layer")
    if manifest.config.size > MAX_CONFIG_BYTES:
        raise MalformedDocument(f"the config of {what} is larger than {MAX_CONFIG_BYTES} bytes")
    config_data = fetch(manifest.config)
    config = parse_bundle_config(config_data, what)
    if config.index != manifest.layers[0].digest:
        raise MalformedDocument(f"the config of {what} names another index than its manifest")
    index_data = fetch(manifest.layers[0])
    index = parse_bundle_index(index_data, what)
    bundle = Bundle(data, config_data, index_data, manifest, config, index)
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
            raise MalformedDocument(f"the manifest of {what} lists '{layer.annotations[TITLE]}' twice")
    for path, file in bundle.index.files.items():
        if isinstance(file.place, TitledLayer):
            layer_of_file = titled.pop(path, None)
            wanted = (file.entry.digest, file.entry.size)
            if layer_of_file is None or (layer_of_file.digest, layer_of_file.size) != wanted:
                raise MalformedDocument(f"the manifest of {what} does not list the layer of '{path}'")
    for title in titled:
        raise MalformedDocument(f"the manifest of {what} lists a file that its index lacks: '{title}'")
