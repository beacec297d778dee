"""Take files out of packs: learn where every chunk lies, fetch what is not here, put it together, verify.

A pack of which most is needed is read by one request, others by merged ranges. Chunks that an unchanged old
version of a file holds are copied from there. Each chunk is checked against its BLAKE3, each file against its
sha256. Files grow in `tmp/partial`, where a killed command goes on: small ones that are whole are kept, and a
large one has a journal of the packs that it is done with.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.places import Terms
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, hex_of
from modelops_bundle.errors import BundleError
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.files.hashing import Content, content_of, hash_stream, open_regular
from modelops_bundle.packs.arrival import Arrival, Arriving
from modelops_bundle.packs.chunking import MAX_CHUNK, chunk_id
from modelops_bundle.packs.format import PackedChunk, PackIndex
from modelops_bundle.packs.reading import verified_chunk
from modelops_bundle.progress import Meter, OnEvent, ignore_events
from modelops_bundle.remote import BlobSource
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
        small = sum(count for _, _, count in file.place.terms) == 1
        target = _Target(file, tmp / hex_of(file.entry.digest), small)
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


def allocate(plan: UnpackPlan) -> None:
    """Make large files as holes, or go on with what a killed command left, striking off what is there."""
    left = frozenset(os.listdir(plan.targets[0].temporary.parent)) if plan.targets else frozenset()
    done: dict[_Target, frozenset[str]] = {}
    for target in plan.targets:
        if target.temporary.name in left:
            packs = _done_with(target)
            if packs:
                done[target] = packs
                target.resumed = True
                continue
            target.discard()
        if not target.small:
            with target.temporary.open("wb") as stream:
                stream.truncate(target.file.entry.size)
    if done:
        _strike_off(plan, done)


def _done_with(target: _Target) -> frozenset[str]:
    """Return the packs from which what is left of a file needs nothing more; none if it is of no use."""
    if target.temporary.stat().st_size != target.file.entry.size:
        return frozenset()
    if target.small:
        content = content_of(target.temporary.read_bytes())
        if content.digest != target.file.entry.digest:
            return frozenset()
        target.content = content
        assert isinstance(target.file.place, Terms)
        return frozenset(pack for pack, _, _ in target.file.place.terms)
    with suppress(FileNotFoundError):
        return frozenset(target.journal.read_text("ascii", "replace").split())
    return frozenset()


def _strike_off(plan: UnpackPlan, done: Mapping[_Target, frozenset[str]]) -> None:
    """Forget the pieces of targets that lie in packs which those are done with."""
    for pack, numbers in list(plan.wanted.items()):
        for number, pieces in list(numbers.items()):
            numbers[number] = [piece for piece in pieces if pack not in done.get(piece.target, ())]
            if not numbers[number]:
                del numbers[number]
        if not numbers:
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
            raw = _read_at(*seed, chunk.raw)
            if chunk_id(raw) == chunk.id:
                with _Files() as files:
                    for piece in plan.wanted[pack].pop(number):
                        files.write(piece, raw, chunk)
        if not plan.wanted[pack]:
            del plan.wanted[pack]


def _read_at(file: Path, offset: int, size: int) -> bytes:
    """Return bytes of a working file, which may be gone or something else by now."""
    try:
        with open_regular(str(file)) as stream:
            return os.pread(stream.fileno(), size, offset)
    except (BundleError, OSError):
        return b""


def unpack(
    plan: UnpackPlan, remote: BlobSource, stage: Stage, on_event: OnEvent = ignore_events, jobs: int = DOWNLOADS
) -> list[BundleFile]:
    """Fetch what a plan still wants, put the files together, verify them, and hand each to `stage`.

    Returns the files of which a killed command had left something that turned out to be damaged, and is gone
    now: plan them again. Raises WrongBytes when the remote is to blame.
    """

    arrival = Arrival(plan.wanted)

    def fetch(pack: Digest) -> None:
        with _Files() as files:
            for offset, length, numbers in plan.requests(pack):
                blocks = remote.read_blob(plan.packs[pack], offset, length)
                for number, stored in _split(blocks, plan.indexes[pack], numbers, offset, meter):
                    _deliver(plan, remote, pack, number, stored, files)
            files.note(pack)
        meter.advance(0, 1)

    def work(pack: Digest | None) -> None:
        if pack is None:
            _hash_large(plan, arrival)
        else:
            with arrival.of(pack):
                fetch(pack)

    if plan.wanted:
        with Meter("fetch", on_event, len(plan.wanted), plan.cost()[1]) as meter:
            in_parallel(work, [*plan.wanted, None], jobs)
    else:
        _hash_large(plan, arrival)
    damaged = []
    for target in plan.targets:
        content = target.content
        assert content
        if content.digest == target.file.entry.digest:
            stage(target.file, target.temporary, content)
            if not target.small:
                target.journal.unlink(missing_ok=True)
            continue
        target.discard()
        if not target.resumed:
            raise WrongBytes(target.file.entry.digest, remote.name)
        # A power cut keeps journals of what it did not keep.
        damaged.append(target.file)
    return damaged


def _split(
    blocks: Iterator[bytes], index: PackIndex, numbers: Iterable[int], at: int, meter: Meter
) -> Iterator[tuple[int, bytes]]:
    """Yield the stored bytes of certain chunks out of a stream that starts at `at` of the pack."""
    buffer = bytearray()
    for number in numbers:
        chunk = index.chunks[number]
        end = chunk.offset + chunk.stored
        # A blob that ends too early gives a chunk that does not match.
        while at + len(buffer) < end and (block := next(blocks, b"")):
            meter.advance(len(block))
            skipped = min(len(buffer), max(0, chunk.offset - at))
            if skipped:
                del buffer[:skipped]
                at += skipped
            buffer += block
        yield number, bytes(memoryview(buffer)[chunk.offset - at : end - at])
        del buffer[: end - at]
        at = end


def _deliver(
    plan: UnpackPlan, remote: BlobSource, pack: Digest, number: int, stored: bytes, files: "_Files"
) -> None:
    raw = verified_chunk(plan.indexes[pack], number, stored)
    if raw is None:
        raise WrongBytes(pack, remote.name)
    for piece in plan.wanted[pack][number]:
        files.write(piece, raw, plan.indexes[pack].chunks[number])


class _Files:
    """Files that one thread writes to, open until it is done with a pack."""

    def __init__(self) -> None:
        self._open: dict[_Target, int] = {}

    def __enter__(self) -> "_Files":
        return self

    def __exit__(self, *exc: object) -> None:
        for handle in self._open.values():
            os.close(handle)

    def write(self, piece: Piece, raw: bytes | memoryview, chunk: PackedChunk) -> None:
        """Write a piece of a chunk to its place."""
        target = piece.target
        data = memoryview(raw)[piece.skip : piece.skip + piece.size]
        if target.small:
            target.content = content_of(bytes(data))
            with target.temporary.open("xb") as stream:
                stream.write(data)
            return
        if chunk.id == _ZEROS:
            return  # The file was allocated as a hole, which reads as zeros.
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


def _hash_large(plan: UnpackPlan, arrival: Arrival) -> None:
    """Hash the large files, one after the other, while packs that hold later parts are still being fetched."""
    for target in plan.targets:
        if target.content is None and not target.small:
            assert isinstance(target.file.place, Terms)
            with target.temporary.open("rb", buffering=0) as stream:
                arriving = Arriving(stream, _ends(plan, target.file.place), arrival)
                target.content = hash_stream(arriving)  # type: ignore[arg-type]


def _ends(plan: UnpackPlan, place: Terms) -> Iterator[tuple[Digest, int]]:
    """Yield the packs from which a file's bytes come, in order, each with the offset at which its part ends."""
    end = -place.skip
    for pack, first, count in place.terms:
        end += sum(chunk.raw for chunk in plan.indexes[pack].chunks[first : first + count])
        yield pack, end
