import logging
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from httpcore._backends.sync import SyncStream

from modelops_bundle.errors import Invalid, TransferFailed
from modelops_bundle.registry.remote import RegistryRemote
from modelops_bundle.registry.wire import Wire
from modelops_bundle.settings import Settings
from tests.modelops_bundle.registry.conftest import Connect
from tests.support.stub_registry import StubRegistry


@pytest.fixture
def wire(stub: StubRegistry, tmp_path: Path) -> Iterator[Wire]:
    wire = Wire(stub.host, Settings(home=tmp_path))
    yield wire
    wire.close()


def test_requests_ask_for_bytes_as_they_are_and_say_who_asks(stub: StubRegistry, wire: Wire) -> None:
    wire.fetch("GET", f"{stub.url}/v2/", {})
    [request] = stub.requests
    assert request.headers["Accept-Encoding"] == "identity"
    assert re.fullmatch(r"modelops-bundle/\d+\.\d+\.\d+.*", request.headers["User-Agent"])


def test_cookies_are_not_kept(stub: StubRegistry, wire: Wire) -> None:
    stub.quirks.set_cookie = True
    for _ in range(2):
        wire.fetch("GET", f"{stub.url}/v2/", {})
    assert all("Cookie" not in request.headers for request in stub.requests)


def test_a_body_is_cut_at_the_limit(stub: StubRegistry, wire: Wire) -> None:
    stub.fail("GET", "/v2/", status=200, body=b"x" * 200_000)
    assert wire.fetch("GET", f"{stub.url}/v2/", {}, limit=1000).body == b"x" * 1000


def test_much_is_read_at_once_and_by_nobody_else_in_the_process(
    stub: StubRegistry, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    real = SyncStream.read

    def read(stream: SyncStream, max_bytes: int, timeout: float | None = None) -> bytes:
        sizes.append(max_bytes)
        return real(stream, max_bytes, timeout)

    monkeypatch.setattr(SyncStream, "read", read)
    stub.fail("GET", "/v2/", status=200, body=b"x" * (1 << 20), times=9)
    for _ in range(2):  # the second time by the connection that is kept
        assert len(wire.fetch("GET", f"{stub.url}/v2/", {}, limit=1 << 20).body) == 1 << 20
    assert set(sizes) == {256 << 10}
    sizes.clear()
    assert len(httpx.get(f"{stub.url}/v2/").content) == 1 << 20
    assert set(sizes) == {64 << 10}


def test_one_line_is_traced_for_each_request_without_secrets(
    stub: StubRegistry, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    stub.quirks.auth, stub.quirks.redirect_blobs = "bearer", True
    blob = stub.add_blob("lab/model", b"content")
    with caplog.at_level(logging.DEBUG, "modelops_bundle.http"):
        b"".join(connect(login=True).read_blob(blob))
    lines = [record.message for record in caplog.records if record.name == "modelops_bundle.http"]
    assert [re.sub(r"127\.0\.0\.1:\d+|\d+ ms|sha256:\w+", "_", line) for line in lines] == [
        "GET http://_/v2/lab/model/blobs/_ 401 _",
        "GET http://_/token?service=stub&scope=repository:lab/model:pull&account=… 200 _",
        "GET http://_/v2/lab/model/blobs/_ 307 _",
        "GET http://_/lab/model/_?sig=… 200 _",
    ]


def test_a_lost_connection_is_traced_too(
    stub: StubRegistry, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    remote = connect()
    remote.list_tags()
    stub.fail("GET", "tags", lose_answer=True)
    with caplog.at_level(logging.DEBUG, "modelops_bundle.http"):
        remote.list_tags()
    assert "tags/list?n=1000 RemoteProtocolError" in caplog.text


def test_no_log_of_httpx_holds_a_secret(
    stub: StubRegistry, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    stub.quirks.auth, stub.quirks.redirect_blobs = "bearer", True
    blob = stub.add_blob("lab/model", b"content")
    with caplog.at_level(logging.DEBUG):
        b"".join(connect(login=True).read_blob(blob))
    assert "HTTP Request: GET" in caplog.text and "httpcore" in {
        record.name.partition(".")[0] for record in caplog.records
    }
    [signed] = stub.seen(server="storage")
    secrets = [signed.target.partition("sig=")[2], *stub.tokens]
    secrets += [
        request.headers["Authorization"] for request in stub.requests if "Authorization" in request.headers
    ]
    assert len(secrets) == 4
    assert [secret for secret in secrets if secret in caplog.text] == []


def test_large_bodies_are_read_in_large_blocks(stub: StubRegistry, wire: Wire) -> None:
    stub.fail("GET", "/v2/", status=200, body=bytes(16 << 20))
    with wire.reading(wire.open("GET", f"{stub.url}/v2/", {})) as response:
        assert max(map(len, response.iter_raw())) > 64 << 10


def test_plain_http_loads_no_certificates(stub: StubRegistry, tmp_path: Path) -> None:
    wire = Wire(stub.host, Settings(home=tmp_path, ca_file=tmp_path / "missing.pem"))
    wire.fetch("GET", f"{stub.url}/v2/", {})
    with pytest.raises(Invalid, match=r"missing\.pem"):
        wire.fetch("GET", f"https://{stub.host}/v2/", {})
    wire.close()


def test_a_closed_remote_holds_no_connections(stub: StubRegistry, remote: RegistryRemote) -> None:
    remote.list_tags()
    remote.close()
    with pytest.raises(RuntimeError):
        remote.list_tags()


def test_a_server_that_never_answers_takes_a_few_tries_of_the_time_that_the_settings_say(tmp_path: Path) -> None:
    """It accepts connections, and then neither takes a request nor shakes hands for TLS."""
    waits: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings = Settings(home=tmp_path, timeout=0.05)
        remote = RegistryRemote(f"127.0.0.1:{server.getsockname()[1]}/lab/model", settings, waits.append)
        started = time.monotonic()
        with pytest.raises(TransferFailed, match=r"it fell silent \(tried 3 times\)"):
            remote.fetch_manifest("v1")
        assert time.monotonic() - started < 5
        remote.close()
    assert len(waits) == 2
