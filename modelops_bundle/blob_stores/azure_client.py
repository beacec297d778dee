"""Log in to Azure: by connection string, by account and key, by signature, or by the default chain."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential, TokenCredential
from azure.storage.blob import ContainerClient, ExponentialRetry

from modelops_bundle.blob_stores.location import Container
from modelops_bundle.blob_stores.storage_access import StorageAccess
from modelops_bundle.blob_stores.store_errors import NoCredentials
from modelops_bundle.errors import Invalid

_HINT = "set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT and what logs in to it, or env create"


def container_client(container: Container, access: StorageAccess) -> ContainerClient:
    """Return the SDK's client; raise NoCredentials, and Invalid for a connection string that is none."""
    manners: dict[str, Any] = {
        "retry_policy": ExponentialRetry(
            initial_backoff=1,
            increment_base=2,
            retry_total=access.retries,
            retry_connect=min(2, access.retries),
            random_jitter_range=1,
        ),
        "connection_timeout": access.timeout,
        "read_timeout": access.timeout,
    }
    try:
        if access.connection_string:
            return ContainerClient.from_connection_string(access.connection_string, container.name, **manners)
        url = _account_url(container, access)
        return ContainerClient(url, container.name, credential=_credential(access), **manners)
    except ValueError:
        problem = Invalid(
            f"what logs in to '{container.uri()}' is malformed: the connection string, account, key or endpoint",
            hint="copy it again: az storage account show-connection-string --name ACCOUNT",
        )
    raise problem


def _credential(access: StorageAccess) -> AzureNamedKeyCredential | AzureSasCredential | TokenCredential:
    if access.secret:
        return AzureNamedKeyCredential(access.account, access.secret)
    if access.signature:
        return AzureSasCredential(access.signature.lstrip("?"))
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential()


def _account_url(container: Container, access: StorageAccess) -> str:
    if not access.account and (access.secret or not access.endpoint):
        raise NoCredentials(container.uri(), _HINT)
    if not access.endpoint:
        return f"https://{access.account}.blob.core.windows.net"
    parts = urlsplit(access.endpoint)
    if access.account and not parts.path.strip("/") and _has_accounts_in_paths(parts.hostname or ""):
        return f"{access.endpoint}/{access.account}"
    return access.endpoint


def _has_accounts_in_paths(host: str) -> bool:
    """Tell whether a host is no domain of an account: an emulator has its accounts in the path."""
    if "." not in host:
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
