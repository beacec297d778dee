"""Open a blob store; the SDK of a cloud is imported here at the earliest, when a file needs it."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from modelops_bundle.blob_stores.blob_store import BlobStore
from modelops_bundle.blob_stores.location import Container, Scheme
from modelops_bundle.blob_stores.sdk_logs import keep_secrets_out_of_logs
from modelops_bundle.blob_stores.storage_access import access_to
from modelops_bundle.blob_stores.store_errors import MissingExtra
from modelops_bundle.settings import Settings

if TYPE_CHECKING:
    from modelops_bundle.environments import Environment


def open_blob_store(
    container: Container, settings: Settings, environment: "Environment | None" = None
) -> BlobStore:
    """Open a container, with the credentials of the environment if its storage is of this kind.

    Makes no request yet. Raises MissingExtra naming what to install, NoCredentials, and Invalid for
    an endpoint or credentials that are none.
    """
    access = access_to(container.scheme, settings, environment)
    keep_secrets_out_of_logs()
    match container.scheme:
        case Scheme.AZURE:
            _require(container, "azure", "azure.storage.blob", "azure.identity")
            from modelops_bundle.blob_stores.azure import AzureStore

            return AzureStore(container, access)
        case Scheme.S3:
            _require(container, "s3", "boto3")
            from modelops_bundle.blob_stores.s3 import S3Store

            return S3Store(container, access)
        case Scheme.GCS:
            _require(container, "gcs", "google.cloud.storage")
            from modelops_bundle.blob_stores.gcs import GcsStore

            return GcsStore(container, access)
        case Scheme.DIRECTORY:
            from modelops_bundle.blob_stores.directory import DirectoryStore

            return DirectoryStore(container)


def _require(container: Container, extra: str, *modules: str) -> None:
    """Raise MissingExtra when a module cannot be found; importing it would also hide what fails inside it."""
    for module in modules:
        try:
            found = find_spec(module)
        except ModuleNotFoundError:  # of a package above it
            found = None
        if found is None:
            raise MissingExtra(container.uri(), extra)
