"""Schemes, redirects and retries, from the side of the remote."""

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from modelops_bundle.bundles.media_types import OCI_MANIFEST
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import BundleError, TransferFailed
from modelops_bundle.registry.remote import RegistryRemote
from modelops_bundle.registry.server import RefusedAddress
from modelops_bundle.settings import Settings
from tests.modelops_bundle.registry.conftest import Connect
from tests.support.certificates import ServerCertificate, issue_server_certificate
from tests.support.registry_server import RegistryServer
from tests.support.stub_registry import StubRegistry, stub_registry

TAGS = "tags/list"
MANIFEST = b'{"schemaVersion":2}'


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ServerCertificate:
    return issue_server_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def tls_stub(certificate: ServerCertificate) -> Iterator[StubRegistry]:
    with stub_registry(certificate=certificate) as registry:
        yield registry


def tags_of(host: str, settings: Settings) -> list[str]:
    remote = RegistryRemote(f"{host}/lab/model", settings, lambda _: None)
    try:
        return remote.list_tags()
    finally:
        remote.close()


def test_a_registry_on_this_machine_may_speak_tls(
    tls_stub: StubRegistry, certificate: ServerCertificate, tmp_path: Path
) -> None:
    tls_stub.add_manifest("lab/model", b"{}", "v1")
    settings = Settings(home=tmp_path, ca_file=certificate.ca_file)
    assert tags_of(tls_stub.host, settings) == ["v1"]


def test_a_certificate_that_nobody_vouches_for_is_refused(tls_stub: StubRegistry, tmp_path: Path) -> None:
    with pytest.raises(TransferFailed, match=f"certificate of '{tls_stub.host}' is not trusted") as caught:
        tags_of(tls_stub.host, Settings(home=tmp_path))
    assert "MODELOPS_BUNDLE_CA_FILE" in caught.value.hint
    assert tls_stub.requests == []


@pytest.mark.server("docker-registry")
def test_a_real_registry_with_a_strange_certificate_is_refused(
    registry_tls: RegistryServer, tmp_path: Path
) -> None:
    with pytest.raises(TransferFailed, match="is not trusted"):
        tags_of(registry_tls.host, Settings(home=tmp_path))
    assert tags_of(registry_tls.host, Settings(home=tmp_path, ca_file=registry_tls.ca_file)) == []


def test_an_insecure_registry_needs_no_certificate(tls_stub: StubRegistry, tmp_path: Path) -> None:
    assert tags_of(tls_stub.host, Settings(home=tmp_path, insecure=True)) == []


def test_docker_s_certificates_are_trusted(
    tls_stub: StubRegistry, certificate: ServerCertificate, tmp_path: Path
) -> None:
    directory = tmp_path / ".config" / "docker" / "certs.d" / tls_stub.host
    directory.mkdir(parents=True)
    (directory / "ca.crt").write_bytes(certificate.ca_file.read_bytes())
    assert tags_of(tls_stub.host, Settings(home=tmp_path)) == []


