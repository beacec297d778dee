"""What is to be taken out of packs: which parts of which chunks go into which file, and what reading them costs.

A pack of which most is needed is read by one request, others by merged ranges.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.places import Terms
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, hex_of
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.files.hashing import Content
from modelops_bundle.packs.format import PackedChunk, PackIndex

WHOLE = 0.6
"""From this part of a pack on, reading all of it is cheaper than asking for ranges."""
GAP = 128 << 10
"""Ranges closer than this are one request: a request costs about as much as that many bytes."""


class Piece(NamedTuple):
    """Part of a chunk that belongs to a file: `size` bytes from `skip` of the raw chunk go to `offset`."""

    target: "Target"
    offset: int
    skip: int
    size: int


@dataclass(slots=True, eq=False)
class Target:
    """One file being put together; `small` ones are part of one chunk, and verified when they are written.

    `resumed` ones hold what a killed command wrote.
    """

    file: BundleFile
    temporary: Path
    small: bool
    resumed: bool = False
    content: Content | None = None

    @property
    def journal(self) -> Path:
        """Where the packs are listed whose chunks are in the file already."""
        return self.temporary.with_suffix(".done")

    def discard(self) -> None:
        """Remove what there is of the file."""
        self.temporary.unlink(missing_ok=True)
        self.journal.unlink(missing_ok=True)


@dataclass(slots=True)
class UnpackPlan:
    """Which chunks of which packs go where."""

    packs: dict[Digest, Descriptor]
    indexes: Mapping[Digest, PackIndex]
    wanted: dict[Digest, dict[int, list[Piece]]] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)

    def requests(self, pack: Digest) -> list[tuple[int, int, list[int]]]:
        """Return `(offset, length, chunk numbers)` of each request that a pack takes."""
        chunks = self.indexes[pack].chunks
        needed = sum(chunks[number].stored for number in self.wanted[pack])
        gap = self.packs[pack].size if needed >= WHOLE * self.packs[pack].size else GAP
        found: list[tuple[int, int, list[int]]] = []
        for number in sorted(self.wanted[pack]):
            chunk = chunks[number]
            end = chunk.offset + chunk.stored
            if found and chunk.offset - found[-1][0] - found[-1][1] <= gap:
                start, _, numbers = found[-1]
                numbers.append(number)
                found[-1] = (start, end - start, numbers)
            else:
                found.append((chunk.offset, chunk.stored, [number]))
        return found

    def cost(self) -> tuple[int, int]:
        """Return how many requests and bytes fetching takes."""
        lengths = [length for pack in self.wanted for _, length, _ in self.requests(pack)]
        return len(lengths), sum(lengths)


def plan_unpack(
    files: Iterable[BundleFile], packs: dict[Digest, Descriptor], indexes: Mapping[Digest, PackIndex], tmp: Path
) -> UnpackPlan:
    """Plan taking files out of packs, each content once; raise MalformedDocument when sizes contradict."""
    plan = UnpackPlan(packs, indexes)
    for file in files:
        assert isinstance(file.place, Terms)
        small = sum(count for _, _, count in file.place.terms) == 1
        target = Target(file, tmp / hex_of(file.entry.digest), small)
        plan.targets.append(target)
        skip, offset = file.place.skip, 0
        for pack, at, chunk in _chunks(file.place, indexes):
            size = min(chunk.raw - skip, file.entry.size - offset)
            if size <= 0:
                raise MalformedDocument(f"the chunks of '{file.entry.path}' do not fit its size")
            plan.wanted.setdefault(pack, {}).setdefault(at, []).append(Piece(target, offset, skip, size))
            offset, skip = offset + size, 0
        if offset != file.entry.size:
            raise MalformedDocument(f"the chunks of '{file.entry.path}' do not fit its size")
    return plan


def _chunks(place: Terms, indexes: Mapping[Digest, PackIndex]) -> Iterator[tuple[Digest, int, PackedChunk]]:
    for pack, first, count in place.terms:
        chunks = indexes[pack].chunks
        if first + count > len(chunks):
            raise MalformedDocument(f"pack '{pack}' has no chunk {first + count - 1}")
        for number in range(first, first + count):
            yield pack, number, chunks[number]
