"""Files come out of packs verified, with as few requests as make sense, and from where they broke off."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import digest_of, hex_of
from modelops_bundle.errors import TransferFailed
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.files.hashing import Content, content_of
from modelops_bundle.packs import packing
from modelops_bundle.packs.chunking import MAX_CHUNK, chunk_id
from modelops_bundle.packs.unpack_plan import GAP, UnpackPlan, plan_unpack
from modelops_bundle.packs.unpacking import allocate, take_from_seeds, unpack
from modelops_bundle.progress import Event
from modelops_bundle.transfer import WrongBytes
from tests.modelops_bundle.memory_remote import MemoryRemote
from tests.modelops_bundle.packs_in_memory import Packed, noise, pack

LARGE = noise(1 << 20, 1)
FILES = {
    "large": LARGE,
    "large too": noise(300_000, 2) + LARGE[200_000:700_000],
    "rows": b"1,2,3\n" * 50_000,
    **{f"small/{n}": noise(1000 * n + 1, n + 10) for n in range(40)},
}


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "CUT_FROM", 100_000)
    monkeypatch.setattr(packing, "FRAME", 20_000)


@pytest.fixture
def packed(tmp_path: Path) -> Packed:
    return pack(FILES, tmp_path / "packing", 200_000)


class Desk:
    """A directory to unpack into, and what was staged."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir()
        self.staged: dict[str, bytes] = {}

    def stage(self, file: BundleFile, source: Path, content: Content) -> None:
        data = source.read_bytes()
        assert content == content_of(data)
        assert content.digest == file.entry.digest
        self.staged[file.entry.path] = data
        source.unlink()

    def plan(self, packed: Packed, files: Iterable[BundleFile] = ()) -> UnpackPlan:
        plan = plan_unpack(files or packed.files, packed.packs, packed.indexes, self.directory)
        allocate(plan)
        return plan

    def left(self) -> list[str]:
        return sorted(path.name for path in self.directory.iterdir())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "desk")


@pytest.mark.parametrize("jobs", [1, 8])
@pytest.mark.parametrize("block", [1000, 1 << 16, 1 << 22])
def test_everything_comes_out_as_it_went_in(packed: Packed, desk: Desk, jobs: int, block: int) -> None:
    remote = packed.remote(block)
    assert unpack(desk.plan(packed), remote, desk.stage, jobs=jobs) == []
    assert desk.staged == FILES
    assert desk.left() == []
    # Every pack is needed whole, so it takes one request.
    assert sorted(digest for digest, _ in remote.reads) == sorted(packed.packs)


def test_progress_ends_where_it_said(packed: Packed, desk: Desk) -> None:
    events: list[Event] = []
    plan = desk.plan(packed)
    requests, size = plan.cost()
    unpack(plan, packed.remote(), desk.stage, events.append)
    assert events[0].bytes == events[-1].bytes_done == size
    assert events[-1].finished
    assert requests == len(packed.packs) == events[-1].blobs_done


@pytest.mark.parametrize("path", ["small/0", "small/39", "large", "large too", "rows"])
def test_one_file_takes_no_more_than_its_chunks(packed: Packed, desk: Desk, path: str) -> None:
    file = next(file for file in packed.files if file.entry.path == path)
    plan = desk.plan(packed, [file])
    _, size = plan.cost()
    terms = packed.place(path).terms
    chunks = [chunk for pack, at, count in terms for chunk in packed.indexes[pack].chunks[at : at + count]]
    stored = sum(chunk.stored for chunk in chunks)
    assert stored <= size < stored + GAP * len(terms)
    unpack(plan, packed.remote(), desk.stage)
    assert desk.staged == {path: FILES[path]}


def seeds(packed: Packed, path: str, file: Path) -> dict[bytes, tuple[Path, int]]:
    """Return where the chunks of a packed file lie in a file here."""
    found, offset = {}, 0
    for digest, first, count in packed.place(path).terms:
        for chunk in packed.indexes[digest].chunks[first : first + count]:
            found[chunk.id] = (file, offset)
            offset += chunk.raw
    return found


