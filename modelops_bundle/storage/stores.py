"""The blob stores of one command: which files go there, and each store opened when the first file needs it."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING

from modelops_bundle.blob_stores.blob_store import BlobStore
from modelops_bundle.blob_stores.location import Container
from modelops_bundle.blob_stores.opening import open_blob_store
from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.settings import Settings
from modelops_bundle.storage.config import StorageConfig
from modelops_bundle.storage.policy import StoragePolicy, StoreChoice, choose_store

if TYPE_CHECKING:
    from modelops_bundle.environments import Environment

OpenBlobStore = Callable[[Container], BlobStore]
"""Opens a blob store, or gives one that is open; may be called from several threads."""


class Storage:
    """Opens blob stores with the credentials of an environment, and keeps them until it is closed.

    Without settings and environment, it has what the default chains of the clouds' SDKs find.
    """

    def __init__(self, settings: Settings | None = None, environment: "Environment | None" = None) -> None:
        self._settings = settings or Settings()
        self._environment = environment
        self._lock = Lock()
        self._stores: dict[Container, BlobStore] = {}

    def choice(self, config: StorageConfig) -> StoreChoice:
        """Return the provider and container that hold for a bundle."""
        return choose_store(config, self._settings, self._environment)

    def policy(self, config: StorageConfig, published: Sequence[Bundle] = ()) -> StoragePolicy:
        """Return what decides where files of a bundle go, of which `published` are versions."""
        return StoragePolicy(config, self.choice(config), published)

    def open(self, container: Container) -> BlobStore:
        """Return a store, open; see `opening.open_blob_store` for the errors."""
        with self._lock:
            if container not in self._stores:
                self._stores[container] = open_blob_store(container, self._settings, self._environment)
            return self._stores[container]

    def close(self) -> None:
        """Close what was opened."""
        with self._lock:
            while self._stores:
                self._stores.popitem()[1].close()
