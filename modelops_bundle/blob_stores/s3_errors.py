"""What an error of boto3 means to us.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    TokenRetrievalError,
)

from modelops_bundle.blob_stores.location import Container
from modelops_bundle.blob_stores.store_errors import (
    ArchivedBlob,
    LostRace,
    MissingBlob,
    MissingContainer,
    NoCredentials,
    StorageFailed,
    StorageRefused,
)
from modelops_bundle.errors import BundleError

# The last one: somebody else ended the upload that we went on with.
_RACES = {"PreconditionFailed", "ConditionalRequestConflict", "412", "NoSuchUpload"}
_UNKNOWN_US = (
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    TokenRetrievalError,
)
_HINT = "check AWS_ACCESS_KEY_ID, AWS_PROFILE or the environment's storage, and the policy of the bucket"


def s3_error(error: BotoCoreError | ClientError, container: Container, key: str) -> BundleError:
    """Return the error to raise; nothing of the SDK's but its code and status is repeated."""
    name, uri = container.uri(), container.uri(key)
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", ""))
        code = code if code.isalnum() else ""
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        said = f"HTTP {status}" + (f" {code}" if code != str(status) else "")
        if code == "NoSuchBucket" or (status == 404 and not key):
            return MissingContainer(name, f"aws s3 mb s3://{container.name}")
        if code == "InvalidObjectState":
            restored = f"--bucket '{container.name}' --key '{key}' --restore-request Days=7"
            return ArchivedBlob(uri, f"aws s3api restore-object {restored}")
        if code in _RACES:
            return LostRace(uri)
        if status in (401, 403):
            return StorageRefused(name, said, _HINT)
        if status == 404:
            return MissingBlob(uri)
        return StorageFailed(name, said)
    if isinstance(error, _UNKNOWN_US):
        return NoCredentials(
            name, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or env create"
        )
    if isinstance(error, ConnectionError):
        return StorageFailed(name, "it cannot be reached")
    if isinstance(error, HTTPClientError):
        return StorageFailed(name, "the connection broke")
    return StorageFailed(name, type(error).__name__)
