"""What an error of Azure's SDK means to us.

Source: https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
"""

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
)

from modelops_bundle.blob_stores.location import Container
from modelops_bundle.blob_stores.store_errors import (
    ArchivedBlob,
    BlobOnItsWay,
    LostRace,
    MissingBlob,
    MissingContainer,
    StorageFailed,
    StorageRefused,
)
from modelops_bundle.errors import BundleError

# The last one: blocks of ours went when somebody else's were committed.
_RACES = {"BlobAlreadyExists", "ConditionNotMet", "InvalidBlockList"}
_HINT = "check AZURE_STORAGE_CONNECTION_STRING or the environment's storage, and the role on the container"


def azure_error(error: AzureError, container: Container, key: str) -> BundleError:
    """Return the error to raise; nothing of the SDK's but its code and status is repeated."""
    name, uri = container.uri(), container.uri(key)
    if isinstance(error, HttpResponseError) and error.response is not None:
        named = getattr(error, "error_code", None)
        code = str(getattr(named, "value", named) or "")  # for some it is a member of an enumeration
        code = code if code.isalnum() else ""
        said = f"HTTP {error.status_code} {code}".rstrip()
        if code == "ContainerNotFound":
            return MissingContainer(name, f"az storage container create --name {container.name}")
        if code == "BlobArchived":
            blob = f"--container-name '{container.name}' --name '{key}'"
            return ArchivedBlob(uri, f"az storage blob set-tier --tier Hot {blob}")
        if code == "BlobBeingRehydrated":
            return BlobOnItsWay(uri)
        if code in _RACES:
            return LostRace(uri)
        if error.status_code in (401, 403) or isinstance(error, ClientAuthenticationError):
            return StorageRefused(name, said, _HINT)
        if error.status_code == 404:
            return MissingBlob(uri)
        return StorageFailed(name, said)
    if isinstance(error, ClientAuthenticationError):
        return StorageRefused(name, "no login of Azure works", f"az login; {_HINT}")
    if isinstance(error, ServiceRequestError):
        return StorageFailed(name, "it cannot be reached")
    if isinstance(error, ServiceResponseError | IncompleteReadError):
        return StorageFailed(name, "the connection broke")
    return StorageFailed(name, type(error).__name__)
