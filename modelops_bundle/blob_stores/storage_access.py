"""How to reach a blob store: endpoint and credentials, from the environment's file and the variables.

Credentials in the file of the chosen environment come first: they are for its storage, while the clouds' own
variables may be about another one. What neither says is left to the default chain of the cloud's SDK, which
asks its own variables, files and services.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from modelops_bundle.blob_stores.location import PROVIDERS, Scheme
from modelops_bundle.errors import Invalid
from modelops_bundle.secret_values import SecretValue
from modelops_bundle.settings import Settings

if TYPE_CHECKING:
    from modelops_bundle.environments import Environment

JOBS = 4
"""How many parts of one blob travel at a time, unless the settings say."""


@dataclass(frozen=True, slots=True)
class StorageAccess(SecretValue):
    """Credentials and manners for one kind of store; empty text means that nothing says it.

    `account` and `secret` are an Azure account and its key, or an S3 access key and its secret; `signature`
    is a shared access signature of Azure. `timeout` is in seconds; `retries` counts tries after the first.
    """

    endpoint: str = ""
    account: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    signature: str = field(default="", repr=False)
    connection_string: str = field(default="", repr=False)
    timeout: float = 30.0
    retries: int = 6
    jobs: int = JOBS


def access_to(scheme: Scheme, settings: Settings, environment: "Environment | None") -> StorageAccess:
    """Return how to reach stores of a kind.

    Raises Invalid for an endpoint that is none, half a login, and two logins that may be of two accounts.
    """
    storage: Mapping[str, str] = environment.storage if environment else {}
    if PROVIDERS.get(storage.get("provider", "")) is not scheme:
        storage = {}
    check_login(scheme, storage, environment.name if environment else "")
    # A signature may stand in the endpoint, as the portal of Azure shows it.
    endpoint, _, signature = storage.get("endpoint", "").partition("?")
    access = StorageAccess(
        endpoint=check_endpoint(endpoint),
        account=storage.get("access_key", ""),
        secret=storage.get("secret_key", ""),
        signature=storage.get("sas_token", "") or signature,
        connection_string=storage.get("connection_string", ""),
        timeout=settings.storage_timeout,
        retries=settings.retries,
        jobs=settings.jobs or JOBS,
    )
    if scheme is not Scheme.AZURE or access.connection_string or access.secret or access.signature:
        return access
    if settings.azure_connection_string and settings.azure_key:
        raise Invalid(
            "AZURE_STORAGE_CONNECTION_STRING and AZURE_STORAGE_KEY are both set, perhaps for two accounts",
            hint="unset one of them",
        )
    return replace(
        access,
        endpoint=access.endpoint or check_endpoint(settings.azure_endpoint),
        account=access.account or settings.azure_account,
        secret=settings.azure_key,
        signature=settings.azure_sas_token,
        connection_string=settings.azure_connection_string,
    )


def check_login(scheme: Scheme, storage: Mapping[str, str], environment: str) -> None:
    """Raise Invalid for half a login; the name of an Azure account alone is for the default chain."""
    name, secret = bool(storage.get("access_key")), bool(storage.get("secret_key"))
    needs_both = scheme is Scheme.S3 or (scheme is Scheme.AZURE and not storage.get("connection_string"))
    if name == secret or not needs_both or (name and scheme is Scheme.AZURE):
        return
    there, missing = ("access_key", "secret_key") if name else ("secret_key", "access_key")
    raise Invalid(
        f"the storage of environment '{environment}' has half a login: {there}, and no {missing}",
        hint=f"modelops-bundle env create {environment} --force --secrets-stdin writes both",
    )


def check_endpoint(endpoint: str) -> str:
    """Return the address of a server, without a `/` at its end; raise Invalid, which does not repeat it."""
    try:
        parts = urlsplit(endpoint)
        valid = parts.scheme in ("http", "https") and parts.hostname and not set("@?#") & set(endpoint)
    except ValueError:  # brackets that are no IPv6
        valid = None
    if endpoint and not valid:
        raise Invalid(
            "the endpoint of the storage is no address of a server",
            hint="write it as https://HOST in the environment's file or the variable, without a login",
        )
    return endpoint.rstrip("/")