def test_chunks_that_are_here_are_not_fetched(packed: Packed, desk: Desk, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.write_bytes(LARGE)
    files = [file for file in packed.files if file.entry.path.startswith("large")]
    plan = desk.plan(packed, files)
    before = plan.cost()[1]
    take_from_seeds(plan, seeds(packed, "large", here))
    remote = packed.remote()
    assert before - plan.cost()[1] > 1_000_000
    unpack(plan, remote, desk.stage)
    assert desk.staged == {path: FILES[path] for path in ("large", "large too")}


def gone(here: Path) -> None:
    here.unlink()


def a_directory(here: Path) -> None:
    here.unlink()
    here.mkdir()


def a_link(here: Path) -> None:
    here.rename(here.with_name("other"))
    here.symlink_to("other")


def shorter(here: Path) -> None:
    here.write_bytes(LARGE[:100_000])


def other(here: Path) -> None:
    here.write_bytes(b"x" + LARGE)


def half_changed(here: Path) -> None:
    here.write_bytes(LARGE[:500_000] + bytes(500_000))


@pytest.mark.parametrize("change", [gone, a_directory, a_link, shorter, other, half_changed])
def test_a_seed_that_changed_only_costs_a_fetch(
    packed: Packed, desk: Desk, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    here = tmp_path / "here"
    here.write_bytes(LARGE)
    found = seeds(packed, "large", here)
    change(here)
    plan = desk.plan(packed)
    take_from_seeds(plan, found)
    unpack(plan, packed.remote(), desk.stage)
    assert desk.staged == FILES


class Breaking(MemoryRemote):
    """Breaks the connection for good after so many blocks."""

    left = 0
    bytes_read = 0

    def read_blob(self, blob: Descriptor, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        for block in super().read_blob(blob, offset, length):
            if self.left == 0:
                raise TransferFailed("the connection broke")
            self.left -= 1
            self.bytes_read += len(block)
            yield block


def breaking(packed: Packed, blocks: int) -> Breaking:
    """Return a remote that breaks after so many blocks."""
    remote = Breaking(*packed.blobs.values(), block=10_000)
    remote.left = blocks
    return remote


@pytest.mark.parametrize("blocks", [0, 1, 30, 60, 100, 150, 200])
def test_a_broken_fetch_goes_on_where_it_was(packed: Packed, desk: Desk, blocks: int) -> None:
    first = breaking(packed, blocks)
    with pytest.raises(TransferFailed):
        unpack(desk.plan(packed), first, desk.stage, jobs=1)
    assert desk.staged == {}
    second = breaking(packed, -1)
    unpack(desk.plan(packed), second, desk.stage, jobs=1)
    assert desk.staged == FILES
    assert desk.left() == []
    total = sum(map(len, packed.blobs.values()))
    # At most the pack at which it broke is fetched again.
    assert first.bytes_read + second.bytes_read <= total + max(map(len, packed.blobs.values()))


def test_it_may_break_again_and_again(packed: Packed, desk: Desk) -> None:
    for _ in range(100):
        try:
            unpack(desk.plan(packed), breaking(packed, 30), desk.stage, jobs=1)
        except TransferFailed:
            continue
        break
    assert desk.staged == FILES


@pytest.mark.parametrize("damage", [b"", b"?", bytes(1 << 20), bytes(2 << 20)])
def test_what_a_power_cut_damaged_is_fetched_again(packed: Packed, desk: Desk, damage: bytes) -> None:
    with pytest.raises(TransferFailed):
        unpack(desk.plan(packed), breaking(packed, 150), desk.stage, jobs=1)
    for path in desk.directory.iterdir():
        if path.suffix != ".done":
            size = path.stat().st_size
            path.write_bytes(damage[:size])
    damaged = unpack(desk.plan(packed), packed.remote(), desk.stage)
    if damaged:
        assert unpack(desk.plan(packed, damaged), packed.remote(), desk.stage) == []
    assert desk.staged == FILES
    assert desk.left() == []


def test_what_another_version_left_of_the_same_file_is_no_harm(packed: Packed, desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(TransferFailed):
        unpack(desk.plan(packed), breaking(packed, 100), desk.stage, jobs=1)
    other = pack(FILES, tmp_path / "other", 500_000)
    unpack(desk.plan(other), other.remote(), desk.stage)
    assert desk.staged == FILES


@pytest.mark.parametrize("where", [0, 0.3, 0.9])
def test_wrong_bytes_are_never_staged(packed: Packed, desk: Desk, where: float) -> None:
    for digest in packed.packs:
        remote = packed.remote()
        data = bytearray(remote.blobs[digest])
        data[int(len(data) * where)] ^= 1
        remote.blobs[digest] = bytes(data)
        with pytest.raises(WrongBytes, match=hex_of(digest)):
            unpack(desk.plan(packed), remote, desk.stage)
        assert desk.staged == {}
        for left in desk.directory.iterdir():
            left.unlink()
    unpack(desk.plan(packed), packed.remote(), desk.stage)
    assert desk.staged == FILES


@pytest.mark.parametrize("cut", [0, 1, 1000])
def test_a_blob_that_is_cut_short_is_wrong(packed: Packed, desk: Desk, cut: int) -> None:
    remote = packed.remote()
    for digest in packed.packs:
        remote.blobs[digest] = remote.blobs[digest][:cut]
    with pytest.raises(WrongBytes):
        unpack(desk.plan(packed), remote, desk.stage)
    assert desk.staged == {}


def test_chunks_that_are_right_and_a_file_that_is_not_is_refused(packed: Packed, desk: Desk) -> None:
    large = next(file for file in packed.files if file.entry.path == "large")
    lie = replace(large, entry=large.entry._replace(digest=digest_of(b"other")))
    with pytest.raises(WrongBytes, match=digest_of(b"other")):
        unpack(desk.plan(packed, [lie]), packed.remote(), desk.stage)
    assert (desk.staged, desk.left()) == ({}, [])


@pytest.mark.parametrize("path", ["large", "small/7"])
@pytest.mark.parametrize("change", [-1, 1, 1 << 40])
def test_a_size_that_the_chunks_contradict_is_refused(packed: Packed, path: str, change: int, desk: Desk) -> None:
    file = next(file for file in packed.files if file.entry.path == path)
    lie = replace(file, entry=file.entry._replace(size=file.entry.size + change))
    try:
        plan = desk.plan(packed, [lie])
    except MalformedDocument:
        return
    with pytest.raises(WrongBytes):  # a small one may as well be another part of its chunk
        unpack(plan, packed.remote(), desk.stage)


def test_zeros_stay_holes(tmp_path: Path, desk: Desk) -> None:
    size = 16 << 20
    files = {"sparse": noise(300_000) + bytes(size) + noise(300_000, 1)}
    packed = pack(files, tmp_path / "packing")
    assert sum(map(len, packed.blobs.values())) < 1_200_000
    used: list[int] = []

    def stage(file: BundleFile, source: Path, content: Content) -> None:
        used.append(source.stat().st_blocks * 512)
        desk.stage(file, source, content)

    unpack(desk.plan(packed), packed.remote(), stage)
    assert desk.staged == files
    assert used[0] < 2_000_000


def test_zeros_that_are_here_stay_holes_too(tmp_path: Path, desk: Desk) -> None:
    here = tmp_path / "here"
    here.write_bytes(bytes(MAX_CHUNK))
    packed = pack({"sparse": bytes(8 * MAX_CHUNK)}, tmp_path / "packing")
    plan = desk.plan(packed)
    take_from_seeds(plan, {chunk_id(bytes(MAX_CHUNK)): (here, 0)})
    assert plan.wanted == {}
    assert (desk.directory / hex_of(packed.files[0].entry.digest)).stat().st_blocks == 0
    unpack(plan, MemoryRemote(), desk.stage)
    assert desk.staged == {"sparse": bytes(8 * MAX_CHUNK)}


def test_nothing_takes_nothing(desk: Desk) -> None:
    plan = plan_unpack([], {}, {}, desk.directory)
    allocate(plan)
    assert plan.cost() == (0, 0)
    assert unpack(plan, MemoryRemote(), desk.stage) == []
