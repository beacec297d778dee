"""Encode a tree as a bundle: choose each file's place, build the packs, and describe it all in a manifest."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from modelops_bundle.bundles.bundle import Bundle, build_bundle
from modelops_bundle.bundles.bundle_index import (
    MAX_INDEX_BYTES,
    BundleFile,
    BundleIndex,
    ChunkedDocument,
    bundle_index_of,
)
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.places import NOWHERE, TITLED, External, LinkTarget, Place, Terms
from modelops_bundle.bundles.tree import Mode, Tree, TreeEntry
from modelops_bundle.checkout.content import link_target, source_of
from modelops_bundle.checkout.index import IndexEntry
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.errors import Invalid
from modelops_bundle.packs.packing import CUT_FROM, Known, Packer, pack_size_for
from modelops_bundle.packs.writer import PackSink
from modelops_bundle.remote import MAX_MANIFEST_BYTES
from modelops_bundle.safe_path import check_link, check_path
from modelops_bundle.storage.config import BundleLayout

MAX_TITLED = 128
"""Above this many small files, profile `auto` packs them: a layer costs three requests."""
INLINE = 64 << 10
"""An index document above this size becomes chunks in packs, if there are packs: an edit sends little of it."""


class TooManyLayers(Invalid):
    """A manifest would be larger than registries accept."""


class IndexTooLarge(Invalid):
    """An index would be larger than readers accept."""


def encode(
    project: Project,
    tree: Tree,
    index: Mapping[str, IndexEntry],
    known: Known,
    sink: PackSink,
    external: Mapping[str, External] = MappingProxyType({}),
) -> Bundle:
    """Describe a tree as a bundle, giving each new pack to `sink` as soon as it is finished.

    Content that is `known` to be at the remote is named, not packed again. Without it, the result depends on
    the tree, the configuration and `external` only, places in blob stores by path. Raises FileChanged,
    ContentGone, TooManyLayers and IndexTooLarge.
    """
    inside = Tree((path, entry) for path, entry in tree.items() if path not in external) if external else tree
    packed = in_packs(inside, project.config.storage.layout)
    packer = Packer(known, project.tmp, sink, pack_size_for(sum(tree[path].size for path in packed)))
    try:
        for path in packed:
            packer.add(tree[path], source_of(project, tree[path], index))
        terms = packer.finish()
        files = _describe(project, tree, lambda entry: _place(project, entry, packed, terms, external))
        if (size := len(files.to_bytes())) > MAX_INDEX_BYTES:
            raise IndexTooLarge(
                f"{len(tree)} files make an index of {size} bytes; readers take {MAX_INDEX_BYTES}",
                hint="put what belongs together into archives or tables, or publish several bundles",
            )
        used = _packs_used(files)
        document = _chunk_document(packer, files.to_bytes()) if packed else None
        if document:
            used |= dict.fromkeys(pack for pack, _, _ in document.terms.terms)
    finally:
        packer.abandon()
    packs = {**known.packs, **packer.layers}
    bundle = build_bundle(files, document, [packs[pack] for pack in used], project.config.annotations)
    if len(bundle.data) > MAX_MANIFEST_BYTES:
        raise TooManyLayers(
            f"{len(tree)} files make a manifest of {len(bundle.data)} bytes; registries take {MAX_MANIFEST_BYTES}",
            hint="modelops-bundle config storage.layout auto",
        )
    project.keep(bundle)
    return bundle


def in_packs(tree: Tree, layout: BundleLayout) -> dict[str, None]:
    """Return the files of a tree that travel in packs, in path order; empty files and symlinks never do."""
    filled = [entry for entry in tree.values() if entry.size and entry.mode is not Mode.LINK]
    if layout is BundleLayout.PORTABLE:
        return {}
    small = sum(entry.size < CUT_FROM for entry in filled)
    pack_small = layout is BundleLayout.PACKED or small > MAX_TITLED
    return {entry.path: None for entry in filled if pack_small or entry.size >= CUT_FROM}


def _chunk_document(packer: Packer, data: bytes) -> ChunkedDocument | None:
    """Put a large index document into packs of its own, since it names the packs of the files."""
    if len(data) <= INLINE:
        return None
    return ChunkedDocument(digest_of(data), len(data), packer.add_document(data))


def _describe(project: Project, tree: Tree, place: Callable[[TreeEntry], Place]) -> BundleIndex:
    rules = LayerRules(project.config.layers)
    return bundle_index_of(BundleFile(entry, rules.layer_of(path), place(entry)) for path, entry in tree.items())


def _place(
    project: Project,
    entry: TreeEntry,
    packed: Mapping[str, None],
    terms: Mapping[Digest, Terms],
    external: Mapping[str, External],
) -> Place:
    check_path(entry.path)
    if entry.mode is Mode.LINK:
        return LinkTarget(check_link(entry.path, link_target(project, entry)))
    if not entry.size:
        return NOWHERE
    if entry.path in external:
        return external[entry.path]
    return terms[entry.digest] if entry.path in packed else TITLED


def _packs_used(files: BundleIndex) -> dict[Digest, None]:
    """Return the packs that files lie in, in the order of first use."""
    places = (file.place for file in files.files.values())
    return {pack: None for place in places if isinstance(place, Terms) for pack, _, _ in place.terms}
