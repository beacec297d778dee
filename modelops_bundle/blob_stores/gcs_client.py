"""Log in to Google Cloud Storage by the default chain: variables, gcloud's login, or the machine's account."""

from typing import Any

from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError
from google.cloud.storage import Client

from modelops_bundle.blob_stores.location import Container
from modelops_bundle.blob_stores.storage_access import StorageAccess
from modelops_bundle.blob_stores.store_errors import NoCredentials


def gcs_client(container: Container, access: StorageAccess) -> Any:
    """Return the SDK's client; raise NoCredentials.

    Over plain http, that is to an emulator, no credentials go at all. Without an endpoint, the SDK itself
    heeds STORAGE_EMULATOR_HOST.
    """
    options = {"api_endpoint": access.endpoint} if access.endpoint else None
    in_clear = access.endpoint.startswith("http://")
    try:
        # Blobs need no project.
        return Client(
            project=None, credentials=AnonymousCredentials() if in_clear else None, client_options=options
        )
    except GoogleAuthError:
        problem = NoCredentials(
            container.uri(), "gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS"
        )
    raise problem
