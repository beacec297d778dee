"""A container of every kind of store, for the tests that all must pass."""

from collections.abc import Iterator

import pytest

from tests.support.storage_places import StoragePlace, StorageServers, storage_servers

KINDS = ("directory", "azurite", "moto", "swift", "fake-gcs", "gcs-emulator")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageServers]:
    """Real servers, shared; each test has a container of its own."""
    yield from storage_servers(tmp_path_factory.mktemp("storage"))


@pytest.fixture(params=KINDS)
def place(servers: StorageServers, request: pytest.FixtureRequest) -> StoragePlace:
    """An empty container of each kind of store in turn."""
    return servers.place(request.param)
