"""A blob is sound while it has its content, whatever its metadata say; a service's checksum saves reading it."""

import io
from typing import BinaryIO, Never

import pytest

from modelops_bundle.blob_stores.blob_store import BlobStore
from modelops_bundle.blob_stores.kept_digest import DIGEST_KEY
from modelops_bundle.blob_stores.parts import PART
from modelops_bundle.blob_stores.soundness import is_sound
from modelops_bundle.digest import hex_of
from modelops_bundle.errors import NotFound
from modelops_bundle.remote import BlobStatus
from tests.modelops_bundle.blob_stores.conftest import Sample, sample
from tests.support.storage_places import StoragePlace

SIZES = (0, 9, PART, PART + 9)


def sound(store: BlobStore, blob: Sample) -> bool:
    return is_sound(store, blob.key, len(blob.data), blob.digest, lambda: io.BytesIO(blob.data))


def sound_without_our_own(store: BlobStore, blob: Sample) -> bool:
    def gone() -> BinaryIO:
        raise NotFound("it is not here any more")

    return is_sound(store, blob.key, len(blob.data), blob.digest, gone)


@pytest.mark.parametrize("size", SIZES)
def test_what_was_put_is_sound(place: StoragePlace, size: int) -> None:
    store, blob = place.open(), sample(size)
    assert not sound(store, blob)
    blob.put(store)
    assert sound(store, blob)
    assert sound_without_our_own(store, blob)


@pytest.mark.parametrize("size", SIZES[1:])
@pytest.mark.parametrize("kept", [True, False])
def test_damage_of_the_same_size_is_seen_and_replaced(place: StoragePlace, size: int, kept: bool) -> None:
    store, blob = place.open(), sample(size)
    blob.put(store)
    metadata = {DIGEST_KEY: hex_of(blob.digest)} if kept else {}
    place.overwrite(blob.key, blob.data[:-1] + bytes([blob.data[-1] ^ 1]), metadata)
    assert not sound(store, blob)
    assert not sound_without_our_own(store, blob)
    content = io.BytesIO(blob.data)
    status = store.put(blob.key, size, lambda: content, blob.digest, replace=True)
    assert status is BlobStatus.PUSHED
    assert sound(store, blob)
    assert blob.read(store) == blob.data


def test_a_blob_of_another_size_is_not_sound(place: StoragePlace) -> None:
    store, blob = place.open(), sample(9)
    blob.put(store)
    place.overwrite(blob.key, blob.data[1:])
    assert not sound(store, blob)


@pytest.mark.parametrize("size", [9, PART + 9])
def test_what_the_service_has_a_checksum_of_is_not_read(
    place: StoragePlace, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, blob = place.open(), sample(size)
    blob.put(store)

    def read(*args: object) -> Never:
        raise AssertionError("it was read")

    monkeypatch.setattr(type(store), "read", read)
    if place.kind == "directory" or (place.kind == "azurite" and size > PART):
        with pytest.raises(AssertionError, match="it was read"):
            sound(store, blob)
    else:
        assert sound(store, blob)
