"""Pointer files: what stands in `.mops/ptr` for a file of a bundle that lies in a blob store.

Format: docs/formats/materialized.md, as the earlier modelops-bundles wrote them.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelops_bundle.blob_stores.location import parse_uri
from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.places import External
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.checkout.working_tree import is_real_directory
from modelops_bundle.digest import PREFIX, Digest, hex_of
from modelops_bundle.errors import BundleError, Invalid
from modelops_bundle.files import canonical_json
from modelops_bundle.files.canonical_json import MAX_INTEGER
from modelops_bundle.files.hashing import open_regular
from modelops_bundle.safe_path import AREA, MAX_COMPONENT_BYTES, check_path, printable

POINTERS = f"{AREA}/ptr"
SCHEMA_VERSION = 1
NO_TIME = "1970-01-01T00:00:00Z"
"""What every pointer says of its time, so that the same bundle always has the same pointers."""
_SUFFIX = ".json"
_MAX_BYTES = 64 << 10
_HEX = re.compile("[0-9a-f]{64}")


class MalformedPointer(Invalid):
    """A pointer file is not what its format allows."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"not a pointer file: '{printable(path)}': {why}", hint="delete it, then materialize the bundle again"
        )


@dataclass(frozen=True, slots=True)
class Pointer:
    """A file of a bundle that lies in a blob store; `fulfilled` tells that it is at its path, too."""

    path: str
    uri: str
    digest: Digest
    size: int
    layer: str
    tier: str | None = None
    fulfilled: bool = False

    def to_bytes(self) -> bytes:
        """Return the canonical JSON document."""
        return canonical_json.encode(
            {
                "schema_version": SCHEMA_VERSION,
                "uri": self.uri,
                "sha256": hex_of(self.digest),
                "size": self.size,
                "tier": self.tier,
                "created_at": NO_TIME,
                "fulfilled": self.fulfilled,
                "local_path": self.path if self.fulfilled else None,
                "original_path": self.path,
                "layer": self.layer,
            }
        )

    def file(self, mode: Mode = Mode.FILE) -> BundleFile:
        """Return the file that it stands for; a pointer does not say whether that is executable."""
        entry = TreeEntry(self.path, mode, self.size, self.digest)
        return BundleFile(entry, self.layer, External(self.uri, self.tier))


def pointer_to(file: BundleFile, *, fulfilled: bool) -> Pointer:
    """Return the pointer to an external file; raise Invalid for an address that is none, or holds a secret."""
    assert isinstance(file.place, External)
    parse_uri(file.place.uri)
    entry, place = file.entry, file.place
    return Pointer(entry.path, place.uri, entry.digest, entry.size, file.layer, place.tier, fulfilled)


def pointer_path(path: str) -> str:
    """Return where the pointer to a file lies, from the root; raise Invalid for a name that is too long for it."""
    if len(path.rpartition("/")[2].encode()) + len(_SUFFIX) > MAX_COMPONENT_BYTES:
        raise Invalid(f"the name of '{printable(path)}' is too long for a pointer file", hint="rename the file")
    return f"{POINTERS}/{path}{_SUFFIX}"


def read_pointers(root: Path) -> Iterator[Pointer]:
    """Yield the pointers below a directory, sorted by path; raise MalformedPointer and UnsafePath.

    Links are not followed: a pointer says what is written where.
    """
    for name, data in pointer_documents(root):
        pointer = parse_pointer(data, name)
        if pointer_path(pointer.path) != name:
            raise MalformedPointer(name, f"it is about '{printable(pointer.path)}'")
        yield pointer


def pointer_documents(root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield where pointer files lie below a directory, sorted, and what they hold, whatever that is.

    Of one that is too large, so much is read that it shows.
    """
    if not is_real_directory(root, POINTERS):
        return
    found = [
        Path(folder, name).relative_to(root).as_posix()
        for folder, _, names in os.walk(root / POINTERS)
        for name in names
        if name.endswith(_SUFFIX)
    ]
    for name in sorted(found):
        with open_regular(f"{root}/{name}") as stream:
            yield name, stream.read(_MAX_BYTES + 1)


def parse_pointer(data: bytes, what: str) -> Pointer:
    """Read an untrusted pointer, also one of the earlier tool; `what` names it in errors."""
    try:
        value = canonical_json.decode(data, what, max_bytes=_MAX_BYTES)
        return _from_json(value)
    except (BundleError, KeyError, TypeError, ValueError) as error:
        raise MalformedPointer(what, f"{error}") from error


def _from_json(value: dict[str, Any]) -> Pointer:
    path, uri, sha256, size = (value[key] for key in ("original_path", "uri", "sha256", "size"))
    layer, tier, fulfilled = value.get("layer", "data"), value.get("tier"), value.get("fulfilled", False)
    if value.get("schema_version", SCHEMA_VERSION) != SCHEMA_VERSION:
        raise ValueError("its version is not known")
    if type(size) is not int or not 0 <= size <= MAX_INTEGER or not _HEX.fullmatch(sha256):
        raise ValueError("it has no size or sha256")
    texts = isinstance(uri, str) and isinstance(layer, str) and isinstance(tier, str | None)
    if not texts or not isinstance(fulfilled, bool):
        raise ValueError("its uri, layer, tier or fulfilled is something else")
    parse_uri(uri)
    return Pointer(check_path(path), uri, Digest(PREFIX + sha256), size, layer, tier, fulfilled)
