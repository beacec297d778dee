"""How a store is logged in to, what is said when that fails, and that no secret is ever shown."""

import logging
import traceback
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from modelops_bundle.blob_stores.blob_store import BlobStore
from modelops_bundle.blob_stores.location import PROVIDERS, Container, Scheme
from modelops_bundle.blob_stores.opening import open_blob_store
from modelops_bundle.blob_stores.parts import PART
from modelops_bundle.blob_stores.storage_access import access_to
from modelops_bundle.blob_stores.store_errors import NoCredentials, StorageRefused
from modelops_bundle.environments import Environment
from modelops_bundle.errors import BundleError, ExitCode, Invalid
from modelops_bundle.remote import BlobStatus
from modelops_bundle.settings import Settings
from tests.modelops_bundle.blob_stores.conftest import sample
from tests.support import azurite_server, swift_server
from tests.support.storage_places import SETTINGS, StoragePlace, StorageServers

SECRET = "cGxhbnRlZC1zZWNyZXQtbnVtYmVyLTE="
QUICK = Settings(retries=0, storage_timeout=5)


@pytest.fixture
def azure(servers: StorageServers) -> StoragePlace:
    return servers.place("azurite")


@pytest.fixture
def endpoint(azure: StoragePlace) -> str:
    """The address of the account in Azurite."""
    assert azure.proxy
    return f"http://127.0.0.1:{azure.proxy.port}/{azurite_server.ACCOUNT}"


def signature(azure: StoragePlace, permission: str, valid: timedelta = timedelta(hours=1)) -> str:
    from azure.storage.blob import ContainerSasPermissions, generate_container_sas

    permissions = ContainerSasPermissions.from_string(permission)
    key, until = azurite_server.KEY, datetime.now(UTC) + valid
    return generate_container_sas(
        azurite_server.ACCOUNT, azure.storage["container"], key, permission=permissions, expiry=until
    )


def azure_store(azure: StoragePlace, storage: Mapping[str, str] | None = None, **settings: str) -> BlobStore:
    """Open the container with other credentials than its environment has."""
    section = {"provider": "azure", **(storage or {})}
    environment = Environment("test", storage=section)
    fields: dict[str, Any] = settings
    return open_blob_store(azure.container, Settings(retries=0, storage_timeout=20, **fields), environment)


def works(store: BlobStore) -> bool:
    blob = sample(PART + 9)
    return blob.put(store) is BlobStatus.PUSHED and blob.read(store) == blob.data


def test_azure_takes_the_connection_string_of_the_variables(azure: StoragePlace) -> None:
    assert works(azure_store(azure, azure_connection_string=azure.storage["connection_string"]))


def test_azure_takes_account_and_key_of_the_environment(azure: StoragePlace, endpoint: str) -> None:
    keys = {"access_key": azurite_server.ACCOUNT, "secret_key": azurite_server.KEY}
    assert works(azure_store(azure, {"endpoint": endpoint, **keys}))


def test_azure_takes_account_and_key_of_the_variables(azure: StoragePlace, endpoint: str) -> None:
    host = endpoint.removesuffix(f"/{azurite_server.ACCOUNT}")
    account, key = azurite_server.ACCOUNT, azurite_server.KEY
    assert works(azure_store(azure, azure_endpoint=host, azure_account=account, azure_key=key))


def test_azure_takes_a_signature_of_the_variables(azure: StoragePlace, endpoint: str) -> None:
    assert works(azure_store(azure, {"endpoint": endpoint}, azure_sas_token=signature(azure, "rcwl")))


def test_azure_takes_a_signature_in_the_endpoint(azure: StoragePlace, endpoint: str) -> None:
    assert works(azure_store(azure, {"endpoint": f"{endpoint}?{signature(azure, 'rcwl')}"}))


