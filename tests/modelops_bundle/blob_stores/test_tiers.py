"""Tiers: what a blob costs to keep, where a store has them."""

import io
from unittest.mock import Mock

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import StorageErrorCode

from modelops_bundle.blob_stores.azure_errors import azure_error
from modelops_bundle.blob_stores.location import container_of
from modelops_bundle.blob_stores.parts import PART
from modelops_bundle.blob_stores.store_errors import ArchivedBlob
from modelops_bundle.errors import ExitCode
from modelops_bundle.tier import Tier
from tests.modelops_bundle.blob_stores.conftest import sample
from tests.support.storage_places import StorageServers


@pytest.mark.parametrize("kind", ["azurite", "moto", "gcs-emulator"])
@pytest.mark.parametrize("size", [9, PART + 9])
@pytest.mark.parametrize("tier", list(Tier))
def test_a_blob_is_in_the_tier_that_was_asked_for(
    servers: StorageServers, kind: str, size: int, tier: Tier
) -> None:
    store, blob = servers.place(kind).open(), sample(size)
    store.put(blob.key, size, lambda: io.BytesIO(blob.data), blob.digest, tier)
    found = store.stat(blob.key)
    assert found and found.tier is tier


@pytest.mark.parametrize("kind", ["azurite", "moto", "gcs-emulator"])
def test_without_a_tier_a_blob_can_be_read_at_once(servers: StorageServers, kind: str) -> None:
    store, blob = servers.place(kind).open(), sample(9)
    blob.put(store)
    found = store.stat(blob.key)
    assert found and found.tier is Tier.HOT


@pytest.mark.parametrize("kind", ["azurite", "moto"])
def test_an_archived_blob_is_not_read_but_explained(servers: StorageServers, kind: str) -> None:
    store, blob = servers.place(kind).open(), sample(9)
    store.put(blob.key, 9, lambda: io.BytesIO(blob.data), blob.digest, Tier.ARCHIVE)
    with pytest.raises(ArchivedBlob) as archived:
        blob.read(store)
    assert store.uri(blob.key) in archived.value.message
    assert archived.value.exit_code is ExitCode.TRANSFER
    assert blob.key in archived.value.hint


@pytest.mark.parametrize("code", [StorageErrorCode.BLOB_BEING_REHYDRATED, "BlobBeingRehydrated"])
def test_a_blob_that_is_being_restored_is_waited_for(code: str) -> None:
    container = container_of("azure", "models")
    problem = HttpResponseError(response=Mock(status_code=409))
    problem.__dict__["error_code"] = code
    told = azure_error(problem, container, "ab/cd")
    assert told.message == "'az://models/ab/cd' is still being restored from the archive"
    assert told.exit_code is ExitCode.TRANSFER
