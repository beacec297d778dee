"""Take files out of packs: learn where every chunk lies, fetch what is not here, put it together, verify.

A pack of which most is needed is read by one request, others by merged ranges. Chunks that an unchanged old
version of a file holds are copied from there. Each chunk is checked against its BLAKE3, each file against its
sha256. Files grow in `tmp/partial`; a large one keeps a journal of the packs that it is done with, so that a
killed command goes on where it was.
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
from modelops_bundle.digest import Digest, hex_of
from modelops_bundle.hashing import Content, content_of, hash_stream
from modelops_bundle.pack_format import PackedChunk, PackIndex
from modelops_bundle.places import Terms
from modelops_bundle.progress import Meter, OnEvent, ignore_events
from modelops_bundle.remote import Remote
from modelops_bundle.transfer import DOWNLOADS, WrongBytes, in_parallel

WHOLE = 0.6
"""From this part of a pack on, reading all of it is cheaper than asking for ranges."""
GAP = 128 << 10
"""Ranges closer than this are one request: a request costs about as much as that many bytes."""
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
    """One file being put together; `small` ones are part of one chunk, and verified when they are written."""

    file: BundleFile
    temporary: Path
    small: bool
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
    """Which chunks of which packs go where; `seeded` are those that a local file holds."""

    packs: dict[Digest, Descriptor]
    indexes: Mapping[Digest, PackIndex]
    wanted: dict[Digest, dict[int, list[Piece]]] = field(default_factory=dict)
    targets: list[_Target] = field(default_factory=list)

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
        chunks = [
            (pack, at, _chunk(indexes[pack], pack, at))
            for pack, first, count in file.place.terms
            for at in range(first, first + count)
        ]
        target = _Target(file, tmp / hex_of(file.entry.digest), len(chunks) == 1)
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
    """Make large files as holes, or go on with those that a killed command left, striking off what they have."""
    left = frozenset(os.listdir(plan.targets[0].temporary.parent)) if plan.targets else frozenset()
    for target in plan.targets:
        if target.small:
            if target.temporary.name in left:
                target.temporary.unlink()
            continue
        try:
            done = frozenset(target.journal.read_text("ascii").split())
            whole = target.temporary.stat().st_size == target.file.entry.size
        except FileNotFoundError:
            done, whole = frozenset(), False
        if not whole:
            target.discard()
            with target.temporary.open("wb") as stream:
                stream.truncate(target.file.entry.size)
            continue
        for pack in [pack for pack in plan.wanted if pack in done]:
            _strike_off(plan, pack, target)


def _strike_off(plan: UnpackPlan, pack: Digest, target: _Target) -> None:
    for number, pieces in list(plan.wanted[pack].items()):
        left = [piece for piece in pieces if piece.target is not target]
        if left:
            plan.wanted[pack][number] = left
        else:
            del plan.wanted[pack][number]
    if not plan.wanted[pack]:
        del plan.wanted[pack]


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
                with _Files() as files:
                    for piece in plan.wanted[pack].pop(number):
                        files.write(piece, raw)
        if not plan.wanted[pack]:
            del plan.wanted[pack]


def unpack(
    plan: UnpackPlan, remote: Remote, stage: Stage, on_event: OnEvent = ignore_events, jobs: int = DOWNLOADS
) -> None:
    """Fetch what a plan still wants, put the files together, verify them, and hand each to `stage`.

    Raises WrongBytes and MalformedDocument.
    """

    def work(pack: Digest) -> None:
        with _Files() as files:
            for offset, length, numbers in plan.requests(pack):
                blocks = remote.read_blob(plan.packs[pack], offset, length)
                for number, stored in _split(blocks, plan.indexes[pack], numbers, offset, meter):
                    _deliver(plan, remote, pack, number, stored, files)
            files.note(pack)
        meter.advance(0, 1)

    if plan.wanted:
        with Meter("fetch", on_event, len(plan.wanted), plan.cost()[1]) as meter:
            in_parallel(work, list(plan.wanted), jobs)
    for target in plan.targets:
        stage(target.file, target.temporary, _verified(target, remote))
        if not target.small:
            target.journal.unlink(missing_ok=True)


def _split(
    blocks: Iterator[bytes], index: PackIndex, numbers: Iterable[int], at: int, meter: Meter
) -> Iterator[tuple[int, bytes]]:
    """Yield the stored bytes of certain chunks out of a stream that starts at `at` of the pack."""
    buffer = bytearray()
    for number in numbers:
        chunk = index.chunks[number]
        end = chunk.offset + chunk.stored
        while at + len(buffer) < end:
            block = next(blocks)
            meter.advance(len(block))
            skipped = min(len(buffer), max(0, chunk.offset - at))
            if skipped:
                del buffer[:skipped]
                at += skipped
            buffer += block
        yield number, bytes(memoryview(buffer)[chunk.offset - at : end - at])
        del buffer[: end - at]
        at = end


def _deliver(plan: UnpackPlan, remote: Remote, pack: Digest, number: int, stored: bytes, files: "_Files") -> None:
    index = plan.indexes[pack]
    chunk = index.chunks[number]
    raw = index.read(chunk, stored)
    if chunk_id(raw) != chunk.id:
        raise WrongBytes(pack, remote.name)
    for piece in plan.wanted[pack][number]:
        # A large file was allocated as a hole, which reads as zeros.
        if chunk.id != _ZEROS or piece.target.small:
            files.write(piece, raw)


class _Files:
    """Files that one thread writes to, open until it is done with a pack."""

    def __init__(self) -> None:
        self._open: dict[_Target, int] = {}

    def __enter__(self) -> "_Files":
        return self

    def __exit__(self, *exc: object) -> None:
        for handle in self._open.values():
            os.close(handle)

    def write(self, piece: Piece, raw: bytes | bytearray | memoryview) -> None:
        """Write a piece to its place."""
        target = piece.target
        data = memoryview(raw)[piece.skip : piece.skip + piece.size]
        if target.small:
            target.content = content_of(bytes(data))
            with target.temporary.open("xb") as stream:
                stream.write(data)
            return
        handle = self._open.get(target)
        if handle is None:
            handle = self._open[target] = os.open(target.temporary, os.O_WRONLY | os.O_CLOEXEC)
        offset = piece.offset
        while data:
            written = os.pwrite(handle, data, offset)
            data, offset = data[written:], offset + written

    def note(self, pack: Digest) -> None:
        """Write to the journals of the open files that a pack is done."""
        for target in self._open:
            with target.journal.open("a") as journal:
                journal.write(f"{pack}\n")


def _verified(target: _Target, remote: Remote) -> Content:
    if target.content is None:
        with target.temporary.open("rb", buffering=0) as stream:
            target.content = hash_stream(stream)  # type: ignore[arg-type,unused-ignore]
    if target.content.digest != target.file.entry.digest:
        target.discard()
        raise WrongBytes(target.file.entry.digest, remote.name)
    return target.content
