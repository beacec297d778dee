"""The real registry, in each flavour, refuses and serves as its flavour says."""

import hashlib
import ssl
from pathlib import Path

import httpx
import pytest

from tests.support.registry_server import SERVICE, RegistryServer, anonymous_registry

CONTENT = b"some content"
DIGEST = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"


def push_blob(client: httpx.Client, repository: str) -> httpx.Response:
    begun = client.post(f"/v2/{repository}/blobs/uploads/")
    if begun.status_code != httpx.codes.ACCEPTED:
        return begun
    location = httpx.URL(begun.headers["Location"]).copy_merge_params({"digest": DIGEST})
    return client.put(location, content=CONTENT)


def ask_token(server: RegistryServer, scope: str, password: str) -> httpx.Response:
    assert server.tokens is not None
    auth = (server.username, password) if password else None
    return httpx.get(server.tokens.realm, params={"service": SERVICE, "scope": scope}, auth=auth)


def test_an_anonymous_registry_stores_a_blob_where_blob_file_says(registry: RegistryServer) -> None:
    with httpx.Client(base_url=registry.url) as client:
        assert push_blob(client, "support/anonymous").status_code == httpx.codes.CREATED
        assert client.get(f"/v2/support/anonymous/blobs/{DIGEST}").content == CONTENT
    assert registry.blob_file(DIGEST).read_bytes() == CONTENT
    assert "/v2/support/anonymous/blobs/uploads/" in registry.log


def test_garbage_collection_removes_a_blob_that_no_manifest_names(tmp_path: Path) -> None:
    with anonymous_registry(tmp_path) as registry, httpx.Client(base_url=registry.url) as client:
        assert push_blob(client, "support/garbage").status_code == httpx.codes.CREATED
        registry.collect_garbage()
        assert not registry.blob_file(DIGEST).exists()
        assert client.head(f"/v2/support/garbage/blobs/{DIGEST}").status_code == httpx.codes.NOT_FOUND


def test_an_htpasswd_registry_wants_the_password(registry_htpasswd: RegistryServer) -> None:
    with httpx.Client(base_url=registry_htpasswd.url) as client:
        assert client.get("/v2/").status_code == httpx.codes.UNAUTHORIZED
        client.auth = (registry_htpasswd.username, "wrong")
        assert client.get("/v2/").status_code == httpx.codes.UNAUTHORIZED
        client.auth = (registry_htpasswd.username, registry_htpasswd.password)
        assert push_blob(client, "support/basic").status_code == httpx.codes.CREATED


def test_a_token_registry_lets_a_known_account_push(registry_token: RegistryServer) -> None:
    tokens = registry_token.tokens
    assert tokens is not None
    scope = "repository:support/token:pull,push"
    with httpx.Client(base_url=registry_token.url) as client:
        refused = push_blob(client, "support/token")
        assert refused.status_code == httpx.codes.UNAUTHORIZED
        assert f'realm="{tokens.realm}"' in refused.headers["WWW-Authenticate"]
        answer = ask_token(registry_token, scope, registry_token.password).json()
        client.headers["Authorization"] = f"Bearer {answer['token']}"
        assert push_blob(client, "support/token").status_code == httpx.codes.CREATED
    assert [(request.account, request.scopes) for request in tokens.requests] == [
        (registry_token.username, (scope,))
    ]


def test_an_anonymous_token_may_only_pull(registry_token: RegistryServer) -> None:
    answer = ask_token(registry_token, "repository:support/token:pull,push", "").json()
    with httpx.Client(base_url=registry_token.url) as client:
        client.headers["Authorization"] = f"Bearer {answer['token']}"
        assert client.get(f"/v2/support/token/blobs/{DIGEST}").status_code == httpx.codes.NOT_FOUND
        assert push_blob(client, "support/token").status_code == httpx.codes.UNAUTHORIZED


def test_the_registry_refuses_a_token_past_its_life(registry_token: RegistryServer) -> None:
    tokens = registry_token.tokens
    assert tokens is not None
    tokens.ttl, tokens.claimed_ttl = 0, 300
    scope = "repository:support/token:pull,push"
    answer = ask_token(registry_token, scope, registry_token.password).json()
    assert answer["expires_in"] == 300
    with httpx.Client(base_url=registry_token.url) as client:
        client.headers["Authorization"] = f"Bearer {answer['token']}"
        assert push_blob(client, "support/token").status_code == httpx.codes.UNAUTHORIZED


def test_a_wrong_password_gets_no_token(registry_token: RegistryServer) -> None:
    answer = ask_token(registry_token, "repository:support/token:pull", "wrong")
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert registry_token.tokens is not None
    assert [request.granted for request in registry_token.tokens.requests] == [False]


@pytest.mark.parametrize("right", [True, False])
def test_a_refresh_token_is_exchanged_by_post(registry_token: RegistryServer, right: bool) -> None:
    tokens = registry_token.tokens
    assert tokens is not None
    form = {
        "grant_type": "refresh_token",
        "service": SERVICE,
        "client_id": "test",
        "scope": "repository:support/token:pull,push repository:other:pull",
        "refresh_token": tokens.refresh_token if right else "wrong",
    }
    answer = httpx.post(tokens.realm, data=form)
    assert answer.is_success is right
    assert tokens.requests[-1].scopes == ("repository:support/token:pull,push", "repository:other:pull")
    if right:
        with httpx.Client(base_url=registry_token.url) as client:
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            assert push_blob(client, "support/token").status_code == httpx.codes.CREATED


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_tls_registry_is_trusted_only_through_its_authority(registry_tls: RegistryServer, name: str) -> None:
    url = registry_tls.url.replace("127.0.0.1", name)
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{url}/v2/")
    trusted = ssl.create_default_context(cafile=registry_tls.ca_file)
    trusted.verify_flags |= ssl.VERIFY_X509_STRICT
    assert httpx.get(f"{url}/v2/", verify=trusted).status_code == httpx.codes.OK


def test_each_test_has_an_empty_home_of_its_own(tmp_path: Path) -> None:
    assert list(Path.home().iterdir()) == []
    assert list(tmp_path.iterdir()) == []
