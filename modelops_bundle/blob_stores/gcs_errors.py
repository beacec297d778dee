"""What an error of Google's SDK means to us.

Source: https://cloud.google.com/storage/docs/json_api/v1/status-codes
"""

from google.api_core.exceptions import GoogleAPICallError, GoogleAPIError
from google.auth.exceptions import GoogleAuthError
from google.cloud.storage.exceptions import DataCorruption, InvalidResponse
from requests import RequestException
from urllib3.exceptions import HTTPError

from modelops_bundle.blob_stores.location import Container
from modelops_bundle.blob_stores.store_errors import (
    DamagedBlob,
    LostRace,
    MissingBlob,
    MissingContainer,
    StorageFailed,
    StorageRefused,
)
from modelops_bundle.errors import BundleError

SDK_ERRORS = (GoogleAPIError, GoogleAuthError, DataCorruption, InvalidResponse, RequestException, HTTPError)
"""All that the SDK raises; it lets errors of its HTTP libraries through."""

_HINT = "check GOOGLE_APPLICATION_CREDENTIALS, or gcloud auth list, and the role on the bucket"


def gcs_error(error: Exception, container: Container, key: str) -> BundleError:
    """Return the error to raise; nothing of the SDK's but its status is repeated."""
    name, uri = container.uri(), container.uri(key)
    if isinstance(error, DataCorruption):
        return DamagedBlob(f"'{uri}' was altered on its way", hint="run it again")
    if isinstance(error, GoogleAuthError):
        return StorageRefused(name, "the login of Google does not work", _HINT)
    status = _status(error)
    if status == 404:
        return MissingBlob(uri)
    if status == 412:
        return LostRace(uri)
    if status in (401, 403):
        return StorageRefused(name, f"HTTP {status}", _HINT)
    if status:
        return StorageFailed(name, f"HTTP {status}")
    return StorageFailed(name, "it cannot be reached, or the connection broke")


def missing_bucket(container: Container) -> MissingContainer:
    """Return the error for a bucket that is not there."""
    return MissingContainer(container.uri(), f"gcloud storage buckets create {container.uri()}")


def _status(error: Exception) -> int:
    if isinstance(error, GoogleAPICallError):
        return int(error.code or 0)
    if isinstance(error, InvalidResponse):
        return int(error.response.status_code)
    return 0
