"""Take files out of packs: learn where every chunk lies, fetch what is not here, put it together, verify.

A pack of which most is needed is fetched whole, others by merged ranges. Chunks that an unchanged old version
of a file holds are copied from there. Each chunk is checked against its BLAKE3, each file against its sha256.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from modelops_bundle.bundle_index import BundleFile
from modelops_bundle.canonical_json import MalformedDocument
from modelops_bundle.chunking import MAX_CHUNK, chunk_id
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest
from modelops_bundle.hashing import Content, content_of, hash_stream
from modelops_bundle.objects import ObjectStore
from modelops_bundle.pack_format import PackedChunk, PackIndex
from modelops_bundle.places import Terms
from modelops_bundle.progress import Meter, OnEvent, ignore_events
from modelops_bundle.remote import Remote
from modelops_bundle.transfer import DOWNLOADS, WrongBytes, download, in_parallel, partial_path

WHOLE = 0.6
"""From this part of a pack on, fetching all of it is cheaper than fetching ranges."""
GAP = 128 << 10
"""Ranges closer than this are fetched as one: a request costs about as much as that many bytes."""
RANGE = 8 << 20
"""No range is longer than this many bytes, so that memory stays bounded."""

_ZEROS = chunk_id(bytes(MAX_CHUNK))

Stage = Callable[[BundleFile, Path, Content], None]
"""Takes a file of this process with the verified content of a bundle file."""


class Piece(NamedTuple):
    """Part of a chunk that belongs to a file: `size` bytes from `skip` of the raw chunk go to `offset`."""

    target: "_Target"
    offset: int
    skip: int
    size: int


@dataclass(slots=True, eq=False)
class _Target:
    """One file being put together."""

    file: BundleFile
    temporary: Path
    whole: bool
    """Whether it is one piece of one chunk, which is verified when it is written."""
    content: Content | None = None


@dataclass(slots=True)
class UnpackPlan:
    """Which chunks of which packs go where; `seeded` are those that a local file holds."""

    packs: dict[Digest, Descriptor]
    indexes: Mapping[Digest, PackIndex]
    wanted: dict[Digest, dict[int, list[Piece]]] = field(default_factory=dict)
    targets: list[_Target] = field(default_factory=list)

    def stored_bytes(self, pack: Digest) -> int:
        """Return how many bytes of a pack are needed."""
        chunks = self.indexes[pack].chunks
        return sum(chunks[number].stored for number in self.wanted[pack])

    def is_whole(self, pack: Digest) -> bool:
        """Tell whether a pack is fetched whole."""
        return self.stored_bytes(pack) >= WHOLE * self.packs[pack].size

    def ranges(self, pack: Digest) -> Iterator[tuple[int, int, list[int]]]:
        """Yield `(offset, length, chunk numbers)` of the requests for a pack that is not fetched whole."""
        chunks = self.indexes[pack].chunks
        start = end = -1
        numbers: list[int] = []
        for number in sorted(self.wanted[pack]):
            chunk = chunks[number]
            if numbers and (chunk.offset - end > GAP or chunk.offset + chunk.stored - start > RANGE):
                yield start, end - start, numbers
                numbers = []
            if not numbers:
                start = chunk.offset
            numbers.append(number)
            end = chunk.offset + chunk.stored
        if numbers:
            yield start, end - start, numbers

    def cost(self) -> tuple[int, int]:
        """Return how many requests and bytes fetching takes."""
        requests = size = 0
        for pack in self.wanted:
            lengths = [self.packs[pack].size] if self.is_whole(pack) else [n for _, n, _ in self.ranges(pack)]
            requests += len(lengths)
            size += sum(lengths)
        return requests, size


def plan_unpack(
    files: Iterable[BundleFile], packs: dict[Digest, Descriptor], indexes: Mapping[Digest, PackIndex], tmp: Path
) -> UnpackPlan:
    """Plan taking files out of packs, each content once; raise MalformedDocument when sizes contradict."""
    plan = UnpackPlan(packs, indexes)
    for number, file in enumerate(files):
        assert isinstance(file.place, Terms)
        chunks = [
            (pack, at, _chunk(indexes[pack], pack, at))
            for pack, first, count in file.place.terms
            for at in range(first, first + count)
        ]
        target = _Target(file, tmp / f"unpack-{number}", len(chunks) == 1)
        plan.targets.append(target)
        skip, offset = file.place.skip, 0
        for pack, at, chunk in chunks:
            size = min(chunk.raw - skip, file.entry.size - offset)
            if size <= 0:
                raise MalformedDocument(f"the chunks of '{file.entry.path}' do not fit its size")
            plan.wanted.setdefault(pack, {}).setdefault(at, []).append(Piece(target, offset, skip, size))
            offset, skip = offset + size, 0
        if offset != file.entry.size:
            raise MalformedDocument(f"the chunks of '{file.entry.path}' do not fit its size")
    return plan


def _chunk(index: PackIndex, pack: Digest, number: int) -> PackedChunk:
    if number >= len(index.chunks):
        raise MalformedDocument(f"pack '{pack}' has no chunk {number}")
    return index.chunks[number]


def allocate(plan: UnpackPlan) -> None:
    """Make the files of several chunks, as holes."""
    for target in plan.targets:
        if not target.whole:
            with target.temporary.open("wb") as stream:
                stream.truncate(target.file.entry.size)


def take_from_seeds(plan: UnpackPlan, seeds: Mapping[bytes, tuple[Path, int]]) -> None:
    """Copy chunks that local files hold, and strike them off the plan; `seeds` tells file and offset by id.

    A file that changed meanwhile only costs a fetch: what it holds is checked.
    """
    for pack in list(plan.wanted):
        chunks = plan.indexes[pack].chunks
        for number in list(plan.wanted[pack]):
            chunk = chunks[number]
            seed = seeds.get(chunk.id)
            if seed is None:
                continue
            with seed[0].open("rb") as stream:
                stream.seek(seed[1])
                raw = stream.read(chunk.raw)
            if chunk_id(raw) == chunk.id:
                for piece in plan.wanted[pack].pop(number):
                    _write(piece, raw)
        if not plan.wanted[pack]:
            del plan.wanted[pack]


def unpack(
    plan: UnpackPlan,
    remote: Remote,
    objects: ObjectStore,
    stage: Stage,
    on_event: OnEvent = ignore_events,
    jobs: int = DOWNLOADS,
) -> list[Path]:
    """Fetch what a plan still wants, put the files together, verify them, and hand each to `stage`.

    Returns the packs that were fetched whole: keep them until the files are where they belong, so that a
    killed command need not fetch them again. Raises WrongBytes and MalformedDocument.
    """

    def work(pack: Digest) -> Path | None:
        kept = None
        if plan.is_whole(pack):
            kept = partial_path(objects, pack)
            download(remote, plan.packs[pack], kept, meter)
            with kept.open("rb") as stream:
                for number in sorted(plan.wanted[pack]):
                    chunk = plan.indexes[pack].chunks[number]
                    stream.seek(chunk.offset)
                    _deliver(plan, remote, pack, number, stream.read(chunk.stored))
        else:
            for offset, length, numbers in plan.ranges(pack):
                data = memoryview(b"".join(remote.read_blob(plan.packs[pack], offset, length)))
                meter.advance(length)
                for number in numbers:
                    chunk = plan.indexes[pack].chunks[number]
                    at = chunk.offset - offset
                    _deliver(plan, remote, pack, number, data[at : at + chunk.stored])
        meter.advance(0, 1)
        return kept

    whole: list[Path | None] = []
    if plan.wanted:
        with Meter("fetch", on_event, len(plan.wanted), plan.cost()[1]) as meter:
            whole = in_parallel(work, list(plan.wanted), jobs)
    for target in plan.targets:
        stage(target.file, target.temporary, _verified(target, remote))
    return [path for path in whole if path]


def _deliver(plan: UnpackPlan, remote: Remote, pack: Digest, number: int, stored: bytes | memoryview) -> None:
    index = plan.indexes[pack]
    chunk = index.chunks[number]
    raw = index.read(chunk, stored)
    if chunk_id(raw) != chunk.id:
        raise WrongBytes(pack, remote.name)
    for piece in plan.wanted[pack][number]:
        # A large file was allocated as a hole, which reads as zeros.
        if chunk.id != _ZEROS or piece.target.whole:
            _write(piece, raw)


def _write(piece: Piece, raw: bytes | memoryview) -> None:
    target = piece.target
    data = memoryview(raw)[piece.skip : piece.skip + piece.size]
    flags = os.O_WRONLY | os.O_CLOEXEC
    if target.whole:
        target.content = content_of(bytes(data))
        flags |= os.O_CREAT | os.O_EXCL
    handle = os.open(target.temporary, flags, 0o600)
    try:
        offset = piece.offset
        while data:
            written = os.pwrite(handle, data, offset)
            data, offset = data[written:], offset + written
    finally:
        os.close(handle)


def _verified(target: _Target, remote: Remote) -> Content:
    if target.content is None:
        with target.temporary.open("rb", buffering=0) as stream:
            target.content = hash_stream(stream)  # type: ignore[arg-type,unused-ignore]
    if target.content.digest != target.file.entry.digest:
        raise WrongBytes(target.file.entry.digest, remote.name)
    return target.content
