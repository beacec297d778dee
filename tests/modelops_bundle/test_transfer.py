"""Blobs arrive verified or not at all, go on where they broke off, and never fill the memory."""

import io
import os
import threading
import time
import tracemalloc
from functools import partial
from pathlib import Path

import pytest

from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of, hex_of
from modelops_bundle.errors import IntegrityError, NotFound, TransferFailed
from modelops_bundle.files.hashing import content_of
from modelops_bundle.objects import ObjectStore
from modelops_bundle.progress import Event, Meter
from modelops_bundle.remote import BlobStatus
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.transfer import (
    WrongBytes,
    download,
    fetch_document,
    fetch_objects,
    fetch_partials,
    in_parallel,
    partial_path,
    push_blobs,
)
from tests.modelops_bundle.memory_remote import MemoryRemote

DATA = bytes(range(100))


def blob(data: bytes) -> Descriptor:
    """Return the descriptor of bytes."""
    return Descriptor("application/octet-stream", digest_of(data), len(data))


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "objects", tmp_path / "tmp")


def test_a_blob_is_downloaded(tmp_path: Path) -> None:
    assert download(MemoryRemote(DATA), blob(DATA), tmp_path / "f") == content_of(DATA)
    assert (tmp_path / "f").read_bytes() == DATA


@pytest.mark.parametrize("begun", [0, 1, 50, 99, 100])
def test_a_download_goes_on_where_it_broke_off(tmp_path: Path, begun: int) -> None:
    remote = MemoryRemote(DATA)
    (tmp_path / "f").write_bytes(DATA[:begun])
    events: list[Event] = []
    assert download(remote, blob(DATA), tmp_path / "f", Meter("fetch", events.append, 1, 100)) == content_of(DATA)
    assert remote.reads == ([(digest_of(DATA), begun)] if begun < 100 else [])
    assert events[-1].bytes_done == 100
    assert (tmp_path / "f").read_bytes() == DATA


