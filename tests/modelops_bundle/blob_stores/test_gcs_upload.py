"""Resumable uploads to Google Cloud Storage, with a service that fails in every way that its protocol knows."""

import io
from collections.abc import Iterator

import pytest

from modelops_bundle.blob_stores import gcs_upload
from modelops_bundle.blob_stores.blob_store import BlobStore
from modelops_bundle.blob_stores.location import container_of
from modelops_bundle.blob_stores.opening import open_blob_store
from modelops_bundle.blob_stores.parts import PART
from modelops_bundle.blob_stores.store_errors import DamagedBlob, LostRace, StorageFailed
from modelops_bundle.environments import Environment
from modelops_bundle.remote import BlobStatus
from modelops_bundle.settings import Settings
from tests.modelops_bundle.blob_stores.conftest import sample
from tests.support.gcs_sessions import (
    GcsSessions,
    Mood,
    alters,
    answers,
    breaks_off,
    claims,
    gcs_sessions,
    keeps,
)

MIB = 1 << 20
RETRIES = 3
BLOB = sample(PART + 9)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[GcsSessions]:
    monkeypatch.setattr(gcs_upload, "LONGEST_PAUSE", 0.0)
    with gcs_sessions() as service:
        yield service


@pytest.fixture
def store(service: GcsSessions) -> BlobStore:
    environment = Environment(
        "test", storage={"provider": "gcs", "container": "blobs", "endpoint": service.endpoint}
    )
    return open_blob_store(
        container_of("gcs", "blobs"), Settings(retries=RETRIES, storage_timeout=20), environment
    )


def test_a_blob_travels_in_one_stream_and_its_end(service: GcsSessions, store: BlobStore) -> None:
    assert BLOB.put(store) is BlobStatus.PUSHED
    assert service.blob == BLOB.data
    assert service.ranges == [f"bytes 0-{PART - 1}/{PART + 9}", f"bytes {PART}-{PART + 8}/{PART + 9}"]


@pytest.mark.parametrize("size", [MIB + 1, 2 * MIB, 2 * MIB + 1])
def test_blobs_around_the_bounds_of_requests_arrive_whole(
    service: GcsSessions, store: BlobStore, size: int
) -> None:
    blob = sample(size)
    blob.put(store)
    assert service.blob == blob.data
    assert service.received == size


def test_a_blob_larger_than_a_request_takes_several(
    service: GcsSessions, store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gcs_upload, "LONG", 3 * MIB)
    BLOB.put(store)
    assert service.blob == BLOB.data
    assert len(service.ranges) == 4


@pytest.mark.parametrize(
    "moods",
    [
        [breaks_off(5 * MIB + 99)],
        [breaks_off(0), breaks_off(0), breaks_off(0)],
        [breaks_off(5 * MIB), breaks_off(99)],
        [answers(503), answers(429)],
        [keeps(3 * MIB)],
        [claims(0), keeps(0)],
        [keeps(PART), breaks_off(5)],
        [breaks_off(5 * MIB), keeps(MIB), breaks_off(MIB), breaks_off(MIB), answers(500)],
    ],
)
def test_an_upload_goes_on_after_a_failure(service: GcsSessions, store: BlobStore, moods: list[Mood]) -> None:
    service.moods = moods.copy()
    assert BLOB.put(store) is BlobStatus.PUSHED
    assert service.blob == BLOB.data
    assert not service.moods


def test_what_the_service_has_is_not_sent_again(service: GcsSessions, store: BlobStore) -> None:
    service.moods = [breaks_off(7 * MIB)]
    BLOB.put(store)
    assert service.received <= len(BLOB.data) + MIB  # the short request that found out


def test_requests_get_shorter_where_long_ones_fail(
    service: GcsSessions, store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gcs_upload, "LONG", 6 * MIB)
    monkeypatch.setattr(gcs_upload, "LEAST", MIB)
    service.moods = [breaks_off(0)]
    BLOB.put(store)
    first, short, *others = service.ranges
    assert (first, short) == (f"bytes 0-{6 * MIB - 1}/{PART + 9}", f"bytes 0-{MIB - 1}/{PART + 9}")
    assert others[0] == f"bytes {MIB}-{4 * MIB - 1}/{PART + 9}"


@pytest.mark.parametrize("mood", [breaks_off(9), answers(503), claims(0), claims(PART + 9)])
def test_an_upload_that_fails_again_and_again_ends(service: GcsSessions, store: BlobStore, mood: Mood) -> None:
    service.moods = [mood] * 100
    with pytest.raises(StorageFailed):
        BLOB.put(store)
    assert len(service.ranges) == RETRIES + 1
    assert service.blob is None


@pytest.mark.parametrize("status", [400, 404, 410])
def test_what_will_not_go_well_is_not_tried_again(service: GcsSessions, store: BlobStore, status: int) -> None:
    service.moods = [answers(status)] * 2
    with pytest.raises(StorageFailed) as failed:
        BLOB.put(store)
    assert len(service.moods) == 1
    assert "gs://blobs" in failed.value.message


def test_who_came_first_wins(service: GcsSessions, store: BlobStore) -> None:
    service.moods = [answers(412)] * 9
    with pytest.raises(LostRace):
        BLOB.put(store)


def test_a_blob_that_was_altered_on_its_way_is_taken_back(service: GcsSessions, store: BlobStore) -> None:
    service.moods = [keeps(PART), alters]
    with pytest.raises(DamagedBlob) as altered:
        BLOB.put(store)
    assert store.uri(BLOB.key) in altered.value.message
    assert service.blob is None


def test_the_service_itself_refuses_what_was_altered(service: GcsSessions, store: BlobStore) -> None:
    def flips(handler: object) -> None:
        keeps(PART)(handler)  # type: ignore[arg-type]
        service.held[0] ^= 1

    service.moods = [flips]
    with pytest.raises(StorageFailed, match="400"):
        BLOB.put(store)
    assert service.blob is None


def test_content_that_cannot_be_read_is_not_taken_for_a_broken_connection(
    service: GcsSessions, store: BlobStore
) -> None:
    class BadDisk(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= 2 * MIB:
                raise OSError(5, "bad sector")
            return super().read(size)

    with pytest.raises(OSError, match="bad sector"):
        BLOB.put(store, lambda: BadDisk(BLOB.data))
    assert len(service.ranges) == 1
    assert service.blob is None
