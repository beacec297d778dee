"""Connections that break in the middle: nothing half done is seen, and a second try does not begin anew."""

import io
import random

import pytest

from modelops_bundle.blob_stores import parts
from modelops_bundle.blob_stores.parts import PART
from modelops_bundle.blob_stores.store_errors import StorageFailed
from modelops_bundle.errors import ExitCode
from modelops_bundle.remote import BlobStatus
from modelops_bundle.settings import Settings
from tests.modelops_bundle.blob_stores.conftest import KINDS, Sample, sample
from tests.support.storage_places import SETTINGS, StoragePlace, StorageServers

IMPATIENT = Settings(retries=0, storage_timeout=20, jobs=1)
REMOTE = [kind for kind in KINDS if kind != "directory"]
RESUMING = ["azurite", "moto", "swift"]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several of them make a blob that is still quick to send."""
    monkeypatch.setattr(parts, "LARGE_PART", PART)


@pytest.fixture(params=REMOTE)
def place(servers: StorageServers, request: pytest.FixtureRequest) -> StoragePlace:
    """An empty container of each store that a network lies before."""
    return servers.place(request.param)


def test_an_upload_that_breaks_leaves_nothing_behind_and_can_be_done_again(place: StoragePlace) -> None:
    blob = sample(4 * PART)
    assert place.proxy
    place.proxy.cut_after(2 * PART + PART // 2)
    store = place.open(IMPATIENT)
    with pytest.raises(StorageFailed) as broken:
        blob.put(store)
    assert broken.value.exit_code is ExitCode.TRANSFER
    assert place.container.uri() in broken.value.message
    again = place.open()
    assert again.stat(blob.key) is None
    before = place.proxy.sent_up
    assert blob.put(again) is BlobStatus.PUSHED
    if place.kind in RESUMING:
        assert place.proxy.sent_up - before < 3 * PART
    assert blob.read(again) == blob.data


@pytest.mark.parametrize("kind", [*RESUMING, "fake-gcs"])  # the other refuses bytes twice, which GCS does not
def test_an_upload_survives_a_connection_that_breaks(servers: StorageServers, kind: str) -> None:
    place = servers.place(kind)
    blob, store = sample(3 * PART), place.open()
    assert place.proxy
    place.proxy.cut_after(PART + PART // 2)
    assert blob.put(store) is BlobStatus.PUSHED
    assert place.proxy.cuts
    assert blob.read(store) == blob.data


def test_a_download_survives_a_connection_that_breaks(place: StoragePlace) -> None:
    blob, store = sample(3 * PART), place.open()
    blob.put(store)
    assert place.proxy
    cuts = place.proxy.cuts
    place.proxy.cut_after(PART + PART // 2, "down")
    assert blob.read(store) == blob.data
    assert place.proxy.cuts == cuts + 1


@pytest.mark.parametrize("kind", [kind for kind in REMOTE if kind != "azurite"])  # its SDK tries again regardless
def test_a_download_that_broke_goes_on_where_it_stopped(servers: StorageServers, kind: str) -> None:
    place = servers.place(kind)
    blob = sample(4 * PART)
    blob.put(place.open())
    assert place.proxy
    place.proxy.cut_after(2 * PART + PART // 2, "down")
    received = bytearray()
    with pytest.raises(StorageFailed):
        for block in place.open(IMPATIENT).read(blob.key, len(blob.data)):
            received += block
    assert len(received) >= PART
    rest = blob.read(place.open(), len(received))
    assert bytes(received) + rest == blob.data


@pytest.mark.parametrize("kind", RESUMING)
def test_parts_that_another_content_left_behind_are_not_used(servers: StorageServers, kind: str) -> None:
    place = servers.place(kind)
    blob = sample(4 * PART)
    torn = Sample(random.Random(9).randbytes(PART) + blob.data[PART:])
    assert place.proxy
    place.proxy.cut_after(PART + PART // 2)
    with pytest.raises(StorageFailed):
        blob.put(place.open(IMPATIENT), lambda: io.BytesIO(torn.data))
    store = place.open(SETTINGS)
    assert blob.put(store) is BlobStatus.PUSHED
    assert blob.read(store) == blob.data


def test_a_store_that_is_not_there_is_named(place: StoragePlace) -> None:
    assert place.proxy
    storage = {
        key: value.replace(f":{place.proxy.port}", ":9")
        for key, value in place.storage.items()
        if key != "container"
    }
    store, blob = place.open(Settings(retries=0, storage_timeout=1), **storage), sample(9)
    with pytest.raises(StorageFailed) as unreachable:
        blob.put(store)
    assert place.container.uri() in unreachable.value.message
    assert unreachable.value.hint
