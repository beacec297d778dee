"""Files in blob stores come here verified and resumed, and what is wrong with one is told by its URI."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from modelops_bundle.blob_stores.directory import DirectoryStore
from modelops_bundle.blob_stores.location import Container, Scheme, blob_key
from modelops_bundle.blob_stores.store_errors import DamagedBlob, MissingBlob, MissingContainer
from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.places import TITLED, External
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import UnsupportedMediaType
from modelops_bundle.fetching import external
from modelops_bundle.fetching.external import fetch_external
from modelops_bundle.objects import ObjectStore
from modelops_bundle.progress import Event
from modelops_bundle.transfer import partial_path

CONTENT = b"day,cases\n1,3\n"


class Counted(DirectoryStore):
    """A directory as a blob store that notes from where each blob was read."""

    def __init__(self, container: Container) -> None:
        super().__init__(container)
        self.offsets: list[int] = []

    def read(self, key: str, size: int, offset: int = 0) -> Iterator[bytes]:
        self.offsets.append(offset)
        return super().read(key, size, offset)


@pytest.fixture
def store(tmp_path: Path) -> Counted:
    (tmp_path / "blobs").mkdir()
    return Counted(Container(Scheme.DIRECTORY, str(tmp_path / "blobs")))


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    (tmp_path / "tmp").mkdir()
    return ObjectStore(tmp_path / "objects", tmp_path / "tmp")


def stored(store: DirectoryStore, content: bytes = CONTENT, path: str = "cases.csv") -> BundleFile:
    """Put content into a blob store, and return a file of a bundle that lies there."""
    digest = digest_of(content)
    key = blob_key("", digest)
    store.put(key, len(content), lambda: BytesIO(content), digest)
    entry = TreeEntry(path, Mode.FILE, len(content), digest)
    return BundleFile(entry, "data", External(store.uri(key)))


def blob(tmp_path: Path, content: bytes = CONTENT) -> Path:
    file = tmp_path / "blobs" / blob_key("", digest_of(content))
    file.chmod(0o644)
    return file


def test_verified_content_lies_where_what_is_on_its_way_lies(store: Counted, objects: ObjectStore) -> None:
    files = [stored(store), stored(store, b"other", "other.csv")]
    arrived = fetch_external(objects, files, lambda container: store)
    assert {digest: content.size for digest, content in arrived.items()} == {
        digest_of(CONTENT): len(CONTENT),
        digest_of(b"other"): 5,
    }
    assert partial_path(objects, digest_of(CONTENT)).read_bytes() == CONTENT


def test_what_came_before_is_continued(store: Counted, objects: ObjectStore) -> None:
    file = stored(store)
    partial_path(objects, file.entry.digest).write_bytes(CONTENT[:5])
    fetch_external(objects, [file], lambda container: store)
    assert store.offsets == [5]
    assert partial_path(objects, file.entry.digest).read_bytes() == CONTENT


def test_a_blob_of_other_content_is_named_and_gone(store: Counted, objects: ObjectStore, tmp_path: Path) -> None:
    file = stored(store)
    blob(tmp_path).write_bytes(bytes(len(CONTENT)))
    with pytest.raises(DamagedBlob, match=r"is not the 'cases\.csv' of the bundle") as refused:
        fetch_external(objects, [file], lambda container: store)
    assert isinstance(file.place, External) and file.place.uri in refused.value.message
    assert not partial_path(objects, file.entry.digest).exists()


def test_a_blob_that_is_gone_is_named(store: Counted, objects: ObjectStore, tmp_path: Path) -> None:
    file = stored(store)
    blob(tmp_path).unlink()
    with pytest.raises(MissingBlob, match=str(tmp_path / "blobs")):
        fetch_external(objects, [file], lambda container: store)


def test_files_in_other_places_are_left_alone(store: Counted, objects: ObjectStore) -> None:
    file = BundleFile(stored(store).entry, "data", TITLED)

    def refuse(container: Container) -> DirectoryStore:
        raise AssertionError(f"opened {container}")

    assert fetch_external(objects, [file], refuse) == {}


def test_every_store_is_opened_before_the_first_byte_comes(store: Counted, objects: ObjectStore) -> None:
    elsewhere = BundleFile(stored(store, b"x", "x").entry, "data", External("s3://nowhere/x"))

    def opened(container: Container) -> DirectoryStore:
        if container.scheme is Scheme.S3:
            raise MissingContainer(container.uri(), "make it")
        return store

    with pytest.raises(MissingContainer, match="nowhere"):
        fetch_external(objects, [stored(store), elsewhere], opened)
    assert store.offsets == []


def test_the_bundle_is_to_blame_for_an_address_that_is_none(store: Counted, objects: ObjectStore) -> None:
    file = BundleFile(stored(store).entry, "data", External("s3://bucket/key?X-Amz-Signature=secret"))
    with pytest.raises(UnsupportedMediaType, match=r"cases\.csv") as refused:
        fetch_external(objects, [file], lambda container: store)
    assert "secret" not in refused.value.message


def test_progress_counts_blobs_and_bytes(
    store: Counted, objects: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(external, "PART", 10)
    files = [stored(store), stored(store, b"other", "other.csv"), stored(store, b"third", "third.csv")]
    events: list[Event] = []
    assert len(fetch_external(objects, files, lambda container: store, events.append)) == 3
    assert events[0] == Event("fetch", 0, 3, 0, len(CONTENT) + 10)
    assert events[-1] == Event("fetch", 3, 3, len(CONTENT) + 10, len(CONTENT) + 10, finished=True)
