"""Open a blob store; the SDK of a cloud is imported here at the earliest, when a file needs it."""

from typing import TYPE_CHECKING

from modelops_bundle.blob_stores.blob_store import BlobStore
from modelops_bundle.blob_stores.location import Container, Scheme
from modelops_bundle.blob_stores.store_errors import MissingExtra
from modelops_bundle.settings import Settings

if TYPE_CHECKING:
    from modelops_bundle.environments import Environment


def open_store(container: Container, settings: Settings, environment: "Environment | None" = None) -> BlobStore:
    """Open a container, with the credentials of the environment if its storage is of this kind.

    Makes no request yet. Raises MissingExtra naming what to install, and NoStorageAccount.
    """
    match container.scheme:
        case Scheme.DIRECTORY:
            from modelops_bundle.blob_stores.directory import DirectoryStore

            return DirectoryStore(container)
        case _:
            raise MissingExtra(container.uri(), container.scheme)
