"""Packs are sent while others are built, and none is left behind whatever happens."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from modelops_bundle.checkout.content import source_of
from modelops_bundle.checkout.project import Project
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import IntegrityError, TransferFailed
from modelops_bundle.files.hashing import FileChanged
from modelops_bundle.packs.content import PackContent, Span
from modelops_bundle.packs.format import PackKind, pack_descriptor, payload_of, skippable_frame
from modelops_bundle.packs.packing import CUT_FROM, Known, Packer
from modelops_bundle.packs.writer import FinishedPack
from modelops_bundle.progress import Event
from modelops_bundle.pushing.publishing import PackUploads, Route
from modelops_bundle.remote import BlobStatus
from tests.modelops_bundle.memory_remote import MemoryRemote
from tests.modelops_bundle.packs_in_memory import entry_for, noise


class Slow(MemoryRemote):
    """Takes blobs only when it is let, and fails at some of them."""

    def __init__(self, fail_at: int = -1) -> None:
        super().__init__()
        self.let = threading.Event()
        self.fail_at = fail_at
        self.begun = threading.Semaphore(0)
        self.count = 0

    def push_blob(self, blob: Descriptor, open_content: Callable[[], BinaryIO]) -> BlobStatus:
        with self._lock:
            number, self.count = self.count, self.count + 1
        self.begun.release()
        assert self.let.wait(10)
        if number == self.fail_at:
            raise TransferFailed("the remote is full")
        return super().push_blob(blob, open_content)


class Checking(MemoryRemote):
    """Takes what it is promised, and nothing else."""

    def push_blob(self, blob: Descriptor, open_content: Callable[[], BinaryIO]) -> BlobStatus:
        with open_content() as stream:
            if digest_of(stream.read()) != blob.digest:
                raise IntegrityError("these are other bytes")
        return super().push_blob(blob, open_content)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path)


def finished(project: Project, number: int) -> FinishedPack:
    """Return a pack with nothing in it but its number."""
    data = b"%d" % number
    payload = payload_of(PackKind.CHUNKS, [(bytes(32), len(data), len(data))])
    whole = data + skippable_frame(payload)
    file = project.tmp / f"pack-{number}"
    file.write_bytes(whole)
    content = PackContent([Span(lambda: file.open("rb"), 0, len(whole))], file)
    return FinishedPack(content, pack_descriptor(digest_of(whole), len(whole), payload), payload)


def left(project: Project) -> list[str]:
    return [path.name for path in project.tmp.iterdir()]


def test_packs_arrive_and_are_removed_and_their_indexes_kept(project: Project) -> None:
    remote, events = Slow(), list[Event]()
    remote.let.set()
    packs = [finished(project, number) for number in range(20)]
    with PackUploads(project, Route(remote, on_event=events.append, jobs=3)) as uploads:
        for pack in packs:
            uploads(pack)
    assert set(remote.blobs) == {pack.layer.digest for pack in packs}
    assert set(uploads.statuses.values()) == {BlobStatus.PUSHED}
    assert left(project) == []
    assert all(project.packs.find(pack.layer) for pack in packs)
    assert (events[-1].blobs_done, events[-1].blobs, events[-1].finished) == (20, 20, True)
    assert events[-1].bytes_done == events[-1].bytes == sum(pack.layer.size for pack in packs)


def test_packs_are_sent_side_by_side(project: Project) -> None:
    remote = Slow()
    with PackUploads(project, Route(remote, jobs=3)) as uploads:
        for number in range(3):
            uploads(finished(project, number))
        for _ in range(3):
            assert remote.begun.acquire(timeout=10)
        remote.let.set()


def test_a_slow_remote_does_not_let_packs_fill_the_disk(project: Project) -> None:
    remote = Slow()
    handed = threading.Semaphore(0)

    def build() -> None:
        with PackUploads(project, Route(remote, jobs=2)) as uploads:
            for number in range(10):
                uploads(finished(project, number))
                handed.release()

    builder = threading.Thread(target=build)
    builder.start()
    for _ in range(4):
        assert handed.acquire(timeout=10)
    # Two are on their way, two wait; the fifth is not taken before one is done.
    assert not handed.acquire(timeout=0.05)
    remote.let.set()
    builder.join(10)
    assert not builder.is_alive()
    assert len(remote.blobs) == 10


@pytest.mark.parametrize("fail_at", [0, 3, 9])
def test_a_failed_upload_ends_it_and_leaves_nothing(project: Project, fail_at: int) -> None:
    remote = Slow(fail_at)
    remote.let.set()
    with pytest.raises(TransferFailed, match="full"), PackUploads(project, Route(remote, jobs=1)) as uploads:
        for number in range(10):
            uploads(finished(project, number))
    assert left(project) == []


def test_a_failure_elsewhere_leaves_nothing(project: Project) -> None:
    remote = Slow()
    with pytest.raises(ZeroDivisionError), PackUploads(project, Route(remote, jobs=1)) as uploads:
        for number in range(3):
            uploads(finished(project, number))
        assert remote.begun.acquire(timeout=10)
        threading.Timer(0.02, remote.let.set).start()
        raise ZeroDivisionError
    assert left(project) == []
    assert len(remote.blobs) == 1


def test_no_pack_no_event(project: Project) -> None:
    events = list[Event]()
    with PackUploads(project, Route(MemoryRemote(), on_event=events.append)):
        pass
    assert events == []


def test_a_file_that_changes_before_its_chunks_are_sent_is_named(project: Project) -> None:
    data = noise(CUT_FROM)
    (project.root / "a").write_bytes(data)
    (project.root / "b").write_bytes(noise(CUT_FROM, 1))
    entries = {name: entry_for(name, (project.root / name).read_bytes()) for name in "ab"}
    packs: list[FinishedPack] = []
    packer = Packer(Known(), project.tmp, packs.append)
    for entry in entries.values():
        packer.add(entry, source_of(project, entry, {}))
    packer.finish()
    (project.root / "b").write_bytes(noise(CUT_FROM, 2))
    remote = Checking()
    with pytest.raises(FileChanged, match="'b'"), PackUploads(project, Route(remote)) as uploads:
        for pack in packs:
            uploads(pack)
    assert remote.blobs == {}
    assert left(project) == []