def test_a_signature_for_reading_does_not_write(azure: StoragePlace, endpoint: str) -> None:
    store, blob = azure_store(azure, {"endpoint": endpoint}, azure_sas_token=signature(azure, "r")), sample(9)
    with pytest.raises(StorageRefused):
        blob.put(store)
    blob.put(azure.open())
    assert blob.read(store) == blob.data


def test_a_signature_that_has_ended_is_refused(azure: StoragePlace, endpoint: str) -> None:
    ended = signature(azure, "rcwl", -timedelta(hours=1))
    with pytest.raises(StorageRefused) as refused:
        sample(9).put(azure_store(azure, {"endpoint": endpoint}, azure_sas_token=ended))
    assert refused.value.exit_code is ExitCode.AUTH


def test_credentials_of_the_environment_come_before_variables() -> None:
    environment = Environment("lab", storage={"provider": "azure", "connection_string": "of the environment"})
    settings = Settings(azure_connection_string="of a variable", azure_key="of a variable")
    access = access_to(Scheme.AZURE, settings, environment)
    assert (access.connection_string, access.secret) == ("of the environment", "")


def test_two_logins_in_variables_are_refused_where_they_are_needed() -> None:
    both = Settings(azure_connection_string=f"AccountKey={SECRET}", azure_account="lab", azure_key=SECRET)
    with pytest.raises(Invalid, match="AZURE_STORAGE_CONNECTION_STRING and AZURE_STORAGE_KEY") as refused:
        access_to(Scheme.AZURE, both, None)
    assert SECRET not in failure(refused.value)
    assert refused.value.exit_code is ExitCode.USAGE
    access_to(Scheme.S3, both, None)


@pytest.mark.parametrize(
    ("provider", "key", "missing"),
    [
        ("azure", "secret_key", "access_key"),
        ("s3", "secret_key", "access_key"),
        ("minio", "access_key", "secret_key"),
    ],
)
def test_half_a_login_is_refused(provider: str, key: str, missing: str) -> None:
    environment = Environment("lab", storage={"provider": provider, key: SECRET})
    with pytest.raises(Invalid, match=f"'lab' has half a login: {key}, and no {missing}") as refused:
        access_to(PROVIDERS[provider], Settings(azure_account="a", azure_key="k"), environment)
    assert SECRET not in failure(refused.value)


def test_an_account_alone_is_for_the_default_chain() -> None:
    environment = Environment("lab", storage={"provider": "azure", "access_key": "lab"})
    for settings, where in ((Settings(), environment), (Settings(azure_account="lab"), None)):
        access = access_to(Scheme.AZURE, settings, where)
        assert (access.account, access.secret, access.signature) == ("lab", "", "")


def test_credentials_of_one_cloud_are_not_sent_to_another() -> None:
    storage = {"provider": "minio", "endpoint": "http://minio", "access_key": "a", "secret_key": SECRET}
    environment = Environment("lab", storage=storage)
    assert access_to(Scheme.S3, Settings(), environment).secret == SECRET
    for scheme in (Scheme.AZURE, Scheme.GCS):
        access = access_to(scheme, Settings(), environment)
        assert (access.endpoint, access.account, access.secret) == ("", "", "")


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine where no default chain finds anything, and says so at once."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_GCE_CHECK", "true")


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize("scheme", [Scheme.AZURE, Scheme.S3, Scheme.GCS])
def test_without_credentials_it_is_said_what_to_set(scheme: Scheme) -> None:
    with pytest.raises(NoCredentials) as unknown:
        sample(9).put(open_blob_store(Container(scheme, "models"), QUICK))
    assert f"{scheme}://models" in unknown.value.message
    assert unknown.value.hint
    assert unknown.value.exit_code is ExitCode.AUTH


def failure(error: BundleError) -> str:
    """Return all that an error shows to a person, a debugger or a log."""
    trace = "".join(traceback.format_exception(error))
    return (
        f"{error!r} {error.message} {error.hint} {error.details} {error.__cause__!r} {error.__context__!r} {trace}"
    )


