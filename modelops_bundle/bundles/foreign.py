"""Read what other tools published as a bundle: any ORAS artifact whose layers are titled with paths.

It has no config or index of ours, so both are made up from its manifest; its digest stays that of the manifest.
Modes and symlinks are not recorded there. Conventions: https://oras.land/docs/concepts/artifact
"""

from collections.abc import Iterable
from dataclasses import replace

from modelops_bundle.bundles.bundle import Bundle, Documents
from modelops_bundle.bundles.bundle_index import MAX_INDEX_BYTES, BundleFile, BundleIndex, bundle_index_of
from modelops_bundle.bundles.earlier_index import EARLIER_INDEX, earlier_files
from modelops_bundle.bundles.earlier_roles import read_role_bundle, role_manifest_of
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.manifest import MAX_CONFIG_BYTES, BundleConfig, Manifest, NotABundle
from modelops_bundle.bundles.media_types import DOCKER_CONFIG, OCI_IMAGE_CONFIG, ROLE_MANIFEST, TITLE
from modelops_bundle.bundles.places import NOWHERE, TITLED, Place
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.errors import UnsupportedMediaType
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.safe_path import UnsafePath, check_path, printable

_IMAGE_CONFIGS = (OCI_IMAGE_CONFIG, DOCKER_CONFIG)
_UNPACK = "io.deis.oras.content.unpack"
"""Says "true" on a layer that is a tar archive of a directory, to be unpacked."""


def read_foreign(data: bytes, manifest: Manifest, documents: Documents, what: str) -> Bundle:
    """Read an artifact of another tool; `what` names it in errors.

    Raises UnsupportedMediaType for an image, for one without titled layers and for one with archives to unpack;
    MalformedDocument for unsafe or repeated paths.
    """
    if document := role_manifest_of(manifest):
        return _read_roles(data, manifest, document, documents, what)
    titled = _titled(manifest, what)
    earlier = manifest.config.media_type == EARLIER_INDEX
    if manifest.config.media_type in _IMAGE_CONFIGS or not (titled or earlier):
        raise NotABundle(manifest, what)
    limit = MAX_INDEX_BYTES if earlier else MAX_CONFIG_BYTES
    config_data = _document(manifest.config, documents, limit, what)
    try:
        places: Iterable[tuple[TreeEntry, Place]] = (
            earlier_files(config_data, titled, what)
            if earlier
            else ((_entry(path, layer), TITLED if layer.size else NOWHERE) for path, layer in titled.items())
        )
        rules = LayerRules({})
        index = bundle_index_of(BundleFile(entry, rules.layer_of(entry.path), place) for entry, place in places)
    except UnsafePath as error:
        raise MalformedDocument(f"{what} is refused: {error.message}") from error
    return _made_up(data, config_data, manifest, index)


def _read_roles(data: bytes, manifest: Manifest, document: Descriptor, documents: Documents, what: str) -> Bundle:
    bare = manifest.media_type == ROLE_MANIFEST
    config_data = data if bare else _document(manifest.config, documents, MAX_CONFIG_BYTES, what)
    said = data if bare else _document(document, documents, MAX_CONFIG_BYTES, what)
    try:
        found = read_role_bundle(said, manifest, documents, what)
        index = bundle_index_of(found.files)
    except UnsafePath as error:
        raise MalformedDocument(f"{what} is refused: {error.message}") from error
    listed = replace(manifest, layers=found.blobs) if bare else manifest
    return replace(_made_up(data, config_data, listed, index), roles=found.roles, others=found.documents)


def _document(blob: Descriptor, documents: Documents, limit: int, what: str) -> bytes:
    if blob.size > limit:
        raise MalformedDocument(f"a document of {what} is larger than {limit} bytes")
    return documents.blob(blob)


def _made_up(data: bytes, config_data: bytes, manifest: Manifest, index: BundleIndex) -> Bundle:
    tree, index_data = index.tree(), index.to_bytes()
    config = BundleConfig(tree.digest(), digest_of(index_data), len(tree), tree.size())
    return Bundle(data, config_data, index_data, index_data, manifest, config, index)


def _titled(manifest: Manifest, what: str) -> dict[str, Descriptor]:
    """Return the layers that are files, by path; those without a title are for other tools."""
    titled: dict[str, Descriptor] = {}
    for layer in manifest.layers:
        path = layer.annotations.get(TITLE)
        if path is None:
            continue
        if layer.annotations.get(_UNPACK) == "true":
            raise UnsupportedMediaType(
                f"{what} holds an archive to be unpacked: layer '{printable(path[:100])}'",
                hint="publish its files one by one, or unpack it with: oras pull",
            )
        if path in titled:
            raise MalformedDocument(f"the manifest of {what} lists '{printable(path[:100])}' twice")
        titled[path] = layer
    return titled


def _entry(path: str, layer: Descriptor) -> TreeEntry:
    if not layer.size and layer.digest != digest_of(b""):
        raise MalformedDocument(f"the layer of '{printable(path[:100])}' is empty, but its digest is not")
    return TreeEntry(check_path(path), Mode.FILE, layer.size, Digest(layer.digest))
