"""What every blob store promises, against real servers."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import pytest

from modelops_bundle.blob_stores.location import BlobLocation, parse_uri
from modelops_bundle.blob_stores.opening import open_blob_store
from modelops_bundle.blob_stores.parts import PART
from modelops_bundle.blob_stores.store_errors import DamagedBlob, MissingBlob, MissingContainer
from modelops_bundle.errors import ExitCode
from modelops_bundle.remote import BlobStatus
from tests.modelops_bundle.blob_stores.conftest import sample
from tests.support.storage_places import SETTINGS, StoragePlace

SIZES = (0, 9, PART, PART + 1)
CHECK_CONDITIONS = {"azurite", "moto", "swift"}
"""The servers that check what a put depends on. Those of GCS do not for uploads of several requests, one of them
never; and a directory is given the same bytes by a rename."""


@pytest.mark.parametrize("size", SIZES)
def test_what_was_put_is_read_back(place: StoragePlace, size: int) -> None:
    store, blob = place.open(), sample(size)
    assert store.stat(blob.key) is None
    assert blob.put(store) is BlobStatus.PUSHED
    found = store.stat(blob.key)
    assert found and found.size == size
    assert found.digest in (blob.digest, None if place.kind == "directory" else blob.digest)
    assert blob.read(store) == blob.data
    assert blob.put(store) is BlobStatus.EXISTS


def test_what_is_there_is_not_sent_again(place: StoragePlace) -> None:
    store, blob = place.open(), sample(PART + 1)
    blob.put(store)

    def open_content() -> BinaryIO:
        raise AssertionError("it is there")

    assert blob.put(place.open(), open_content) is BlobStatus.EXISTS


def test_its_uri_leads_back_to_the_blob(place: StoragePlace) -> None:
    store, blob = place.open(), sample(1)
    blob.put(store)
    location = parse_uri(store.uri(blob.key))
    assert location == BlobLocation(place.container, blob.key)
    there = open_blob_store(location.container, SETTINGS, place.environment)
    assert blob.read(there) == blob.data


@pytest.mark.parametrize("offset", [1, PART, PART + 8, PART + 9])
def test_reading_goes_on_from_any_byte(place: StoragePlace, offset: int) -> None:
    store, blob = place.open(), sample(PART + 9)
    blob.put(store)
    assert blob.read(store, offset) == blob.data[offset:]


def test_reading_may_stop_early(place: StoragePlace) -> None:
    store, blob = place.open(), sample(3 * PART)
    blob.put(store)
    blocks = store.read(blob.key, len(blob.data))
    first = next(iter(blocks))
    assert blob.data.startswith(first)
    del blocks
    store.close()


@pytest.mark.parametrize("size", [9, PART + 9])
@pytest.mark.parametrize("change", ["another byte", "a byte less", "a byte more"])
def test_content_that_changed_meanwhile_is_not_stored(place: StoragePlace, size: int, change: str) -> None:
    store, blob = place.open(), sample(size)
    changed = {
        "another byte": blob.data[:-1] + bytes([blob.data[-1] ^ 1]),
        "a byte less": blob.data[:-1],
        "a byte more": blob.data + b"x",
    }[change]
    with pytest.raises(DamagedBlob) as refused:
        blob.put(store, lambda: io.BytesIO(changed))
    assert store.uri(blob.key) in refused.value.message
    assert store.stat(blob.key) is None
    assert blob.put(store) is BlobStatus.PUSHED


def test_content_that_cannot_be_read_leaves_nothing_behind(place: StoragePlace) -> None:
    class BadDisk(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= PART:
                raise RuntimeError("bad sector")
            return super().read(size)

    store, blob = place.open(), sample(2 * PART)
    with pytest.raises(RuntimeError, match="bad sector"):
        blob.put(store, lambda: BadDisk(blob.data))
    assert store.stat(blob.key) is None
    assert blob.put(store) is BlobStatus.PUSHED
    assert blob.read(store) == blob.data


def test_a_missing_blob_is_named_by_its_uri(place: StoragePlace) -> None:
    store, blob = place.open(), sample(9)
    with pytest.raises(MissingBlob) as missing:
        blob.read(store)
    assert store.uri(blob.key) in missing.value.message
    assert missing.value.exit_code is ExitCode.NOT_FOUND


@pytest.mark.parametrize("size", [9, PART + 1])
def test_a_missing_container_is_named(place: StoragePlace, size: int) -> None:
    store, blob = place.open(container=f"{place.storage['container']}-gone"), sample(size)
    for use in (blob.put, blob.read):
        with pytest.raises(MissingContainer) as missing:
            use(store)
        assert store.name in missing.value.message
        assert missing.value.hint
        assert missing.value.exit_code is ExitCode.NOT_FOUND


def test_a_blob_of_another_size_is_damaged_and_put_again(place: StoragePlace) -> None:
    store, blob = place.open(), sample(PART + 9)
    blob.put(store)
    place.overwrite(blob.key, blob.data[:-1])
    with pytest.raises(DamagedBlob) as damaged:
        blob.read(store)
    assert store.uri(blob.key) in damaged.value.message
    assert damaged.value.exit_code is ExitCode.INTEGRITY
    assert blob.put(store) is BlobStatus.PUSHED
    assert blob.read(store) == blob.data


@pytest.mark.parametrize("size", [9, PART + 9])
def test_a_blob_that_somebody_altered_is_put_again(place: StoragePlace, size: int) -> None:
    store, blob = place.open(), sample(size)
    blob.put(store)
    place.overwrite(blob.key, b"x" * size)
    assert blob.read(store) == b"x" * size  # who knows the digest finds out
    assert blob.put(store) is BlobStatus.PUSHED
    assert blob.read(store) == blob.data


@pytest.mark.parametrize("size", [9, PART + 9])
def test_several_may_put_one_blob_at_once(place: StoragePlace, size: int) -> None:
    blob, together = sample(size), threading.Barrier(3)

    def put(_: int) -> BlobStatus:
        store = place.open()

        def open_content() -> BinaryIO:
            together.wait(timeout=30)
            return io.BytesIO(blob.data)

        try:
            return blob.put(store, open_content)
        finally:
            store.close()

    with ThreadPoolExecutor(3) as pool:
        statuses = list(pool.map(put, range(3)))
    assert BlobStatus.PUSHED in statuses
    assert blob.read(place.open()) == blob.data


@pytest.mark.parametrize("size", [9, PART + 9])
def test_a_blob_that_appeared_since_we_looked_is_not_sent_over(place: StoragePlace, size: int) -> None:
    """The condition is the service's to check: whoever is later learns that the blob is there."""
    store, blob = place.open(), sample(size)
    others: list[BlobStatus] = []

    def open_content() -> BinaryIO:
        if not others:
            others.append(blob.put(place.open()))
        return io.BytesIO(blob.data)

    checked = place.kind in CHECK_CONDITIONS or (place.kind == "fake-gcs" and size < PART)
    assert blob.put(store, open_content) is (BlobStatus.EXISTS if checked else BlobStatus.PUSHED)
    assert others == [BlobStatus.PUSHED]
    assert blob.read(store) == blob.data


def test_one_store_serves_several_threads(place: StoragePlace) -> None:
    store = place.open()
    blobs = [sample(size, seed) for seed, size in enumerate([1, 999, PART, PART + 1])]
    with ThreadPoolExecutor(len(blobs)) as pool:
        assert set(pool.map(lambda blob: blob.put(store), blobs)) == {BlobStatus.PUSHED}
        assert list(pool.map(lambda blob: blob.read(store), blobs)) == [blob.data for blob in blobs]
