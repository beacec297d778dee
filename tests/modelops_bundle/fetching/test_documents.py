"""Documents are verified wherever they come from, and what is here costs no request."""

from pathlib import Path

import pytest

from modelops_bundle.descriptor import Descriptor
from modelops_bundle.errors import IntegrityError, NotFound
from modelops_bundle.fetching.documents import RemoteDocuments
from modelops_bundle.objects import ObjectCorrupt, ObjectStore
from tests.modelops_bundle.pushed import CountingRemote, published
from tests.modelops_bundle.samples import digest_number


@pytest.fixture
def remote(tmp_path: Path) -> CountingRemote:
    return published(tmp_path / "work", {"a": b"1"})[0]


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    (tmp_path / "tmp").mkdir()
    return ObjectStore(tmp_path / "objects", tmp_path / "tmp")


def stored(remote: CountingRemote, tmp_path: Path) -> tuple[Descriptor, bytes]:
    """Return a blob of the remote, and its bytes."""
    digest = remote.resolve_tag("latest")
    assert digest
    data = (tmp_path / "layout/blobs/sha256" / digest[7:]).read_bytes()
    return Descriptor("application/json", digest, len(data)), data


@pytest.mark.parametrize("here", [True, False])
def test_what_is_here_is_not_asked_for(
    remote: CountingRemote, objects: ObjectStore, tmp_path: Path, here: bool
) -> None:
    blob, data = stored(remote, tmp_path)
    if here:
        objects.put(data)
    documents = RemoteDocuments(remote, objects)
    assert documents.blob(blob) == documents.manifest(blob.digest) == data
    assert documents.size_of(blob.digest) == blob.size
    assert (remote.requests == []) is here
    assert (blob.digest in objects) is here


def test_without_a_store_everything_is_asked_for(remote: CountingRemote, tmp_path: Path) -> None:
    blob, data = stored(remote, tmp_path)
    assert RemoteDocuments(remote).blob(blob) == RemoteDocuments(remote).manifest(blob.digest) == data


def test_damage_is_refused_on_both_sides(remote: CountingRemote, objects: ObjectStore, tmp_path: Path) -> None:
    blob, data = stored(remote, tmp_path)
    objects.put(data)
    for file in (objects.path(blob.digest), tmp_path / "layout/blobs/sha256" / blob.digest[7:]):
        file.chmod(0o644)
        file.write_bytes(data[:-1] + b" ")
    with pytest.raises(ObjectCorrupt):
        RemoteDocuments(remote, objects).manifest(blob.digest)
    with pytest.raises(IntegrityError):
        RemoteDocuments(remote).blob(blob)


def test_what_claims_to_be_too_large_is_not_read(remote: CountingRemote, tmp_path: Path) -> None:
    blob, _ = stored(remote, tmp_path)
    with pytest.raises(IntegrityError, match="too large"):
        RemoteDocuments(remote, limit=blob.size - 1).blob(blob)
    assert remote.requests == []


def test_what_is_nowhere_is_not_found(remote: CountingRemote, objects: ObjectStore) -> None:
    with pytest.raises(NotFound):
        RemoteDocuments(remote, objects).manifest(digest_number(99))
