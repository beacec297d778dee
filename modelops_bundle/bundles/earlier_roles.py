"""Bundles that the earlier modelops-bundles published: a bundle manifest with roles, and an index for each layer.

    bundle manifest  {"roles": {ROLE: [LAYER]}, "layers": [LAYER] or {LAYER: DIGEST},
                      "layer_indexes": {LAYER: DIGEST}}
    layer index      {"entries": [{"path", "layer", "digest" | "oras" | "external"}]}
    oras             {"digest", "size"}
    external         {"uri", "sha256", "size", "tier"}

All are blobs of an OCI image manifest, found by media type or title. Some versions recorded digests of an index
that they did not publish; then its title tells.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from modelops_bundle.bundles.bundle_index import LAYERS, MAX_INDEX_BYTES, BundleFile
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.manifest import MAX_CONFIG_BYTES, Manifest
from modelops_bundle.bundles.media_types import TITLE
from modelops_bundle.bundles.places import NOWHERE, TITLED, External, Place
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import PREFIX, Digest, digest_of, is_digest
from modelops_bundle.files import canonical_json
from modelops_bundle.files.canonical_json import MAX_INTEGER, MalformedDocument
from modelops_bundle.safe_path import check_path, printable

ROLE_MANIFEST = "application/vnd.modelops.bundle.manifest+json"
MANIFEST_TITLE = "bundle.manifest.json"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class RoleBundle:
    """What such a bundle says: its roles, its files, and the documents that say it."""

    roles: Mapping[str, tuple[str, ...]]
    files: tuple[BundleFile, ...]
    documents: tuple[bytes, ...]


def role_manifest_of(manifest: Manifest) -> Descriptor | None:
    """Return the blob that is the bundle manifest, or None where there is none."""
    blobs = (manifest.config, *manifest.layers)
    marked = (blob for blob in blobs if blob.media_type == ROLE_MANIFEST)
    if found := next(marked, None):
        return found
    titled = _titled(manifest, MANIFEST_TITLE)
    return titled if titled and titled.media_type == _JSON else None


def read_role_bundle(
    manifest: Manifest, document: Descriptor, fetch: Callable[[Descriptor], bytes], what: str
) -> RoleBundle:
    """Read an untrusted bundle manifest and the indexes that it names; `what` names the bundle in errors.

    Raises MalformedDocument and UnsafePath.
    """
    data = _fetch(document, fetch, MAX_CONFIG_BYTES, what)
    value = canonical_json.decode(data, f"the bundle manifest of {what}", max_bytes=MAX_CONFIG_BYTES)
    try:
        layers = [_text(name) for name in value["layers"]]
        digests = value.get("layer_indexes") or {}
        digests = {**(value["layers"] if isinstance(value["layers"], dict) else {}), **digests}
        roles = {_text(role): tuple(map(_text, names)) for role, names in (value.get("roles") or {}).items()}
        indexes = {
            layer: _fetch(_index_of(manifest, layer, digests.get(layer)), fetch, MAX_INDEX_BYTES, what)
            for layer in layers
        }
        files = tuple(file for layer, index in indexes.items() for file in _files(index, layer, manifest, what))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MalformedDocument(f"the bundle manifest of {what} is malformed: {error}") from error
    seen: set[str] = set()
    for file in files:
        if file.entry.path in seen:
            raise MalformedDocument(f"the indexes of {what} name a file twice: '{printable(file.entry.path)}'")
        seen.add(file.entry.path)
    return RoleBundle(roles, files, (data, *indexes.values()))


def _index_of(manifest: Manifest, layer: str, digest: object) -> Descriptor:
    found = next((blob for blob in manifest.layers if blob.digest == digest), None)
    found = found or _titled(manifest, f"layer.{layer}.json")
    if found is None:
        raise ValueError(f"it lacks the index of layer '{printable(layer[:100])}'")
    return found


def _titled(manifest: Manifest, title: str) -> Descriptor | None:
    return next((blob for blob in manifest.layers if blob.annotations.get(TITLE) == title), None)


def _fetch(blob: Descriptor, fetch: Callable[[Descriptor], bytes], limit: int, what: str) -> bytes:
    if blob.size > limit:
        raise MalformedDocument(f"a document of {what} is larger than {limit} bytes")
    return fetch(blob)


def _files(data: bytes, layer: str, manifest: Manifest, what: str) -> Iterator[BundleFile]:
    value = canonical_json.decode(data, f"an index of {what}", max_bytes=MAX_INDEX_BYTES)
    rules = LayerRules({})
    for item in value["entries"]:
        path = check_path(_text(item["path"]))
        if item.get("layer") not in (None, layer):
            raise ValueError(f"'{path}' is of another layer than its index")
        entry, place = _entry(path, item, manifest)
        # Our own documents know four layers; what else people called theirs is told by the file's name.
        yield BundleFile(entry, layer if layer in LAYERS else rules.layer_of(path), place)


def _entry(path: str, item: dict[str, Any], manifest: Manifest) -> tuple[TreeEntry, Place]:
    kinds = [kind for kind in ("digest", "oras", "external") if item.get(kind) is not None]
    if len(kinds) != 1:
        raise ValueError(f"'{path}' has no place, or several")
    value = item[kinds[0]]
    place: Place = TITLED
    if kinds[0] == "external":
        digest, size, place = PREFIX + _text(value["sha256"]), value["size"], External(_text(value["uri"]))
    elif kinds[0] == "oras":
        digest, size = _text(value["digest"]), value["size"]
    else:
        digest = _text(value)
        size = next((blob.size for blob in manifest.layers if blob.digest == digest), None)
    if not is_digest(digest) or type(size) is not int or not 0 <= size <= MAX_INTEGER:
        raise ValueError(f"'{path}' has no size or digest")
    if not size and digest != digest_of(b""):
        raise ValueError(f"'{path}' is empty, but its digest is not")
    return TreeEntry(path, Mode.FILE, size, Digest(digest)), place if size else NOWHERE


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("something that must be text is not")
    return value