def test_a_broken_connection_leaves_what_came(tmp_path: Path) -> None:
    remote = MemoryRemote(DATA)
    remote.breaks_at[digest_of(DATA)] = 40
    with pytest.raises(TransferFailed):
        download(remote, blob(DATA), tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == DATA[:40]
    remote.breaks_at.clear()
    assert download(remote, blob(DATA), tmp_path / "f") == content_of(DATA)
    assert remote.reads[-1] == (digest_of(DATA), 40)


@pytest.mark.parametrize("served", [DATA[:-1] + b"?", DATA[:50], b"", b"?" + DATA[1:]])
def test_wrong_bytes_are_refused_and_removed(tmp_path: Path, served: bytes) -> None:
    remote = MemoryRemote()
    remote.blobs[digest_of(DATA)] = served
    with pytest.raises(WrongBytes, match=digest_of(DATA)):
        download(remote, blob(DATA), tmp_path / "f")
    assert not (tmp_path / "f").exists()


@pytest.mark.parametrize("begun", [b"?", b"\0" * 50, b"\0" * 100, DATA + b"?", b"\0" * 1000])
def test_a_damaged_beginning_is_fetched_again(tmp_path: Path, begun: bytes) -> None:
    (tmp_path / "f").write_bytes(begun)
    events: list[Event] = []
    content = download(MemoryRemote(DATA), blob(DATA), tmp_path / "f", Meter("fetch", events.append, 1, 100))
    assert content == content_of(DATA)
    assert (tmp_path / "f").read_bytes() == DATA
    assert events[-1].bytes_done == 100
    assert max(event.bytes_done for event in events) <= 100


def test_a_damaged_beginning_does_not_excuse_wrong_bytes(tmp_path: Path) -> None:
    remote = MemoryRemote()
    remote.blobs[digest_of(DATA)] = b"?" * 100
    (tmp_path / "f").write_bytes(b"??")
    with pytest.raises(WrongBytes):
        download(remote, blob(DATA), tmp_path / "f")
    assert len(remote.reads) == 2
    assert not (tmp_path / "f").exists()


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    size = 200 << 20
    layout = tmp_path / "layout"
    digest = Digest("sha256:" + "0" * 64)
    blobs = layout / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    # A file of holes, which takes no room; that it has another digest is found out at its end.
    with (blobs / hex_of(digest)).open("wb") as hole:
        hole.truncate(size)
    wanted = Descriptor("application/octet-stream", digest, size)
    tracemalloc.start()
    try:
        with pytest.raises(WrongBytes):
            download(LayoutRemote(layout), wanted, tmp_path / "f")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20


@pytest.mark.parametrize("size", [99, 101])
def test_a_document_has_the_size_that_its_descriptor_says(size: int) -> None:
    wanted = Descriptor("application/json", digest_of(DATA), size)
    with pytest.raises(WrongBytes):
        fetch_document(MemoryRemote(DATA), wanted, 1000)


def test_a_document_is_verified() -> None:
    assert fetch_document(MemoryRemote(DATA), blob(DATA), 100) == DATA
    remote = MemoryRemote()
    remote.blobs[digest_of(DATA)] = DATA[::-1]
    with pytest.raises(WrongBytes):
        fetch_document(remote, blob(DATA), 100)


def test_a_document_that_claims_to_be_huge_is_not_read() -> None:
    remote = MemoryRemote(DATA)
    with pytest.raises(IntegrityError, match="too large"):
        fetch_document(remote, blob(DATA), 99)
    assert remote.reads == []


CONTENTS = [b"%d" % number * 10 for number in range(20)]


@pytest.mark.parametrize("jobs", [1, 3, 50])
def test_what_is_missing_becomes_objects(objects: ObjectStore, jobs: int) -> None:
    remote = MemoryRemote(*CONTENTS)
    objects.put(CONTENTS[0])
    events: list[Event] = []
    wanted = [blob(data) for data in CONTENTS]
    fetch_objects(remote, [*wanted, *wanted], objects, events.append, jobs)
    assert sorted(objects) == sorted(digest_of(data) for data in CONTENTS)
    assert all(objects.verify(digest) for digest in objects)
    assert len(remote.reads) == 19
    size = sum(map(len, CONTENTS[1:]))
    assert events[-1] == Event("fetch", 19, 19, size, size, finished=True)
    fetch_objects(remote, wanted, objects, events.append, jobs)
    assert len(remote.reads) == 19


def test_an_object_that_a_power_cut_cut_short_is_fetched_again(objects: ObjectStore) -> None:
    for left in (b"", DATA[:10]):
        digest = objects.put(DATA)
        objects.path(digest).chmod(0o644)
        objects.path(digest).write_bytes(left)
        fetch_objects(MemoryRemote(DATA), [blob(DATA)], objects)
        assert objects.read(digest) == DATA


def test_large_blobs_wait_beside_the_store(objects: ObjectStore) -> None:
    contents = fetch_partials(MemoryRemote(*CONTENTS), [blob(data) for data in CONTENTS[:3]], objects)
    assert contents == {digest_of(data): content_of(data) for data in CONTENTS[:3]}
    for data in CONTENTS[:3]:
        assert partial_path(objects, digest_of(data)).read_bytes() == data
    assert list(objects) == []
    assert fetch_partials(MemoryRemote(), [], objects) == {}


def test_a_failed_fetch_keeps_what_arrived_and_is_finished_later(objects: ObjectStore) -> None:
    remote = MemoryRemote(*CONTENTS)
    broken = digest_of(CONTENTS[7])
    remote.breaks_at[broken] = 8
    wanted = [blob(data) for data in CONTENTS]
    with pytest.raises(TransferFailed):
        fetch_objects(remote, wanted, objects, jobs=1)
    assert len(list(objects)) == 7
    assert partial_path(objects, broken).read_bytes() == CONTENTS[7][:8]
    remote.breaks_at.clear()
    remote.reads.clear()
    fetch_objects(remote, wanted, objects, jobs=4)
    assert len(list(objects)) == 20
    assert (broken, 8) in remote.reads
    assert len(remote.reads) == 13


def test_wrong_bytes_never_become_an_object(objects: ObjectStore) -> None:
    remote = MemoryRemote(*CONTENTS)
    remote.blobs[digest_of(CONTENTS[3])] = b"?" * len(CONTENTS[3])
    with pytest.raises(WrongBytes):
        fetch_objects(remote, [blob(data) for data in CONTENTS], objects)
    assert digest_of(CONTENTS[3]) not in objects
    assert all(objects.verify(digest) for digest in objects)
    assert not partial_path(objects, digest_of(CONTENTS[3])).exists()


def test_a_missing_blob_is_told(objects: ObjectStore) -> None:
    with pytest.raises(NotFound):
        fetch_objects(MemoryRemote(), [blob(DATA)], objects)


def test_blobs_are_pushed_mounted_or_left(objects: ObjectStore) -> None:
    remote = MemoryRemote(CONTENTS[0])
    remote.mountable = {digest_of(CONTENTS[1])}
    sources = {digest_of(CONTENTS[1]): "lab/other", digest_of(CONTENTS[2]): "lab/other"}
    events: list[Event] = []
    done = push_blobs(
        remote,
        [(blob(data), partial(io.BytesIO, data)) for data in (*CONTENTS[:4], CONTENTS[3])],
        events.append,
        mount_from=sources.get,
    )
    assert list(done.values()) == [
        BlobStatus.EXISTS,
        BlobStatus.MOUNTED,
        BlobStatus.PUSHED,
        BlobStatus.PUSHED,
    ]
    assert remote.blobs[digest_of(CONTENTS[2])] == CONTENTS[2]
    assert sorted(remote.mounts) == sorted(sources.items())
    # What was there, or came from elsewhere in the registry, was not sent.
    last, size = events[-1], sum(map(len, CONTENTS[2:4]))
    assert (last.blobs_done, last.blobs, last.bytes_done, last.bytes) == (2, 2, size, size)
    assert push_blobs(remote, []) == {}


@pytest.mark.parametrize("jobs", [1, 2, 8, 100])
def test_results_come_in_the_order_of_the_items(jobs: int) -> None:
    def slower_at_first(number: int) -> int:
        time.sleep(0.002 * (5 - number) if number < 5 else 0)
        return number * number

    assert in_parallel(slower_at_first, list(range(20)), jobs) == [number * number for number in range(20)]
    assert in_parallel(slower_at_first, [], jobs) == []


@pytest.mark.parametrize("error", [TransferFailed("it failed"), OSError(28, "No space left on device")])
def test_the_first_failure_stops_what_has_not_begun(error: Exception) -> None:
    begun: list[int] = []
    failed = threading.Event()

    def work(number: int) -> None:
        begun.append(number)
        if number == 2:
            failed.set()
            raise error
        failed.wait(10)

    with pytest.raises(type(error)):
        in_parallel(work, list(range(100)), 4)
    assert len(begun) < 20


def test_work_is_shared_by_as_many_threads_as_asked_for() -> None:
    together = threading.Barrier(4, timeout=10)
    assert in_parallel(lambda number: together.wait() >= 0, list(range(8)), 4) == [True] * 8


def test_an_interrupt_does_not_wait_for_a_silent_server() -> None:
    release = threading.Event()
    main = threading.main_thread()
    assert threading.current_thread() is main

    def work(number: int) -> None:
        if number == 0:
            os.kill(os.getpid(), 2)
        release.wait(10)

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        in_parallel(work, [0, 1, 2], 3)
    assert time.monotonic() - started < 5
    release.set()
