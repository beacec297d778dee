"""The stores that the conformance suite runs against: real servers, each with a container for one test.

Nothing here goes through our own code, so that a mistake of ours cannot hide itself.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from modelops_bundle.blob_stores.blob_store import BlobStore
from modelops_bundle.blob_stores.location import Container, container_of
from modelops_bundle.blob_stores.opening import open_blob_store
from modelops_bundle.environments import Environment
from modelops_bundle.settings import Settings
from tests.support import swift_server
from tests.support.azurite_server import azurite_server as azurite
from tests.support.cutting_proxy import CuttingProxy, cutting_proxy
from tests.support.fake_gcs_server import fake_gcs_server
from tests.support.gcp_storage_emulator import gcp_storage_emulator
from tests.support.moto_server import moto_server
from tests.support.swift_server import swift_server as swift

_NUMBERS = count(1)
SETTINGS = Settings(storage_timeout=20, retries=3)


class Raw(Protocol):
    """What a test does behind the back of a store."""

    def make_container(self, name: str) -> None: ...

    def overwrite(self, container: str, key: str, data: bytes, metadata: Mapping[str, str]) -> None: ...


@dataclass(frozen=True, slots=True)
class StoragePlace:
    """A container of a real store, and what its server can do; `storage` is an environment's section."""

    kind: str
    storage: Mapping[str, str] = field(repr=False)
    raw: Raw
    proxy: CuttingProxy | None = None

    @property
    def container(self) -> Container:
        return container_of(self.storage["provider"], self.storage["container"])

    @property
    def environment(self) -> Environment:
        return Environment("test", storage=self.storage)

    def open(self, settings: Settings = SETTINGS, **storage: str) -> BlobStore:
        """Open the store as a command does, with another `storage` in parts if a test wants that."""
        place = replace(self, storage={**self.storage, **storage})
        return open_blob_store(place.container, settings, place.environment)

    def overwrite(self, key: str, data: bytes, metadata: Mapping[str, str] = MappingProxyType({})) -> None:
        """Put other bytes in the place of a blob, and other metadata."""
        self.raw.overwrite(self.storage["container"], key, data, metadata)


class StorageServers:
    """Starts each server when the first test asks for it; all end together."""

    def __init__(self, directory: Path, running: ExitStack) -> None:
        self._directory = directory
        self._running = running
        self._places: dict[str, StoragePlace] = {}

    def place(self, kind: str) -> StoragePlace:
        """Return a new container of a kind of store; skips the test where its server cannot be had."""
        if kind not in self._places:
            directory = self._directory / kind
            directory.mkdir(exist_ok=True)
            start: Callable[[Path], StoragePlace] = getattr(self, f"_start_{kind.replace('-', '_')}")
            self._places[kind] = start(directory)
        found = self._places[kind]
        name = f"{found.storage['container']}{next(_NUMBERS)}"
        found.raw.make_container(name)
        return replace(found, storage={**found.storage, "container": name})

    def _start_directory(self, directory: Path) -> StoragePlace:
        storage = {"provider": "directory", "container": f"{directory}/a share "}
        return StoragePlace("directory", storage, _RawDirectory())

    def _start_azurite(self, directory: Path) -> StoragePlace:
        server = self._running.enter_context(azurite(directory))
        proxy = self._running.enter_context(cutting_proxy(server.port))
        string = server.connection_string.replace(str(server.port), str(proxy.port))
        storage = {"provider": "azurite", "container": "blobs", "connection_string": string}
        return StoragePlace("azurite", storage, _RawAzure(server.connection_string), proxy)

    def _start_moto(self, directory: Path) -> StoragePlace:
        return self._s3("moto", self._running.enter_context(moto_server(directory)), "any", "planted-moto-secret")

    def _start_swift(self, directory: Path) -> StoragePlace:
        server = self._running.enter_context(swift(directory))
        return self._s3("swift", server.endpoint, swift_server.ACCESS_KEY, swift_server.SECRET_KEY)

    def _start_fake_gcs(self, directory: Path) -> StoragePlace:
        return self._gcs("fake-gcs", self._running.enter_context(fake_gcs_server(directory)))

    def _start_gcs_emulator(self, directory: Path) -> StoragePlace:
        return self._gcs("gcs-emulator", self._running.enter_context(gcp_storage_emulator(directory)))

    def _s3(self, kind: str, endpoint: str, access_key: str, secret_key: str) -> StoragePlace:
        proxy = self._proxy(endpoint)
        keys = {"access_key": access_key, "secret_key": secret_key}
        storage = {"provider": "minio", "container": "blobs", "endpoint": f"http://127.0.0.1:{proxy.port}", **keys}
        return StoragePlace(kind, storage, _RawS3(endpoint, access_key, secret_key), proxy)

    def _gcs(self, kind: str, endpoint: str) -> StoragePlace:
        proxy = self._proxy(endpoint)
        storage = {"provider": "gcs", "container": "blobs", "endpoint": f"http://127.0.0.1:{proxy.port}"}
        return StoragePlace(kind, storage, _RawGcs(endpoint), proxy)

    def _proxy(self, endpoint: str) -> CuttingProxy:
        return self._running.enter_context(cutting_proxy(int(endpoint.rpartition(":")[2])))


class _RawDirectory:
    def make_container(self, name: str) -> None:
        Path(name).mkdir()

    def overwrite(self, container: str, key: str, data: bytes, metadata: Mapping[str, str]) -> None:
        path = Path(container, key)
        path.unlink()
        path.write_bytes(data)


class _RawAzure:
    def __init__(self, connection_string: str) -> None:
        from azure.storage.blob import BlobServiceClient

        self._client = BlobServiceClient.from_connection_string(connection_string)

    def make_container(self, name: str) -> None:
        self._client.create_container(name)

    def overwrite(self, container: str, key: str, data: bytes, metadata: Mapping[str, str]) -> None:
        blob = self._client.get_blob_client(container, key)
        blob.upload_blob(data, overwrite=True, metadata=dict(metadata))


class _RawS3:
    def __init__(self, endpoint: str, access_key: str, secret_key: str) -> None:
        import boto3

        keys = {"aws_access_key_id": access_key, "aws_secret_access_key": secret_key}
        self._client: Any = boto3.session.Session().client(
            "s3", endpoint_url=endpoint, region_name="us-east-1", **keys
        )

    def make_container(self, name: str) -> None:
        self._client.create_bucket(Bucket=name)

    def overwrite(self, container: str, key: str, data: bytes, metadata: Mapping[str, str]) -> None:
        self._client.put_object(Bucket=container, Key=key, Body=data, Metadata=dict(metadata))


class _RawGcs:
    def __init__(self, endpoint: str) -> None:
        from google.auth.credentials import AnonymousCredentials
        from google.cloud.storage import Client

        options = {"api_endpoint": endpoint}
        self._client: Any = Client("test", credentials=AnonymousCredentials(), client_options=options)

    def make_container(self, name: str) -> None:
        self._client.create_bucket(name)

    def overwrite(self, container: str, key: str, data: bytes, metadata: Mapping[str, str]) -> None:
        blob = self._client.bucket(container).blob(key)
        blob.metadata = dict(metadata)
        blob.upload_from_string(data)


def storage_servers(directory: Path) -> Iterator[StorageServers]:
    """Give the servers, and end them."""
    with ExitStack() as running:
        yield StorageServers(directory, running)
