"""What is here is read from here, byte for byte as the remote would have it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import NotFound
from modelops_bundle.fetching import stored_first
from modelops_bundle.fetching.stored_first import StoredFirst
from modelops_bundle.objects import ObjectStore
from tests.modelops_bundle.memory_remote import MemoryRemote

DATA = bytes(range(100))
BLOB = Descriptor("application/octet-stream", digest_of(DATA), len(DATA))


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> ObjectStore:
    """A store that holds the blob."""
    root = tmp_path_factory.mktemp("store")
    (root / "tmp").mkdir()
    objects = ObjectStore(root / "objects", root / "tmp")
    objects.put(DATA)
    return objects


@given(offset=st.integers(0, 100), length=st.none() | st.integers(0, 120))
def test_any_part_of_a_stored_blob_is_what_the_remote_has(
    stored: ObjectStore, offset: int, length: int | None
) -> None:
    remote = MemoryRemote()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored_first, "_BLOCK", 7)
        got = b"".join(StoredFirst(stored, remote).read_blob(BLOB, offset, length))
    assert got == DATA[offset:][:length]
    assert remote.reads == []


def test_what_is_not_here_is_asked_of_the_remote(tmp_path: Path) -> None:
    remote = MemoryRemote(DATA)
    source = StoredFirst(ObjectStore(tmp_path, tmp_path), remote)
    assert source.name == remote.name
    assert b"".join(source.read_blob(BLOB, 10, 20)) == DATA[10:30]
    assert remote.reads == [(BLOB.digest, 10)]


def test_an_object_of_another_size_is_not_what_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    objects = ObjectStore(tmp_path / "objects", tmp_path / "tmp")
    objects.put(DATA)
    objects.path(BLOB.digest).chmod(0o644)
    objects.path(BLOB.digest).write_bytes(DATA[:-1])
    assert b"".join(StoredFirst(objects, MemoryRemote(DATA)).read_blob(BLOB)) == DATA
    with pytest.raises(NotFound):
        list(StoredFirst(objects, MemoryRemote()).read_blob(BLOB))
