"""The object store never holds half an object under a name, and never serves wrong bytes unnoticed."""

import io
import os
import time
from pathlib import Path

import pytest

from modelops_bundle.digest import digest_of, hex_of
from modelops_bundle.errors import ExitCode
from modelops_bundle.objects import ObjectCorrupt, ObjectMissing, ObjectStore
from tests.modelops_bundle.faults import failing_at
from tests.modelops_bundle.samples import everything_below

DATA = b"content " * 1000


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "objects", tmp_path / "tmp")


def test_an_object_lies_under_its_digest_and_cannot_be_written(objects: ObjectStore) -> None:
    digest = objects.put(DATA)
    name = hex_of(digest)
    assert digest == digest_of(DATA)
    assert objects.path(digest) == objects.root / name[:2] / name[2:]
    assert objects.path(digest).read_bytes() == DATA
    assert objects.path(digest).stat().st_mode & 0o777 == 0o444
    assert digest in objects
    assert (objects.read(digest), objects.size(digest), objects.verify(digest)) == (DATA, len(DATA), len(DATA))
    assert list(objects) == [digest]


def test_every_way_in_gives_the_same_object(objects: ObjectStore) -> None:
    file = objects.tmp / "file"
    file.write_bytes(DATA)
    assert objects.put(DATA) == objects.put_stream(io.BytesIO(DATA)) == objects.put(DATA, flush=True)
    objects.adopt(file, digest_of(DATA))
    assert list(objects) == [digest_of(DATA)]
    assert list(objects.tmp.iterdir()) == []


def test_an_empty_object_is_one(objects: ObjectStore) -> None:
    assert objects.read(objects.put(b"")) == b""


def test_a_missing_object_is_named(objects: ObjectStore) -> None:
    digest = digest_of(DATA)
    for work in (objects.read, objects.open, objects.size, objects.verify):
        with pytest.raises(ObjectMissing, match=digest) as caught:
            work(digest)
        assert caught.value.exit_code is ExitCode.NOT_FOUND
    assert digest not in objects
    assert list(objects) == []
    objects.discard(digest)


@pytest.mark.parametrize("damage", [b"", DATA[:-1], DATA + b"x", DATA[:-1] + b"x"])
def test_a_damaged_object_is_not_served(objects: ObjectStore, damage: bytes) -> None:
    digest = objects.put(DATA)
    _overwrite(objects.path(digest), damage)
    for work in (objects.read, objects.verify):
        with pytest.raises(ObjectCorrupt, match=digest) as caught:
            work(digest)
        assert caught.value.exit_code is ExitCode.INTEGRITY


@pytest.mark.parametrize("damage", [b"", DATA[:-1], DATA + b"x", DATA[:-1] + b"x"])
def test_storing_again_repairs_a_damaged_object(objects: ObjectStore, damage: bytes) -> None:
    digest = objects.put(DATA)
    _overwrite(objects.path(digest), damage)
    objects.put(DATA)
    assert objects.read(digest) == DATA
    _overwrite(objects.path(digest), damage)
    objects.put_stream(io.BytesIO(DATA))
    assert objects.read(digest) == DATA


def _overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def test_storing_what_is_there_writes_nothing(objects: ObjectStore) -> None:
    digest = objects.put(DATA)
    before = objects.path(digest).stat()
    objects.put(DATA)
    assert objects.path(digest).stat() == before


def test_an_object_can_be_discarded(objects: ObjectStore) -> None:
    digest = objects.put(DATA)
    objects.discard(digest)
    assert digest not in objects


def test_what_is_no_object_is_passed_over(objects: ObjectStore) -> None:
    digest = objects.put(DATA)
    (objects.root / ".DS_Store").write_bytes(b"")
    (objects.root / "ab" / "notes").parent.mkdir(exist_ok=True)
    (objects.root / "ab" / "notes").write_bytes(b"")
    (objects.root / "abc").mkdir()
    (objects.root / "abc" / ("0" * 61)).write_bytes(b"")
    assert list(objects) == [digest]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("function", ["write", "replace", "fsync"])
def test_a_failure_leaves_no_object_and_no_file(
    objects: ObjectStore, monkeypatch: pytest.MonkeyPatch, function: str, error: BaseException
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, function, failing_at(1, getattr(os, function), error))
        with pytest.raises(type(error)):
            objects.put(DATA, flush=True)
    assert everything_below(objects.tmp) == {}
    assert list(objects) == []
    assert objects.read(objects.put(DATA)) == DATA


def test_two_processes_of_one_number_store_the_same_object(
    objects: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Containers that share a disk have the same numbers, of processes and of threads."""
    real = os.write

    def write_while_another_stores_it(handle: int, data: bytes) -> int:
        monkeypatch.undo()
        objects.put(DATA)
        return real(handle, data)

    monkeypatch.setattr(os, "write", write_while_another_stores_it)
    assert objects.read(objects.put(DATA)) == DATA
    assert everything_below(objects.tmp) == {}


def test_a_stream_that_fails_leaves_no_object_and_no_file(objects: ObjectStore) -> None:
    class Broken(io.RawIOBase):
        def readinto(self, buffer: object) -> int:
            raise OSError(5, "Input/output error")

        def readable(self) -> bool:
            return True

    with pytest.raises(OSError, match="Input/output"):
        objects.put_stream(io.BufferedReader(Broken()))
    assert everything_below(objects.tmp) == {}
    assert list(objects) == []


def test_leftovers_of_killed_commands_are_removed_when_they_are_old(objects: ObjectStore) -> None:
    two_days_ago = time.time() - 2 * 24 * 3600
    for name in ("old", "young", "partial/blob", "checkout-x/1"):
        (objects.tmp / name).parent.mkdir(exist_ok=True)
        (objects.tmp / name).write_bytes(b"x")
        if name != "young":
            os.utime(objects.tmp / name, (two_days_ago, two_days_ago))
    os.utime(objects.tmp / "partial", (two_days_ago, two_days_ago))
    (objects.tmp / "link").symlink_to(objects.root)
    os.utime(objects.tmp / "link", (two_days_ago, two_days_ago), follow_symlinks=False)
    digest = objects.put(DATA)
    objects.remove_leftovers()
    left = {name for name, content in everything_below(objects.tmp).items() if content}
    assert left == {"checkout-x/1", "partial/blob", "young"}
    assert objects.read(digest) == DATA
    ObjectStore(objects.root, objects.root / "none").remove_leftovers()
