"""Bundles made without a project or a remote."""

from collections.abc import Mapping

from modelops_bundle.bundles.bundle import Bundle, build_bundle
from modelops_bundle.bundles.bundle_index import BundleFile, BundleIndex, ChunkedDocument, bundle_index_of
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.places import NOWHERE, TITLED, LinkTarget, Place, Terms, label_of
from modelops_bundle.bundles.tree import Mode, Tree
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest
from modelops_bundle.errors import NotFound
from modelops_bundle.safe_path import check_link, check_path


def titled_bundle(
    tree: Tree, links: Mapping[str, str], rules: LayerRules, annotations: Mapping[str, str]
) -> Bundle:
    """Describe a tree as a bundle of titled layers."""

    def place(path: str) -> Place:
        if tree[check_path(path)].mode is Mode.LINK:
            return LinkTarget(check_link(path, links[path]))
        return TITLED if tree[path].size else NOWHERE

    files = bundle_index_of(BundleFile(tree[path], rules.layer_of(path), place(path)) for path in tree)
    return build_bundle(files, None, (), annotations)


class Blobs:
    """Documents that are at hand, by digest, and the sizes of blobs that are not."""

    def __init__(self, contents: Mapping[Digest, bytes], sizes: Mapping[Digest, int] | None = None) -> None:
        self.contents = contents
        self.sizes = {**{digest: len(data) for digest, data in contents.items()}, **(sizes or {})}

    def blob(self, blob: Descriptor) -> bytes:
        return self.manifest(blob.digest)

    def manifest(self, digest: Digest) -> bytes:
        if digest not in self.contents:
            raise NotFound(f"no blob '{digest}'")
        return self.contents[digest]

    def size_of(self, digest: Digest) -> int:
        if digest not in self.sizes:
            raise NotFound(f"no blob '{digest}'")
        return self.sizes[digest]


def no_document(document: ChunkedDocument, packs: Mapping[Digest, Descriptor]) -> bytes:
    """Stand in for reading an index document that lies in packs, where there is none."""
    raise AssertionError(f"asked for {document.digest}")


def labels_of(index: BundleIndex) -> dict[str, Digest]:
    """Return the packs that the places of an index name, by label."""
    places = [file.place for file in index.files.values() if isinstance(file.place, Terms)]
    return {label_of(pack): pack for place in places for pack, _, _ in place.terms}
