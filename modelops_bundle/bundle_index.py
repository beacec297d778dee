"""The bundle's index document: every file and the place where its bytes are.

It is the first layer of a bundle (docs/formats/bundle.md). Readers trust nothing: paths pass the safe-path
gate, sizes are bounded, and the tree digest is computed again from what was read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from modelops_bundle import canonical_json
from modelops_bundle.canonical_json import MAX_INTEGER, MalformedDocument
from modelops_bundle.digest import PREFIX, Digest, digest_of, hex_of, is_digest
from modelops_bundle.errors import Invalid, UnsupportedMediaType
from modelops_bundle.safe_path import UnsafePath, check_link, check_path
from modelops_bundle.tree import MODES, Mode, Tree, TreeEntry, tree_of

VERSION = 1
LAYERS = ("code", "config", "data", "models")
MAX_INDEX_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class TitledLayer:
    """The file is a layer of its own, whose digest is the file's and whose title is its path."""


@dataclass(frozen=True, slots=True)
class Nowhere:
    """The file is empty; registries refuse blobs of no bytes."""


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """The symlink's target, kept in the index itself."""

    target: str


@dataclass(frozen=True, slots=True)
class External:
    """The file lies in a blob store, outside the registry."""

    uri: str


@dataclass(frozen=True, slots=True)
class Terms:
    """The file is a sequence of chunks: `(pack, first chunk, count)` each."""

    terms: tuple[tuple[Digest, int, int], ...]


Place = TitledLayer | Nowhere | LinkTarget | External | Terms

TITLED = TitledLayer()
NOWHERE = Nowhere()


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One file of a bundle: its tree entry, its layer (code, config, data, models) and its place."""

    entry: TreeEntry
    layer: str
    place: Place


@dataclass(frozen=True, slots=True)
class BundleIndex:
    """The files of a bundle by path, sorted."""

    files: dict[str, BundleFile]

    def tree(self) -> Tree:
        return Tree((path, file.entry) for path, file in self.files.items())

    def to_bytes(self) -> bytes:
        """Return the canonical JSON document."""
        files = [_file_to_json(file) for file in self.files.values()]
        return canonical_json.encode({"files": files, "version": VERSION})


def bundle_index_of(files: Iterable[BundleFile]) -> BundleIndex:
    """Sort files into an index; raise UnsafePath when two paths cannot stand side by side everywhere."""
    by_path = {file.entry.path: file for file in files}
    return BundleIndex({path: by_path[path] for path in tree_of(file.entry for file in by_path.values())})


def parse_bundle_index(data: bytes, what: str) -> BundleIndex:
    """Read an untrusted index document; `what` names the bundle in errors.

    Raises MalformedDocument (exit 5), also for unsafe paths; UnsupportedMediaType for a newer version.
    """
    value = canonical_json.decode(data, f"the index of {what}", max_bytes=MAX_INDEX_BYTES)
    if not isinstance(value, dict) or not isinstance(value.get("files"), list):
        raise MalformedDocument(f"the index of {what} has no list of files")
    version = value.get("version")
    if type(version) is not int:
        raise MalformedDocument(f"the index of {what} has no version")
    if version != VERSION:
        raise UnsupportedMediaType(
            f"the index of {what} has version {version}",
            hint="pip install --upgrade modelops-bundle",
        )
    try:
        files = [_file_from_json(item) for item in value["files"]]
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
        "place": _place_to_json(file.place),
        "sha256": hex_of(entry.digest),
        "size": entry.size,
    }


def _place_to_json(place: Place) -> Any:
    match place:
        case TitledLayer():
            return "layer"
        case Nowhere():
            return "empty"
        case LinkTarget(target):
            return {"link": target}
        case External(uri):
            return {"uri": uri}
        case Terms(terms):
            return {"terms": [list(term) for term in terms]}


def _file_from_json(item: dict[str, Any]) -> BundleFile:
    path, mode, size = check_path(item["path"]), MODES[item["mode"]], item["size"]
    digest, layer = PREFIX + item["sha256"], item["layer"]
    if not is_digest(digest):
        raise ValueError(f"'{path}' has no sha256")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= MAX_INTEGER:
        raise ValueError(f"'{path}' has no size")
    if layer not in LAYERS:
        raise ValueError(f"'{path}' is in no layer that we know")
    entry = TreeEntry(path, mode, size, Digest(digest))
    return BundleFile(entry, layer, _place_from_json(item["place"], entry))


def _place_from_json(value: Any, entry: TreeEntry) -> Place:
    place: Place
    match value:
        case "layer" if entry.size:
            place = TITLED
        case "empty" if not entry.size and entry.digest == digest_of(b""):
            place = NOWHERE
        case {"link": str(target)}:
            place = LinkTarget(check_link(entry.path, target))
            raw = target.encode()
            if entry.mode is not Mode.LINK or len(raw) != entry.size or digest_of(raw) != entry.digest:
                raise ValueError(f"the target of '{entry.path}' does not match its digest")
            return place
        case {"uri": str(uri)}:
            place = External(uri)
        case {"terms": list(terms)}:
            place = Terms(tuple(_term(term) for term in terms))
        case _:
            raise ValueError(f"'{entry.path}' has no place")
    if entry.mode is Mode.LINK:
        raise ValueError(f"'{entry.path}' is a symlink without a target")
    return place


def _term(value: Any) -> tuple[Digest, int, int]:
    pack, first, count = value
    if not is_digest(pack) or not all(type(n) is int and 0 <= n <= MAX_INTEGER for n in (first, count)):
        raise ValueError("a term is not (pack, first chunk, count)")
    return Digest(pack), first, count
