"""The index of bundles that the earlier modelops-bundle published: the config blob, as JSON.

    {"version": "1.0", "files": {PATH: {"path", "digest", "size", "storage": "oci" | "blob", "blobRef": {"uri"}}}}

Source: https://github.com/institutefordiseasemodeling/modelops-bundle
"""

from collections.abc import Iterator, Mapping
from typing import Any

from modelops_bundle.bundles.bundle_index import MAX_INDEX_BYTES
from modelops_bundle.bundles.media_types import BUNDLE_INDEX
from modelops_bundle.bundles.places import NOWHERE, TITLED, External, Place
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of, is_digest
from modelops_bundle.errors import UnsupportedMediaType
from modelops_bundle.files import canonical_json
from modelops_bundle.files.canonical_json import MAX_INTEGER, MalformedDocument
from modelops_bundle.safe_path import check_path, printable

EARLIER_INDEX = BUNDLE_INDEX
"""The earlier tool gave this media type to its config; ours has it on the first layer."""


def earlier_files(data: bytes, titled: Mapping[str, Descriptor], what: str) -> Iterator[tuple[TreeEntry, Place]]:
    """Yield the files of an untrusted index and their places; `titled` are the manifest's layers by path.

    Raises MalformedDocument when the two contradict each other, UnsafePath, and UnsupportedMediaType for a newer
    version.
    """
    value = canonical_json.decode(data, f"the index of {what}", max_bytes=MAX_INDEX_BYTES)
    files = value.get("files") if isinstance(value, dict) else None
    if not isinstance(files, dict):
        raise MalformedDocument(f"the index of {what} has no files")
    version = value.get("version")
    if not isinstance(version, str) or version.partition(".")[0] != "1":
        raise UnsupportedMediaType(
            f"the index of {what} has version '{printable(str(version)[:20])}'",
            hint="pip install --upgrade modelops-bundle",
        )
    for path in titled:
        if path not in files:
            raise MalformedDocument(
                f"the manifest of {what} lists a file that its index lacks: '{printable(path[:100])}'"
            )
    for path, item in files.items():
        try:
            entry = _entry(path, item)
            yield entry, _place(entry, item, titled)
        except (KeyError, TypeError, ValueError) as error:
            raise MalformedDocument(f"the index of {what} is malformed: {error}") from error


def _entry(path: str, item: dict[str, Any]) -> TreeEntry:
    digest, size = item["digest"], item["size"]
    check_path(path)
    if item.get("path", path) != path:
        raise ValueError(f"'{path}' has another path")
    if not isinstance(digest, str) or not is_digest(digest):
        raise ValueError(f"'{path}' has no sha256")
    if type(size) is not int or not 0 <= size <= MAX_INTEGER or (not size and digest != digest_of(b"")):
        raise ValueError(f"'{path}' has no size")
    return TreeEntry(path, Mode.FILE, size, Digest(digest))


def _place(entry: TreeEntry, item: dict[str, Any], titled: Mapping[str, Descriptor]) -> Place:
    layer = titled.get(entry.path)
    if layer and (layer.digest, layer.size) != (entry.digest, entry.size):
        raise ValueError(f"the layer of '{entry.path}' is another")
    match item.get("storage"), item.get("blobRef"):
        case _ if not entry.size:
            return NOWHERE
        case "oci", _ if layer:
            return TITLED
        case "blob", {"uri": str(uri)}:
            return External(uri)
    raise ValueError(f"'{entry.path}' has neither a layer nor a place in a blob store")
