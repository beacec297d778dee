"""Packs made from content in memory, and a remote that holds them."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.places import Terms
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.packs.format import PackIndex, check_payload
from modelops_bundle.packs.packing import Known, Packer, Source
from modelops_bundle.packs.writer import FinishedPack
from tests.modelops_bundle.memory_remote import MemoryRemote

NOTHING_KNOWN = Known()


def noise(size: int, seed: int = 0) -> bytes:
    """Return bytes that cannot be compressed, the same everywhere."""
    return hashlib.shake_128(b"%d" % seed).digest(size)


def entry_for(path: str, data: bytes, mode: Mode = Mode.FILE) -> TreeEntry:
    """Return the entry of a file."""
    return TreeEntry(path, mode, len(data), digest_of(data))


@dataclass
class Packed:
    """Files in packs: their entries with places, the packs, their indexes and their bytes."""

    files: list[BundleFile] = field(default_factory=list)
    packs: dict[Digest, Descriptor] = field(default_factory=dict)
    indexes: dict[Digest, PackIndex] = field(default_factory=dict)
    blobs: dict[Digest, bytes] = field(default_factory=dict)

    def __call__(self, pack: FinishedPack) -> None:
        """Take a finished pack."""
        self.packs[pack.layer.digest] = pack.layer
        self.indexes[pack.layer.digest] = check_payload(pack.payload, pack.layer)
        self.blobs[pack.layer.digest] = pack.content.open().read()
        pack.content.discard()

    def place(self, path: str) -> Terms:
        """Return where a file is."""
        place = next(file.place for file in self.files if file.entry.path == path)
        assert isinstance(place, Terms)
        return place

    def remote(self, block: int = 1 << 16) -> MemoryRemote:
        """Return a remote that holds the packs."""
        return MemoryRemote(*self.blobs.values(), block=block)


def pack(files: Mapping[str, bytes], tmp: Path, size: int = 1 << 20, known: Known = NOTHING_KNOWN) -> Packed:
    """Pack files in path order, into packs of about `size` bytes."""
    packed = Packed()
    tmp.mkdir(parents=True, exist_ok=True)
    packer = Packer(known, tmp, packed, size)
    for path in sorted(files):
        packer.add(entry_for(path, files[path]), Source(partial(io.BytesIO, files[path])))
    terms = packer.finish()
    packed.files = [
        BundleFile(entry, "data", terms[entry.digest])
        for path in sorted(files)
        if (entry := entry_for(path, files[path]))
    ]
    assert not list(tmp.iterdir())
    return packed
