"""Take files out of packs: fetch what is not here, put it together, verify.

Chunks that an unchanged old version of a file holds are copied from there. Each chunk is checked against its
BLAKE3, each file against its sha256. Files grow in `tmp/partial`, where a killed command goes on: small ones that
are whole are kept, and a large one has a journal of the packs that it is done with.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.places import Terms
from modelops_bundle.digest import Digest
from modelops_bundle.errors import BundleError
from modelops_bundle.files.hashing import Content, content_of, hash_stream, open_regular
from modelops_bundle.packs.arrival import Arrival, Arriving
from modelops_bundle.packs.chunking import MAX_CHUNK, chunk_id
from modelops_bundle.packs.format import PackedChunk, PackIndex
from modelops_bundle.packs.reading import verified_chunk
from modelops_bundle.packs.unpack_plan import Piece, Target, UnpackPlan
from modelops_bundle.progress import Meter, OnEvent, ignore_events
from modelops_bundle.remote import BlobSource
from modelops_bundle.transfer import DOWNLOADS, WrongBytes, in_parallel

_ZEROS = chunk_id(bytes(MAX_CHUNK))

Stage = Callable[[BundleFile, Path, Content], None]
"""Takes a file of this process with the verified content of a bundle file."""


def allocate(plan: UnpackPlan) -> None:
    """Make large files as holes, or go on with what a killed command left, striking off what is there."""
    left = frozenset(os.listdir(plan.targets[0].temporary.parent)) if plan.targets else frozenset()
    done: dict[Target, frozenset[str]] = {}
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


def _done_with(target: Target) -> frozenset[str]:
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


def _strike_off(plan: UnpackPlan, done: Mapping[Target, frozenset[str]]) -> None:
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

    def work(pack: Digest | None) -> None:
        if pack is None:
            _hash_large(plan, arrival)
        else:
            with arrival.of(pack):
                _fetch(plan, remote, pack, meter)

    if plan.wanted:
        with Meter("fetch", on_event, len(plan.wanted), plan.cost()[1]) as meter:
            in_parallel(work, [*plan.wanted, None], jobs)
    else:
        _hash_large(plan, arrival)
    return [target.file for target in plan.targets if not _hand_over(target, stage, remote.name)]


def _fetch(plan: UnpackPlan, remote: BlobSource, pack: Digest, meter: Meter) -> None:
    """Write what a plan wants of one pack to where it belongs."""
    with _Files() as files:
        for offset, length, numbers in plan.requests(pack):
            blocks = remote.read_blob(plan.packs[pack], offset, length)
            for number, stored in _split(blocks, plan.indexes[pack], numbers, offset, meter):
                _deliver(plan, remote, pack, number, stored, files)
        files.note(pack)
    meter.advance(0, 1)


def _hand_over(target: Target, stage: Stage, remote: str) -> bool:
    """Stage a file if it is what it should be; else discard it, and return False if a killed command left it."""
    content = target.content
    assert content
    if content.digest == target.file.entry.digest:
        stage(target.file, target.temporary, content)
        if not target.small:
            target.journal.unlink(missing_ok=True)
        return True
    target.discard()
    if not target.resumed:
        raise WrongBytes(target.file.entry.digest, remote)
    # A power cut keeps journals of what it did not keep.
    return False


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
        self._open: dict[Target, int] = {}

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
