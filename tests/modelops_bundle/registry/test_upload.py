import io
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import pytest

from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import AuthRefused, IntegrityError, Invalid, NotFound, TransferFailed
from modelops_bundle.registry.reference import parse_repository
from modelops_bundle.registry.remote import RegistryRemote
from modelops_bundle.registry.retry import RetryPolicy
from modelops_bundle.registry.transport import Transport
from modelops_bundle.registry.upload import ContentChanged, has_blob, push_blob
from modelops_bundle.remote import BlobStatus
from modelops_bundle.settings import Settings
from tests.modelops_bundle.registry.conftest import Connect
from tests.support.stub_messages import Answer
from tests.support.stub_registry import StubRegistry
from tests.support.stub_tokens import PASSWORD, USERNAME

LARGE = random.Random(2).randbytes(2_500_000)
SMALL = b"a small blob"
UPLOADS = "/blobs/uploads/"


def describe(data: bytes) -> Descriptor:
    return Descriptor("application/x", digest_of(data), len(data))


def push(remote: RegistryRemote, data: bytes, sent: bytes | None = None) -> BlobStatus:
    return remote.push_blob(describe(data), lambda: io.BytesIO(data if sent is None else sent))


def methods(stub: StubRegistry) -> list[str]:
    return [request.method for request in stub.requests]


def stored(stub: StubRegistry, data: bytes, repository: str = "lab/model") -> bool:
    return stub.blobs[repository].get(digest_of(data)) == data


def test_a_large_blob_is_asked_for_before_it_is_sent(stub: StubRegistry, remote: RegistryRemote) -> None:
    assert push(remote, LARGE) is BlobStatus.PUSHED
    assert push(remote, LARGE) is BlobStatus.EXISTS
    assert methods(stub) == ["HEAD", "POST", "PUT", "HEAD"]
    assert stored(stub, LARGE) and stub.received_bytes == len(LARGE)


def test_a_small_blob_is_just_sent(stub: StubRegistry, remote: RegistryRemote) -> None:
    assert push(remote, SMALL) is BlobStatus.PUSHED
    assert methods(stub) == ["POST", "PUT"] and stored(stub, SMALL)


def test_the_bytes_go_in_one_body_of_known_length(stub: StubRegistry, remote: RegistryRemote) -> None:
    push(remote, LARGE)
    [request] = stub.seen("PUT")
    assert request.headers["Content-Length"] == str(len(LARGE))
    assert "Transfer-Encoding" not in request.headers
    assert request.headers["Content-Type"] == "application/octet-stream"


def test_an_empty_blob_is_never_sent(stub: StubRegistry, remote: RegistryRemote) -> None:
    with pytest.raises(Invalid, match="empty blob"):
        push(remote, b"")
    assert stub.requests == []


@pytest.mark.parametrize("location", ["relative", "absolute", "scheme-relative"])
def test_the_location_comes_back_byte_for_byte(stub: StubRegistry, remote: RegistryRemote, location: str) -> None:
    stub.quirks.location = location  # type: ignore[assignment]
    stub.quirks.upload_query = "_state=a%2Cb%3D,+%20/~&sig=x%2By%2F=="
    push(remote, SMALL)
    [request] = stub.seen("PUT")
    assert f"?{stub.quirks.upload_query}&digest=sha256%3A" in request.target


