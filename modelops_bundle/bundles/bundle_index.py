"""The bundle's index document: every file and the place where its bytes are.

It is the first layer of a bundle (docs/formats/bundle.md). Readers trust nothing: paths pass the safe-path
gate, sizes are bounded, and the tree digest is computed again from what was read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from modelops_bundle.bundles.places import (
    NO_PACKS,
    Labels,
    Place,
    Terms,
    place_from_json,
    place_to_json,
    terms_from_json,
)
from modelops_bundle.bundles.tree import MODES, Tree, TreeEntry, tree_of
from modelops_bundle.digest import PREFIX, Digest, hex_of, is_digest
from modelops_bundle.errors import Invalid, UnsupportedMediaType
from modelops_bundle.files import canonical_json
from modelops_bundle.files.canonical_json import MAX_INTEGER, MalformedDocument
from modelops_bundle.safe_path import UnsafePath, check_path

VERSION = 1
LAYERS = ("code", "config", "data", "models")
MAX_INDEX_BYTES = 384 << 20
"""An index is read whole, so this bounds memory. A file takes its path and 186 bytes, or 270 where its place is a
URI: a million files with paths of 100 bytes fit anywhere, and with twice as long ones in packs."""


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One file of a bundle: its tree entry, its layer (code, config, data, models) and its place."""

    entry: TreeEntry
    layer: str
    place: Place


@dataclass(frozen=True)
class BundleIndex:
    """The files of a bundle by path, sorted. Made by `bundle_index_of`, never changed afterwards."""

    files: dict[str, BundleFile]

    def tree(self) -> Tree:
        return Tree((path, file.entry) for path, file in self.files.items())

    def to_bytes(self) -> bytes:
        """Return the canonical JSON document."""
        return self._document

    @cached_property
    def _document(self) -> bytes:
        files = [_file_to_json(file) for file in self.files.values()]
        return canonical_json.encode({"files": files, "version": VERSION})


def bundle_index_of(files: Iterable[BundleFile]) -> BundleIndex:
    """Sort files into an index; raise UnsafePath when two paths cannot stand side by side everywhere."""
    by_path = {file.entry.path: file for file in files}
    return BundleIndex({path: by_path[path] for path in tree_of(file.entry for file in by_path.values())})


@dataclass(frozen=True, slots=True)
class ChunkedDocument:
    """An index document that is too large for one blob: chunks in packs, like any large file."""

    digest: Digest
    size: int
    terms: Terms

    def to_bytes(self) -> bytes:
        """Return the canonical JSON that stands in the document's stead."""
        document = {"sha256": hex_of(self.digest), "size": self.size, **self.terms.to_json()}
        return canonical_json.encode({"document": document, "version": VERSION})


def parse_root(data: bytes, what: str, labels: Labels) -> ChunkedDocument | BundleIndex:
    """Read the untrusted first layer of a bundle: the index document, or where its chunks are.

    Raises MalformedDocument (exit 5), also for unsafe paths; UnsupportedMediaType for a newer version.
    """
    value = _decode(data, what)
    if "document" not in value:
        return _index_from_json(value, what, labels)
    document = value["document"]
    try:
        digest, size = PREFIX + document["sha256"], document["size"]
        terms = terms_from_json(document, labels)
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedDocument(f"the index of {what} is malformed: {error}") from error
    if not is_digest(digest) or type(size) is not int or not 0 < size <= MAX_INDEX_BYTES:
        raise MalformedDocument(f"the index of {what} is malformed: its size or digest")
    return ChunkedDocument(Digest(digest), size, terms)


def parse_bundle_index(data: bytes, what: str, labels: Labels = NO_PACKS) -> BundleIndex:
    """Read an untrusted index document; `what` names the bundle in errors, `labels` are the manifest's packs.

    Raises MalformedDocument (exit 5), also for unsafe paths; UnsupportedMediaType for a newer version.
    """
    return _index_from_json(_decode(data, what), what, labels)


def _decode(data: bytes, what: str) -> dict[str, Any]:
    value = canonical_json.decode(data, f"the index of {what}", max_bytes=MAX_INDEX_BYTES)
    version = value.get("version") if isinstance(value, dict) else None
    if type(version) is not int:
        raise MalformedDocument(f"the index of {what} has no version")
    if version != VERSION:
        raise UnsupportedMediaType(
            f"the index of {what} has version {version}", hint="pip install --upgrade modelops-bundle"
        )
    assert isinstance(value, dict)
    return value


def _index_from_json(value: dict[str, Any], what: str, labels: Labels) -> BundleIndex:
    if not isinstance(value.get("files"), list):
        raise MalformedDocument(f"the index of {what} has no list of files")
    try:
        files = [_file_from_json(item, labels) for item in value["files"]]
        index = bundle_index_of(files)
    except UnsafePath as error:
        raise MalformedDocument(f"{what} is refused: {error.message}") from error
    except (KeyError, TypeError, ValueError, Invalid) as error:
        raise MalformedDocument(f"the index of {what} is malformed: {error}") from error
    if len(index.files) != len(files):
        raise MalformedDocument(f"the index of {what} names a file twice")
    return index


def _file_to_json(file: BundleFile) -> dict[str, Any]:
    entry = file.entry
    return {
        "layer": file.layer,
        "mode": entry.mode,
        "path": entry.path,
        "place": place_to_json(file.place),
        "sha256": hex_of(entry.digest),
        "size": entry.size,
    }


def _file_from_json(item: dict[str, Any], labels: Labels) -> BundleFile:
    path, mode, size = check_path(item["path"]), MODES[item["mode"]], item["size"]
    digest, layer = PREFIX + item["sha256"], item["layer"]
    if not is_digest(digest):
        raise ValueError(f"'{path}' has no sha256")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= MAX_INTEGER:
        raise ValueError(f"'{path}' has no size")
    if layer not in LAYERS:
        raise ValueError(f"'{path}' is in no layer that we know")
    entry = TreeEntry(path, mode, size, Digest(digest))
    return BundleFile(entry, layer, place_from_json(item["place"], entry, labels))
