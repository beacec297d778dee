"""A container of every kind of store, for the tests that all must pass."""

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import pytest

from modelops_bundle.blob_stores.blob_store import BlobStore
from modelops_bundle.blob_stores.location import blob_key
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.remote import BlobStatus
from tests.support.storage_places import StoragePlace, StorageServers, storage_servers

KINDS = ("directory", "azurite", "moto", "swift", "fake-gcs", "gcs-emulator")


@dataclass(frozen=True)
class Sample:
    """Content, and the key that it belongs to."""

    data: bytes

    @property
    def digest(self) -> Digest:
        return digest_of(self.data)

    @property
    def key(self) -> str:
        return blob_key("lab/seir", self.digest)

    def put(self, store: BlobStore, open_content: Callable[[], BinaryIO] | None = None) -> BlobStatus:
        return store.put(self.key, len(self.data), open_content or (lambda: io.BytesIO(self.data)), self.digest)

    def read(self, store: BlobStore, offset: int = 0) -> bytes:
        return b"".join(store.read(self.key, len(self.data), offset))


def sample(size: int, seed: int = 1) -> Sample:
    """Return content that looks random and is the same every time."""
    return Sample(random.Random(seed).randbytes(size))


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageServers]:
    """Real servers, shared; each test has a container of its own."""
    yield from storage_servers(tmp_path_factory.mktemp("storage"))


@pytest.fixture(params=KINDS)
def place(servers: StorageServers, request: pytest.FixtureRequest) -> StoragePlace:
    """An empty container of each kind of store in turn."""
    return servers.place(request.param)