def test_an_upload_to_another_server_goes_there_without_the_login(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth, stub.quirks.upload_to_storage = "bearer", True
    assert push(connect(login=True), SMALL) is BlobStatus.PUSHED
    [request] = stub.seen("PUT", server="storage")
    assert "Authorization" not in request.headers and stored(stub, SMALL)


def test_an_upload_url_that_has_ended_is_asked_for_anew(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.quirks.upload_to_storage = True
    stub.fail("PUT", "sig=", status=403)
    assert push(remote, SMALL) is BlobStatus.PUSHED
    assert len(stub.seen("POST")) == 2


@pytest.mark.parametrize("sent", [LARGE[:-1], LARGE + b"x", LARGE[:-1] + b"\0", b"", b"\0" + LARGE[1:]])
def test_content_that_changed_is_never_stored(stub: StubRegistry, remote: RegistryRemote, sent: bytes) -> None:
    with pytest.raises(ContentChanged, match="changed while it was sent") as caught:
        push(remote, LARGE, sent)
    assert isinstance(caught.value, IntegrityError)
    assert stub.blobs["lab/model"] == {}


def test_the_content_is_opened_anew_for_each_try_and_closed(stub: StubRegistry, remote: RegistryRemote) -> None:
    opened: list[BinaryIO] = []

    def open_content() -> BinaryIO:
        opened.append(io.BytesIO(LARGE))
        return opened[-1]

    stub.fail("PUT", UPLOADS, drop_after=1_200_000)
    assert remote.push_blob(describe(LARGE), open_content) is BlobStatus.PUSHED
    assert len(opened) == 2 and stored(stub, LARGE)
    assert opened[1].closed


@pytest.mark.parametrize("drop_after", [0, 1, 1_048_576, 2_499_999, 2_500_000])
def test_a_connection_lost_at_any_byte_is_survived(
    stub: StubRegistry, remote: RegistryRemote, drop_after: int
) -> None:
    stub.fail("PUT", UPLOADS, drop_after=drop_after)
    assert push(remote, LARGE) is BlobStatus.PUSHED
    assert stored(stub, LARGE) and len(stub.seen("POST")) == 2


def test_a_blob_that_arrived_is_not_sent_again_when_only_the_answer_is_lost(
    stub: StubRegistry, remote: RegistryRemote
) -> None:
    stub.fail("PUT", UPLOADS, lose_answer=True)
    assert push(remote, LARGE) is BlobStatus.PUSHED
    assert methods(stub) == ["HEAD", "POST", "PUT", "HEAD"]


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, b'{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}'), (416, b""), (500, b""), (429, b"")],
)
def test_a_lost_upload_is_begun_anew(stub: StubRegistry, remote: RegistryRemote, status: int, body: bytes) -> None:
    stub.fail("PUT", UPLOADS, status=status, body=body)
    assert push(remote, SMALL) is BlobStatus.PUSHED
    assert len(stub.seen("POST")) == 2 and stored(stub, SMALL)