def test_a_400_of_plain_http_is_an_answer_like_any_other(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.fail("GET", TAGS, status=400, times=2)
    with pytest.raises(TransferFailed, match="HTTP 400"):
        remote.list_tags()


def test_a_first_connection_that_breaks_does_not_turn_us_to_tls_for_ever(
    stub: StubRegistry, remote: RegistryRemote, sleeps: list[float]
) -> None:
    stub.fail("GET", TAGS, lose_answer=True)
    assert remote.list_tags() == []
    assert len(sleeps) == 1


def test_nobody_listening_is_told_at_once(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(TransferFailed, match=f"'{host}' refuses connections"):
            tags_of(host, Settings(home=tmp_path))


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_passing_failures_are_tried_again(
    stub: StubRegistry, remote: RegistryRemote, sleeps: list[float], status: int
) -> None:
    stub.add_manifest("lab/model", b"{}", "v1")
    stub.fail("GET", TAGS, status=status, times=3)
    assert remote.list_tags() == ["v1"]
    assert len(sleeps) == 3 and all(seconds <= 1 for seconds in sleeps)


@pytest.mark.parametrize("status", [400, 405, 409, 415, 418, 501])
def test_other_failures_are_not(
    stub: StubRegistry, remote: RegistryRemote, sleeps: list[float], status: int
) -> None:
    remote.list_tags()
    stub.fail("GET", TAGS, status=status)
    with pytest.raises(BundleError, match=str(status)):
        remote.list_tags()
    assert sleeps == [] and len(stub.requests) == 2


def test_tries_end(stub: StubRegistry, connect: Connect, sleeps: list[float]) -> None:
    stub.fail("GET", TAGS, status=503, times=99)
    with pytest.raises(TransferFailed, match=r"HTTP 503 \(tried 4 times\)"):
        connect(retries=3).list_tags()
    assert len(stub.requests) == 4


@pytest.mark.parametrize("status", [429, 503])
def test_the_registry_says_how_long_to_wait(
    stub: StubRegistry, remote: RegistryRemote, sleeps: list[float], status: int
) -> None:
    stub.fail("GET", TAGS, status=status, headers={"Retry-After": "7"})
    remote.list_tags()
    assert 7 <= sleeps[0] <= 8
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    stub.fail("GET", TAGS, status=status, headers={"Retry-After": date})
    remote.list_tags()
    assert 90 <= sleeps[-1] <= 101


def test_one_429_holds_up_all_threads(stub: StubRegistry, remote: RegistryRemote, sleeps: list[float]) -> None:
    stub.fail("GET", TAGS, status=429, headers={"Retry-After": "60"})
    remote.list_tags()
    other = threading.Thread(target=remote.list_tags)
    other.start()
    other.join()
    assert len(sleeps) == 2 and all(50 <= seconds <= 61 for seconds in sleeps)


def test_a_small_answer_that_breaks_off_is_asked_for_again(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.add_manifest("lab/model", b"{}", "v1")
    stub.fail("GET", TAGS, drop_after=5)
    assert remote.list_tags() == ["v1"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(stub: StubRegistry, remote: RegistryRemote, status: int) -> None:
    stub.add_manifest("lab/other", b"{}", "v1")
    stub.fail("GET", "lab/model", status=status, headers={"Location": "/v2/lab/other/tags/list"})
    assert remote.list_tags() == ["v1"]


@pytest.mark.parametrize("status", [307, 308])
def test_a_body_goes_along_with_a_redirect(stub: StubRegistry, remote: RegistryRemote, status: int) -> None:
    digest = digest_of(MANIFEST)
    stub.fail("PUT", "lab/model", status=status, headers={"Location": f"/v2/lab/other/manifests/{digest}"})
    with pytest.raises(TransferFailed, match="does not have it"):
        remote.push_manifest(MANIFEST, OCI_MANIFEST)
    assert stub.manifests["lab/other"] == {digest: (OCI_MANIFEST, MANIFEST)}


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_would_lose_the_body_is_an_error(
    stub: StubRegistry, remote: RegistryRemote, status: int
) -> None:
    stub.fail("PUT", "lab/model", status=status, headers={"Location": "/v2/"})
    with pytest.raises(TransferFailed, match=str(status)):
        remote.push_manifest(MANIFEST, OCI_MANIFEST)


def test_redirects_end(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.fail("GET", TAGS, status=307, times=99, headers={"Location": "/v2/lab/model/tags/list"})
    with pytest.raises(TransferFailed, match="more than 5 times"):
        remote.list_tags()
    assert len(stub.requests) == 6


@pytest.mark.parametrize(
    "location",
    ["http://169.254.169.254/", "ftp://example.com/", "http://u:p@127.0.0.1/", "http://[/", f"http://{'a' * 70}/"],
)
def test_redirects_into_the_wild_are_refused(stub: StubRegistry, remote: RegistryRemote, location: str) -> None:
    stub.fail("GET", TAGS, status=307, headers={"Location": location})
    with pytest.raises(RefusedAddress):
        remote.list_tags()


def test_no_proxy_stands_between_us_and_this_machine(
    stub: StubRegistry, remote: RegistryRemote, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert remote.list_tags() == []
