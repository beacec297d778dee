"""Bundles that the earlier modelops-bundles published: a bundle manifest with roles, and an index for each layer.

    bundle manifest  {"roles": {ROLE: [LAYER]}, "layers": [LAYER] or {LAYER: DIGEST},
                      "layer_indexes": {LAYER: DIGEST}}
    layer index      {"entries": [{"path", "layer", "digest" | "oras" | "external"}]}
    oras             {"digest", "size"}
    external         {"uri", "sha256", "size", "tier"}

All are blobs of an OCI image manifest, found by media type or title. Some versions recorded digests of an index
that they did not publish; then its title tells. The first ones stored the bundle manifest and the indexes as
manifests themselves, and recorded no sizes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from modelops_bundle.bundles.bundle import Documents
from modelops_bundle.bundles.bundle_index import LAYERS, MAX_INDEX_BYTES, BundleFile
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.manifest import MAX_CONFIG_BYTES, Manifest
from modelops_bundle.bundles.media_types import LAYER_INDEX, ROLE_MANIFEST, TITLE
from modelops_bundle.bundles.places import NOWHERE, TITLED, External, Place
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import PREFIX, Digest, digest_of, is_digest
from modelops_bundle.files import canonical_json
from modelops_bundle.files.canonical_json import MAX_INTEGER, MalformedDocument
from modelops_bundle.safe_path import check_path, printable

MANIFEST_TITLE = "bundle.manifest.json"
MAX_LAYERS = 64
_JSON = "application/json"
_BYTES = "application/octet-stream"

SizeOf = Callable[[Digest], int | None]


@dataclass(frozen=True, slots=True)
class RoleBundle:
    """What such a bundle says: its roles, its files, the documents that say it, and indexes and files as blobs."""

    roles: Mapping[str, tuple[str, ...]]
    files: tuple[BundleFile, ...]
    documents: tuple[bytes, ...]

    @property
    def blobs(self) -> tuple[Descriptor, ...]:
        _, *indexes = self.documents
        files = [file.entry for file in self.files if file.place is TITLED]
        return (
            *(Descriptor(LAYER_INDEX, digest_of(index), len(index)) for index in indexes),
            *(Descriptor(_BYTES, entry.digest, entry.size) for entry in files),
        )


def role_manifest_of(manifest: Manifest) -> Descriptor | None:
    """Return the blob that is the bundle manifest, or None where there is none."""
    blobs = (manifest.config, *manifest.layers)
    marked = (blob for blob in blobs if blob.media_type == ROLE_MANIFEST)
    if found := next(marked, None):
        return found
    titled = _titled(manifest, MANIFEST_TITLE)
    return titled if titled and titled.media_type == _JSON else None


def read_role_bundle(data: bytes, manifest: Manifest, documents: Documents, what: str) -> RoleBundle:
    """Read an untrusted bundle manifest and the indexes that it names; `what` names the bundle in errors.

    Raises MalformedDocument and UnsafePath, and NotFound for an index or a blob that is not there.
    """
    value = canonical_json.decode(data, f"the bundle manifest of {what}", max_bytes=MAX_CONFIG_BYTES)
    try:
        layers = [_text(name) for name in value["layers"]]
        digests = value.get("layer_indexes") or {}
        digests = {**(value["layers"] if isinstance(value["layers"], dict) else {}), **digests}
        roles = {_text(role): tuple(map(_text, names)) for role, names in (value.get("roles") or {}).items()}
        indexes = _indexes(manifest, layers, digests, documents)
        size_of = _sizes(manifest, documents)
        files: dict[str, BundleFile] = {}
        for layer, index in indexes.items():
            for file in _files(index, layer, size_of, what):
                if files.setdefault(file.entry.path, file) is not file:
                    raise ValueError(f"its indexes name a file twice: '{printable(file.entry.path)}'")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MalformedDocument(f"the bundle manifest of {what} is malformed: {error}") from error
    return RoleBundle(roles, tuple(files.values()), (data, *dict.fromkeys(indexes.values())))


def _indexes(
    manifest: Manifest, layers: list[str], digests: Mapping[str, object], documents: Documents
) -> dict[str, bytes]:
    """Return the index of each layer, fetched once however many name it.

    Raises ValueError for more than anybody has, before any is fetched.
    """
    if len(layers) > MAX_LAYERS:
        raise ValueError(f"it has more than {MAX_LAYERS} layers")
    if manifest.media_type == ROLE_MANIFEST:
        fetch = cache(documents.manifest)
        return {layer: fetch(_digest(digests.get(layer), layer)) for layer in layers}
    blobs = {layer: _index_of(manifest, layer, digests.get(layer)) for layer in layers}
    if sum(blob.size for blob in blobs.values()) > MAX_INDEX_BYTES:
        raise ValueError(f"its indexes are larger than {MAX_INDEX_BYTES} bytes")
    found = {digest: documents.blob(blob) for digest, blob in {it.digest: it for it in blobs.values()}.items()}
    return {layer: found[blob.digest] for layer, blob in blobs.items()}


def _digest(value: object, layer: str) -> Digest:
    if not isinstance(value, str) or not is_digest(value):
        raise ValueError(f"it lacks the index of layer '{printable(layer[:100])}'")
    return Digest(value)


def _index_of(manifest: Manifest, layer: str, digest: object) -> Descriptor:
    found = next((blob for blob in manifest.layers if blob.digest == digest), None)
    found = found or _titled(manifest, f"layer.{layer}.json")
    if found is None:
        raise ValueError(f"it lacks the index of layer '{printable(layer[:100])}'")
    return found


def _sizes(manifest: Manifest, documents: Documents) -> SizeOf:
    """Return what tells the size of a file that is named by its digest alone."""
    if manifest.media_type == ROLE_MANIFEST:
        return documents.size_of
    sizes = {blob.digest: blob.size for blob in manifest.layers}
    return sizes.get


def _titled(manifest: Manifest, title: str) -> Descriptor | None:
    return next((blob for blob in manifest.layers if blob.annotations.get(TITLE) == title), None)


def _files(data: bytes, layer: str, size_of: SizeOf, what: str) -> Iterator[BundleFile]:
    value = canonical_json.decode(data, f"an index of {what}", max_bytes=MAX_INDEX_BYTES)
    rules = LayerRules({})
    for item in value["entries"]:
        path = check_path(_text(item["path"]))
        if item.get("layer") not in (None, layer):
            raise ValueError(f"'{path}' is of another layer than its index")
        entry, place = _entry(path, item, size_of)
        # Our own documents know four layers; what else people called theirs is told by the file's name.
        yield BundleFile(entry, layer if layer in LAYERS else rules.layer_of(path), place)


def _entry(path: str, item: dict[str, Any], size_of: SizeOf) -> tuple[TreeEntry, Place]:
    kinds = [kind for kind in ("digest", "oras", "external") if item.get(kind) is not None]
    if len(kinds) != 1:
        raise ValueError(f"'{path}' has no place, or several")
    value = item[kinds[0]]
    place: Place = TITLED
    if kinds[0] == "external":
        tier = None if value.get("tier") is None else _text(value["tier"])
        digest, size, place = PREFIX + _text(value["sha256"]), value["size"], External(_text(value["uri"]), tier)
    elif kinds[0] == "oras":
        digest, size = _text(value["digest"]), value["size"]
    else:
        digest = _text(value)
        size = 0 if digest == digest_of(b"") else size_of(Digest(digest)) if is_digest(digest) else None
    if not is_digest(digest) or type(size) is not int or not 0 <= size <= MAX_INTEGER:
        raise ValueError(f"'{path}' has no size or digest")
    if not size and digest != digest_of(b""):
        raise ValueError(f"'{path}' is empty, but its digest is not")
    return TreeEntry(path, Mode.FILE, size, Digest(digest)), place if size else NOWHERE


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("something that must be text is not")
    return value