def test_bytes_garbled_on_the_way_are_sent_again(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.fail("PUT", UPLOADS, status=400, body=b'{"errors":[{"code":"DIGEST_INVALID"}]}')
    assert push(remote, SMALL) is BlobStatus.PUSHED


def test_tries_end(stub: StubRegistry, connect: Connect) -> None:
    stub.fail("PUT", UPLOADS, status=500, times=99)
    with pytest.raises(TransferFailed, match=r"tried 3 times"):
        push(connect(retries=2), SMALL)
    assert len(stub.seen("PUT")) == 3


def test_a_body_that_is_too_large_for_a_proxy_is_told(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.quirks.max_body = 1_000_000
    with pytest.raises(TransferFailed, match="413") as caught:
        push(remote, LARGE)
    assert "body limit" in caught.value.hint and len(stub.seen("PUT")) == 1


def test_a_registry_that_stores_something_else_is_caught(stub: StubRegistry, remote: RegistryRemote) -> None:
    other = digest_of(b"other")
    stub.fail("PUT", UPLOADS, alter=lambda answer: Answer(201, headers={"Docker-Content-Digest": other}))
    with pytest.raises(IntegrityError, match=other):
        push(remote, SMALL)


def test_an_upload_that_leads_nowhere_is_an_error(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.fail("POST", UPLOADS, alter=lambda answer: Answer(202))
    with pytest.raises(TransferFailed, match="does not say where"):
        push(remote, SMALL)


def test_a_repository_that_must_be_created_first_is_told(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.quirks.repositories = {"lab/other"}
    with pytest.raises(NotFound, match="there is no repository") as caught:
        push(remote, LARGE)
    assert "created before a push" in caught.value.hint


def test_no_right_to_push_is_told(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth, stub.quirks.public = "bearer", True
    with pytest.raises(AuthRefused) as caught:
        push(connect(), LARGE)
    assert "modelops-bundle login" in caught.value.hint and not stub.seen("PUT")


@pytest.mark.parametrize("status", [401, 403, 404, 405, 400])
def test_a_refusal_to_tell_counts_as_no(stub: StubRegistry, remote: RegistryRemote, status: int) -> None:
    stub.add_blob("lab/model", LARGE)
    remote.list_tags()
    stub.fail("HEAD", "/blobs/", status=status)
    assert not remote.has_blob(digest_of(LARGE))
    assert remote.has_blob(digest_of(LARGE))


def test_a_redirect_to_the_storage_counts_as_yes(stub: StubRegistry, remote: RegistryRemote) -> None:
    remote.list_tags()
    stub.fail("HEAD", "/blobs/", status=307, headers={"Location": f"{stub.storage_url}/x?sig=1"})
    assert remote.has_blob(digest_of(LARGE))
    assert not stub.seen(server="storage")


def test_a_push_asks_for_the_right_to_push_from_its_first_request_on(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth, stub.quirks.hides_new_repositories = "bearer", True
    assert push(connect(login=True), LARGE) is BlobStatus.PUSHED
    assert len(stub.seen("GET", "^/token")) == 1


def test_a_token_that_ends_during_a_push_is_renewed(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth = "bearer"
    remote = connect(login=True)
    blobs = [random.Random(seed).randbytes(10_000) for seed in range(4)]
    for data in blobs:
        stub.fail("PUT", UPLOADS, before=StubRegistry.expire_tokens)
        push(remote, data)
    assert all(stored(stub, data) for data in blobs)
    assert len(stub.seen("PUT")) == 8


def test_a_token_that_would_end_during_a_body_is_renewed_before(stub: StubRegistry, tmp_path: Path) -> None:
    stub.quirks.auth = "bearer"
    now = [0.0]
    settings = Settings(home=tmp_path, username=USERNAME, password=PASSWORD)
    policy = RetryPolicy(0, clock=lambda: now[0])
    transport = Transport(parse_repository(f"{stub.host}/lab/model"), settings, policy)
    has_blob(transport, digest_of(LARGE))
    now[0] = 250.0
    push_blob(transport, describe(LARGE), lambda: io.BytesIO(LARGE))
    transport.close()
    authorizations = {method: stub.seen(method)[-1].headers["Authorization"] for method in ("HEAD", "POST", "PUT")}
    assert authorizations["HEAD"] == authorizations["POST"] != authorizations["PUT"]


def test_a_registry_may_take_its_time_over_the_bytes(stub: StubRegistry, connect: Connect) -> None:
    stub.fail("PUT", UPLOADS, before=lambda _: time.sleep(0.05))
    assert push(connect(timeout=0.03), SMALL) is BlobStatus.PUSHED
    assert len(stub.seen("PUT")) == 1


def test_many_threads_push_at_once(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth = "bearer"
    remote = connect(login=True)
    blobs = [random.Random(seed).randbytes(20_000) for seed in range(24)]
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda data: push(remote, data), blobs)) == {BlobStatus.PUSHED}
    assert all(stored(stub, data) for data in blobs)
    assert len(stub.seen("GET", "^/token")) == 1
    assert threading.active_count() < 100


@pytest.mark.parametrize("with_host", [False, True])
def test_a_blob_of_another_repository_is_mounted(stub: StubRegistry, connect: Connect, with_host: bool) -> None:
    stub.quirks.auth = "bearer"
    blob = stub.add_blob("lab/other", SMALL)
    source = f"{stub.host}/lab/other" if with_host else "lab/other"
    assert connect(login=True).mount_blob(blob.digest, source)
    assert stored(stub, SMALL)
    [token] = stub.seen("GET", "^/token")
    assert "scope=repository:lab/model:pull,push&scope=repository:lab/other:pull&" in token.target


def test_an_upload_in_place_of_a_mount_is_cancelled(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.quirks.mounts = False
    blob = stub.add_blob("lab/other", SMALL)
    assert not remote.mount_blob(blob.digest, "lab/other")
    assert methods(stub) == ["POST", "DELETE"] and stub.uploads == {}


def test_a_cancellation_that_fails_does_no_harm(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.fail("DELETE", UPLOADS, status=500)
    assert not remote.mount_blob(digest_of(SMALL), "lab/other")


@pytest.mark.parametrize("status", [401, 403, 404, 405])
def test_a_mount_that_is_refused_is_no_error(stub: StubRegistry, remote: RegistryRemote, status: int) -> None:
    remote.list_tags()
    stub.fail("POST", UPLOADS, status=status)
    assert not remote.mount_blob(digest_of(SMALL), "lab/other")
