"""Content is taken into the object store before anybody can change it."""

import os
from pathlib import Path

import pytest

from modelops_bundle.checkout.snapshot import take
from modelops_bundle.files.hashing import SMALL, FileChanged, content_of
from modelops_bundle.objects import ObjectStore
from tests.modelops_bundle.faults import failing_at
from tests.modelops_bundle.samples import everything_below


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "store" / "objects", tmp_path / "store" / "tmp")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


@pytest.mark.parametrize("size", [0, 10, SMALL - 1, SMALL, 3 * SMALL])
def test_a_file_becomes_an_object(objects: ObjectStore, root: Path, size: int) -> None:
    data = os.urandom(size)
    (root / "f").write_bytes(data)
    (root / "f").chmod(0o755)
    entry = take(objects, root, "f", os.lstat(root / "f"))
    assert objects.read(entry.digest) == data
    assert (entry.mode, entry.size, entry.blake3) == (0o100755, size, content_of(data).blake3)
    assert everything_below(objects.tmp) == {}


def test_an_object_does_not_follow_its_file(objects: ObjectStore, root: Path) -> None:
    for size in (10, SMALL):
        (root / "f").write_bytes(b"a" * size)
        entry = take(objects, root, "f", os.lstat(root / "f"))
        with (root / "f").open("r+b") as stream:
            stream.write(b"b")
        assert objects.read(entry.digest) == b"a" * size


def test_a_link_becomes_an_object_of_its_target(objects: ObjectStore, root: Path) -> None:
    (root / "l").symlink_to("größe/nowhere")
    entry = take(objects, root, "l", os.lstat(root / "l"))
    assert objects.read(entry.digest) == "größe/nowhere".encode()
    assert entry.mode == 0o120000


def test_a_large_file_stays_where_it_is(objects: ObjectStore, root: Path) -> None:
    (root / "f").write_bytes(b"123456")
    entry = take(objects, root, "f", os.lstat(root / "f"), 6)
    assert entry.digest == content_of(b"123456").digest
    assert entry.digest not in objects
    assert take(objects, root, "f", os.lstat(root / "f"), 7).digest in objects


def test_a_file_that_grew_since_it_was_listed_is_taken_whole(objects: ObjectStore, root: Path) -> None:
    (root / "f").write_bytes(b"x")
    now = os.lstat(root / "f")
    (root / "f").write_bytes(b"x" * (2 * SMALL))
    entry = take(objects, root, "f", now)
    assert objects.read(entry.digest) == b"x" * (2 * SMALL)


def test_a_link_that_became_a_file_has_changed(objects: ObjectStore, root: Path) -> None:
    (root / "l").symlink_to("a")
    now = os.lstat(root / "l")
    (root / "l").unlink()
    (root / "l").write_bytes(b"")
    with pytest.raises(FileChanged):
        take(objects, root, "l", now)


@pytest.mark.parametrize("size", [10, SMALL])
@pytest.mark.parametrize("function", ["write", "replace", "chmod"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_no_object_and_no_file(
    objects: ObjectStore,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: int,
    function: str,
    error: BaseException,
) -> None:
    (root / "f").write_bytes(b"x" * size)
    now = os.lstat(root / "f")
    with monkeypatch.context() as patch:
        patch.setattr(os, function, failing_at(1, getattr(os, function), error))
        try:
            take(objects, root, "f", now)
        except type(error):
            assert list(objects) == []
    assert everything_below(objects.tmp) == {}
    assert everything_below(root) == {"f": b"x" * size}
    entry = take(objects, root, "f", now)
    assert objects.read(entry.digest) == b"x" * size


def test_an_interruption_after_the_object_is_there_does_no_harm(
    objects: ObjectStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopt = objects.adopt

    def interrupted(file: Path, digest: object) -> None:
        adopt(file, content_of(b"x" * SMALL).digest)
        raise KeyboardInterrupt

    (root / "f").write_bytes(b"x" * SMALL)
    monkeypatch.setattr(objects, "adopt", interrupted)
    with pytest.raises(KeyboardInterrupt):
        take(objects, root, "f", os.lstat(root / "f"))
    assert objects.read(content_of(b"x" * SMALL).digest) == b"x" * SMALL