@pytest.mark.parametrize("kind", ["azurite", "swift"])
@pytest.mark.parametrize("size", [9, PART + 9])
def test_wrong_credentials_are_refused_and_not_shown(
    servers: StorageServers, kind: str, size: int, caplog: pytest.LogCaptureFixture
) -> None:
    place, blob = servers.place(kind), sample(size)
    wrong = {
        "azurite": {
            "connection_string": place.storage.get("connection_string", "").replace(azurite_server.KEY, SECRET)
        },
        "swift": {"secret_key": SECRET},
    }[kind]
    store = replace(place, storage={**place.storage, **wrong}).open()
    with caplog.at_level(logging.DEBUG):
        for use in (blob.put, blob.read):
            with pytest.raises(StorageRefused) as refused:
                use(store)
            assert refused.value.exit_code is ExitCode.AUTH
            assert place.container.uri() in refused.value.message
            assert refused.value.hint
            assert SECRET not in failure(refused.value)
    assert SECRET not in caplog.text + repr(store) + repr(vars(store))


@pytest.mark.parametrize("kind", ["azurite", "swift", "moto"])
def test_what_works_shows_no_secret_in_any_log(
    servers: StorageServers, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    place = servers.place(kind)
    secret = {"azurite": azurite_server.KEY, "swift": swift_server.SECRET_KEY, "moto": "planted-moto-secret"}[kind]
    assert secret in str(place.storage)
    with caplog.at_level(logging.DEBUG):
        store = place.open()
        assert works(store)
    access = access_to(place.container.scheme, SETTINGS, place.environment)
    assert secret not in caplog.text + repr(store) + repr(access) + repr(place.environment)


def test_a_signature_is_in_no_log_and_no_error(
    azure: StoragePlace, endpoint: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = signature(azure, "rcwl")
    secret = token.partition("sig=")[2].partition("&")[0]
    assert secret
    with caplog.at_level(logging.DEBUG):
        assert works(azure_store(azure, {"endpoint": endpoint}, azure_sas_token=token))
        nowhere = azure_store(azure, {"endpoint": "http://127.0.0.1:9/account"}, azure_sas_token=token)
        with pytest.raises(BundleError) as unreachable:
            sample(9).put(nowhere)
    assert secret not in caplog.text + failure(unreachable.value)


def test_a_session_token_of_s3_is_in_no_log(
    servers: StorageServers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    place = servers.place("moto")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "planted-session-token")
    with caplog.at_level(logging.DEBUG):
        assert works(place.open(access_key="", secret_key=""))
    assert SECRET not in caplog.text
    assert "planted-session-token" not in caplog.text


@pytest.mark.parametrize(
    "string", [SECRET, f"AccountName=a;AccountKey={SECRET}", f"BlobEndpoint=http://h;AccountKey={SECRET}", ";;="]
)
def test_a_malformed_connection_string_is_refused_without_being_repeated(string: str) -> None:
    with pytest.raises(BundleError) as refused:
        sample(9).put(
            open_blob_store(
                Container(Scheme.AZURE, "models"),
                Settings(retries=0, storage_timeout=1, azure_connection_string=string),
            )
        )
    assert SECRET not in failure(refused.value)


@pytest.mark.parametrize("endpoint", ["not a url", "ftp://host", "http://[::1"])
@pytest.mark.parametrize("provider", ["azure", "s3", "gcs"])
def test_a_malformed_endpoint_is_refused(provider: str, endpoint: str) -> None:
    keys = {"endpoint": endpoint, "access_key": "a", "secret_key": SECRET}
    environment = Environment("lab", storage={"provider": provider, **keys})
    scheme = {"azure": Scheme.AZURE, "s3": Scheme.S3, "gcs": Scheme.GCS}[provider]
    with pytest.raises(Invalid) as refused:
        open_blob_store(Container(scheme, "models"), QUICK, environment)
    assert SECRET not in failure(refused.value)
