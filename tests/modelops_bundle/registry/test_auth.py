"""Logging in, from the side of the remote: what is asked of registry and token server, and how often."""

import base64
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from modelops_bundle.errors import AuthRefused, TransferFailed
from modelops_bundle.registry.auth_file import AuthFile
from tests.modelops_bundle.registry.conftest import Connect
from tests.support.stub_messages import Answer
from tests.support.stub_registry import StubRegistry
from tests.support.stub_tokens import IDENTITY_TOKEN, PASSWORD, USERNAME

READ = "scope=repository:lab/model:pull"
WRITE = "scope=repository:lab/model:pull,push"


def store_login(home: Path, host: str, username: str = USERNAME, password: str = PASSWORD) -> Path:
    path = home / ".docker" / "config.json"
    AuthFile.read(path).with_login(host, username, password).write()
    return path


def test_an_open_registry_is_asked_once_and_without_a_login(stub: StubRegistry, connect: Connect) -> None:
    connect(login=True).list_tags()
    assert [request.headers.get("Authorization") for request in stub.requests] == [None]


def test_basic_is_sent_from_the_second_request_on(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth = "basic"
    remote = connect(login=True)
    remote.list_tags()
    remote.list_tags()
    expected = "Basic " + base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
    assert [request.headers.get("Authorization") for request in stub.requests] == [None, expected, expected]


def test_a_wrong_basic_password_is_tried_once(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth = "basic"
    with pytest.raises(AuthRefused, match="401") as caught:
        connect(username=USERNAME, password="hunter2").list_tags()
    assert len(stub.requests) == 2
    assert f"modelops-bundle login {stub.host}" in caught.value.hint
    assert "hunter2" not in repr(caught.value)


def test_one_token_serves_many_threads_and_requests(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth = "bearer"
    remote = connect(login=True)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: remote.list_tags(), range(24)))
    assert len(stub.seen("GET", "^/token")) == 1


def test_a_token_is_asked_for_by_service_scope_and_account(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth = "bearer"
    connect(login=True).list_tags()
    [request] = stub.seen("GET", "^/token")
    assert request.target == f"/token?service=stub&{READ}&account={USERNAME}"


def test_a_token_to_push_serves_to_read_but_not_the_other_way(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth = "bearer"
    remote = connect(login=True)
    remote.list_tags()
    blob = stub.add_blob("lab/model", b"content")
    remote.has_blob(blob.digest)
    remote.list_tags()
    assert [WRITE in token.target for token in stub.seen("GET", "^/token")] == [False, True]


def test_anybody_reads_a_public_registry(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth, stub.quirks.public = "bearer", True
    assert connect().list_tags() == []
    [request] = stub.seen("GET", "^/token")
    assert "Authorization" not in request.headers and "account" not in request.target


def test_a_token_that_ended_early_is_renewed(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth = "bearer"
    remote = connect(login=True)
    remote.list_tags()
    stub.expire_tokens()
    remote.list_tags()
    assert len(stub.seen("GET", "^/token")) == 2


def test_a_request_is_not_repeated_for_ever(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth, stub.quirks.token_uses = "bearer", 0
    with pytest.raises(AuthRefused):
        connect(login=True).list_tags()
    assert len(stub.seen("GET", "tags/list")) == 3
    assert len(stub.seen("GET", "^/token")) == 2


def test_an_identity_token_is_exchanged_by_post(stub: StubRegistry, connect: Connect, tmp_path: Path) -> None:
    stub.quirks.auth = "bearer"
    config = tmp_path / ".docker" / "config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"auths": {stub.host: {"identitytoken": IDENTITY_TOKEN}}}))
    connect().list_tags()
    assert len(stub.seen("POST", "^/token$")) == 1 and not stub.seen("GET", "^/token")


def test_an_identity_token_is_sent_as_a_password_where_post_is_unknown(
    stub: StubRegistry, connect: Connect, tmp_path: Path
) -> None:
    stub.quirks.auth, stub.quirks.token_post = "bearer", False
    config = tmp_path / ".docker" / "config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"auths": {stub.host: {"identitytoken": IDENTITY_TOKEN}}}))
    connect().list_tags()
    assert len(stub.seen("POST", "^/token$")) == 1 and len(stub.seen("GET", "^/token")) == 1


def test_a_ready_token_is_used_as_it_is(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth = "bearer"
    stub.tokens["ready"] = {"repository:lab/model:pull"}
    assert connect(token="ready").list_tags() == []
    assert not stub.seen("GET", "^/token")
    with pytest.raises(AuthRefused):
        connect(token="stale").list_tags()


def test_a_stale_stored_login_does_not_keep_us_from_reading_in_public(
    stub: StubRegistry, connect: Connect, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stub.quirks.auth, stub.quirks.public = "bearer", True
    path = store_login(tmp_path, stub.host, password="hunter2")
    remote = connect()
    assert remote.list_tags() == []
    assert remote.list_tags() == []
    assert str(path) in caplog.text and "hunter2" not in caplog.text
    assert len(stub.seen("GET", "^/token")) == 2
    with pytest.raises(AuthRefused, match="refuses the login"):
        remote.push_blob(stub.add_blob("lab/other", b"x"), io.BytesIO)


def test_a_login_given_for_this_run_must_be_right(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth, stub.quirks.public = "bearer", True
    with pytest.raises(AuthRefused) as caught:
        connect(username=USERNAME, password="hunter2").list_tags()
    assert caught.value.hint == f"modelops-bundle login {stub.host}"


def test_who_may_not_read_without_a_login_either_is_told_where_to_log_in(
    stub: StubRegistry, connect: Connect, tmp_path: Path
) -> None:
    stub.quirks.auth = "bearer"
    store_login(tmp_path, stub.host, password="hunter2")
    with pytest.raises(AuthRefused, match="refuses access without a login") as caught:
        connect().list_tags()
    assert caught.value.hint == f"modelops-bundle login {stub.host}"


def test_the_hint_says_which_login_was_used(stub: StubRegistry, connect: Connect, tmp_path: Path) -> None:
    stub.quirks.auth = "basic"
    path = store_login(tmp_path, stub.host, password="wrong")
    with pytest.raises(AuthRefused) as caught:
        connect().list_tags()
    assert str(path) in caught.value.hint


@pytest.mark.parametrize(
    ("realm", "part"),
    [
        ("http://169.254.169.254/token", "inside this machine or cloud"),
        ("http://tokens.example.com/token", "without TLS"),
        ("https://10.0.0.1/token", "private"),
        ("token", "no http or https address"),
    ],
)
def test_a_token_server_in_the_wrong_place_is_never_asked(
    stub: StubRegistry, connect: Connect, realm: str, part: str
) -> None:
    stub.quirks.auth, stub.quirks.realm = "bearer", realm
    with pytest.raises((AuthRefused, TransferFailed)) as caught:
        connect(login=True, retries=0).list_tags()
    assert part in caught.value.message


def test_the_login_goes_to_the_registry_only_even_when_blobs_are_elsewhere(
    stub: StubRegistry, connect: Connect
) -> None:
    stub.quirks.auth, stub.quirks.redirect_blobs = "bearer", True
    blob = stub.add_blob("lab/model", b"content")
    assert b"".join(connect(login=True).read_blob(blob)) == b"content"
    [request] = stub.seen(server="storage")
    assert "Authorization" not in request.headers and request.status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"token": ""}',
        b'{"token": 5}',
        b'{"token": "' + b"a" * 200_000 + b'"}',
    ],
)
def test_a_token_that_is_none_is_an_error(stub: StubRegistry, connect: Connect, body: bytes) -> None:
    stub.quirks.auth = "bearer"
    stub.fail("GET", "^/token", status=200, body=body)
    with pytest.raises(TransferFailed, match="gives no token"):
        connect(login=True).list_tags()


def test_a_token_that_fits_no_header_is_refused_and_not_repeated(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth = "bearer"
    stub.fail("GET", "^/token", status=200, body=b'{"token": "hunter2\\r\\nX: b"}')
    for settings in ({"login": True}, {"token": "hunter2\nX: b"}):
        with pytest.raises(AuthRefused, match="no token has") as caught:
            connect(**settings).list_tags()
        assert "hunter2" not in repr(caught.value)


def test_the_token_server_must_not_send_us_elsewhere(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth = "bearer"
    stub.fail("GET", "^/token", status=307, headers={"Location": f"{stub.storage_url}/token"})
    with pytest.raises(TransferFailed, match="sends us elsewhere"):
        connect(login=True).list_tags()
    assert not stub.seen(server="storage")


def test_the_token_server_is_asked_again_when_it_is_busy(
    stub: StubRegistry, connect: Connect, sleeps: list[float]
) -> None:
    stub.quirks.auth = "bearer"
    stub.fail("GET", "^/token", status=503, headers={"Retry-After": "2"})
    stub.fail("GET", "^/token", drop_after=0)
    connect(login=True).list_tags()
    assert len(stub.seen("GET", "^/token")) == 3
    assert 2 <= sleeps[0] < 3


def test_an_access_token_counts_as_a_token(stub: StubRegistry, connect: Connect) -> None:
    def rename(answer: Answer) -> Answer:
        return Answer(answer.status, answer.body.replace(b'"token"', b'"access_token"'), answer.headers)

    stub.quirks.auth = "bearer"
    stub.fail("GET", "^/token", alter=rename)
    assert connect(login=True).list_tags() == []


def test_the_scope_that_the_registry_asks_for_is_added_to_ours(stub: StubRegistry, connect: Connect) -> None:
    challenge = f'Bearer realm="{stub.url}/token",service="s",scope="repository:inner/name:pull"'
    stub.quirks.auth = "bearer"
    stub.fail("GET", "tags/list", status=401, headers={"WWW-Authenticate": challenge})
    connect(login=True).list_tags()
    [request] = stub.seen("GET", "^/token")
    assert f"{READ}&scope=repository:inner/name:pull" in request.target
