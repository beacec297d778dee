"""Where a file's bytes are: the places that a bundle's index can name, and how they are spelled.

A term names a pack by a label, the first 16 hex digits of its digest; the manifest's layers tell the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.digest import Digest, digest_of, hex_of
from modelops_bundle.files.canonical_json import MAX_INTEGER
from modelops_bundle.safe_path import check_link

MAX_TERMS = 1_000_000
MAX_CHUNKS = 1 << 16
"""How many chunks one pack holds at most."""
_LABEL = 16


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
    """The file lies in a blob store, outside the registry; `tier` is what its publisher asked the store for."""

    uri: str
    tier: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {"uri": self.uri, **({"tier": self.tier} if self.tier else {})}


@dataclass(frozen=True, slots=True)
class Terms:
    """The file is a sequence of chunks, `(pack, first chunk, count)` each, from byte `skip` of the first on."""

    terms: tuple[tuple[Digest, int, int], ...]
    skip: int = 0

    def to_json(self) -> dict[str, Any]:
        value: dict[str, Any] = {"terms": [[label_of(pack), first, count] for pack, first, count in self.terms]}
        return {**value, "skip": self.skip} if self.skip else value


Labels = Mapping[str, Digest]
"""The packs of a manifest by label."""

NO_PACKS: Labels = MappingProxyType({})


Place = TitledLayer | Nowhere | LinkTarget | External | Terms

TITLED = TitledLayer()
NOWHERE = Nowhere()


def place_to_json(place: Place) -> Any:
    """Return the JSON value of a place."""
    match place:
        case TitledLayer():
            return "layer"
        case Nowhere():
            return "empty"
        case LinkTarget(target):
            return {"link": target}
        case External() | Terms():
            return place.to_json()


def place_from_json(value: Any, entry: TreeEntry, labels: Labels) -> Place:
    """Read an untrusted place; raise ValueError, TypeError, KeyError or UnsafePath."""
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
        case {"uri": str(uri), "tier": str(tier)}:
            place = External(uri, tier)
        case {"uri": str(uri)} if "tier" not in value:
            place = External(uri)
        case {"terms": list()}:
            place = terms_from_json(value, labels)
        case _:
            raise ValueError(f"'{entry.path}' has no place")
    if entry.mode is Mode.LINK:
        raise ValueError(f"'{entry.path}' is a symlink without a target")
    return place


def terms_from_json(value: dict[str, Any], labels: Labels) -> Terms:
    """Read untrusted terms; raise ValueError, TypeError or KeyError."""
    terms, skip = value["terms"], value.get("skip", 0)
    if not 0 < len(terms) <= MAX_TERMS or not _is_count(skip):
        raise ValueError("a place has no terms, or too many")
    return Terms(tuple(_term(term, labels) for term in terms), skip)


def _term(value: Any, labels: Labels) -> tuple[Digest, int, int]:
    label, first, count = value
    # The bound keeps a term of a few bytes from standing for more chunks than memory holds.
    if not _is_count(first) or not _is_count(count) or not count or first + count > MAX_CHUNKS:
        raise ValueError("a term is not (pack, first chunk, count)")
    if label not in labels:
        raise ValueError("a term names a pack that the manifest does not list")
    return labels[label], first, count


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MAX_INTEGER


def label_of(pack: Digest) -> str:
    """Return the label of a pack."""
    return hex_of(pack)[:_LABEL]
