import random
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import AuthRefused, IntegrityError, Invalid, NotFound, TransferFailed
from modelops_bundle.registry.remote import RegistryRemote
from modelops_bundle.settings import Settings
from tests.modelops_bundle.registry.conftest import Connect
from tests.support.registry_server import RegistryServer
from tests.support.stub_messages import Answer
from tests.support.stub_registry import StubRegistry

CONTENT = random.Random(1).randbytes(300_000)
BLOBS = "/blobs/sha256|sig="


@pytest.fixture
def blob(stub: StubRegistry) -> Descriptor:
    return stub.add_blob("lab/model", CONTENT)


def read(remote: RegistryRemote, blob: Descriptor, offset: int = 0, length: int | None = None) -> bytes:
    return b"".join(remote.read_blob(blob, offset, length))


def ranges(stub: StubRegistry) -> list[str | None]:
    return [request.headers.get("Range") for request in stub.seen("GET", BLOBS)]


def test_the_size_of_a_blob_is_asked_for_without_its_bytes(
    stub: StubRegistry, remote: RegistryRemote, blob: Descriptor
) -> None:
    assert remote.blob_size(blob.digest) == len(CONTENT)
    assert not stub.seen("GET", BLOBS)
    with pytest.raises(NotFound):
        remote.blob_size(digest_of(b"something else"))


@pytest.mark.parametrize("answer", [Answer(304), Answer(200, b"", {"Content-Length": "9" * 20})])
def test_a_registry_that_tells_no_size_is_refused(
    stub: StubRegistry, remote: RegistryRemote, blob: Descriptor, answer: Answer
) -> None:
    stub.fail("HEAD", BLOBS, alter=lambda _: answer)
    with pytest.raises((TransferFailed, IntegrityError)):
        remote.blob_size(blob.digest)


def test_a_whole_blob_is_read_without_a_range(
    stub: StubRegistry, remote: RegistryRemote, blob: Descriptor
) -> None:
    assert read(remote, blob) == CONTENT
    assert ranges(stub) == [None]


@pytest.mark.parametrize(
    ("offset", "length", "sent"),
    [
        (0, 1, "bytes=0-0"),
        (5, 10, "bytes=5-14"),
        (299_999, None, "bytes=299999-299999"),
        (1, None, "bytes=1-299999"),
        (0, 299_999, "bytes=0-299998"),
    ],
)
@pytest.mark.parametrize("ignored", [False, True])
def test_a_part_is_read_with_a_closed_range_even_if_the_server_sends_everything(
    stub: StubRegistry,
    remote: RegistryRemote,
    blob: Descriptor,
    offset: int,
    length: int | None,
    sent: str,
    ignored: bool,
) -> None:
    stub.quirks.ranges, stub.quirks.open_ranges = not ignored, False
    end = len(CONTENT) if length is None else offset + length
    assert read(remote, blob, offset, length) == CONTENT[offset:end]
    assert ranges(stub) == [sent]


def test_nothing_is_read_without_a_request(stub: StubRegistry, remote: RegistryRemote, blob: Descriptor) -> None:
    assert read(remote, blob, 7, 0) == b"" and read(remote, blob, len(CONTENT)) == b""
    assert read(remote, replace(blob, size=0)) == b""
    assert stub.requests == []


@pytest.mark.parametrize(("offset", "length"), [(-1, None), (300_001, None), (0, 300_001), (5, -1)])
def test_bytes_outside_the_blob_are_refused(
    remote: RegistryRemote, blob: Descriptor, offset: int, length: int | None
) -> None:
    with pytest.raises(Invalid, match="do not lie in"):
        read(remote, blob, offset, length)


@pytest.mark.parametrize("ignored", [False, True])
def test_a_lost_connection_is_taken_up_where_it_broke(
    stub: StubRegistry, remote: RegistryRemote, blob: Descriptor, sleeps: list[float], ignored: bool
) -> None:
    stub.quirks.ranges = not ignored
    stub.fail("GET", BLOBS, drop_after=100_000)
    stub.fail("GET", BLOBS, drop_after=150_000)
    assert read(remote, blob) == CONTENT
    last = "bytes=250000-299999" if not ignored else "bytes=150000-299999"
    assert ranges(stub) == [None, "bytes=100000-299999", last]
    assert len(sleeps) == 2


def test_a_body_that_ends_early_without_saying_so_is_taken_up(
    stub: StubRegistry, remote: RegistryRemote, blob: Descriptor
) -> None:
    def shorten(answer: Answer) -> Answer:
        return Answer(206, answer.body[:1000], {"Content-Range": f"bytes 0-999/{len(CONTENT)}"})

    stub.fail("GET", BLOBS, alter=shorten)
    assert read(remote, blob) == CONTENT
    assert ranges(stub) == [None, "bytes=1000-299999"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    offset=st.integers(0, len(CONTENT)),
    length=st.integers(0, len(CONTENT)),
    drops=st.lists(st.integers(0, len(CONTENT) - 1), max_size=6),
    honoured=st.booleans(),
)
def test_whatever_breaks_exactly_the_wanted_bytes_arrive(
    stub: StubRegistry,
    connect: Connect,
    blob: Descriptor,
    offset: int,
    length: int,
    drops: list[int],
    honoured: bool,
) -> None:
    length = min(length, len(CONTENT) - offset)
    stub.quirks.ranges = honoured
    stub.mend()
    for drop in drops:
        stub.fail("GET", BLOBS, drop_after=drop)
    remote = connect()
    remote.has_blob(blob.digest)
    assert read(remote, blob, offset, length) == CONTENT[offset : offset + length]


def test_progress_keeps_a_long_download_going(stub: StubRegistry, connect: Connect) -> None:
    content = bytes(6 << 20)
    blob = stub.add_blob("lab/model", content)
    stub.fail("GET", BLOBS, drop_after=1 << 20, times=5)
    remote = connect(retries=1)
    assert sum(map(len, remote.read_blob(blob))) == len(content)


def test_progress_of_long_ago_does_not_keep_a_download_going(stub: StubRegistry, connect: Connect) -> None:
    blob = stub.add_blob("lab/model", bytes(6 << 20))
    remote = connect(retries=2)
    remote.has_blob(blob.digest)
    stub.fail("GET", BLOBS, drop_after=2 << 20)
    stub.fail("GET", BLOBS, drop_after=1000, times=99)
    with pytest.raises(TransferFailed, match="tried 3 times"):
        read(remote, blob)
    assert len(ranges(stub)) == 3


def test_a_download_that_gets_nowhere_ends(stub: StubRegistry, connect: Connect, blob: Descriptor) -> None:
    remote = connect(retries=2)
    remote.has_blob(blob.digest)
    stub.fail("GET", BLOBS, drop_after=1000, times=99)
    with pytest.raises(TransferFailed, match=r"tried 3 times"):
        read(remote, blob)
    assert len(ranges(stub)) == 3


def test_more_bytes_than_the_descriptor_says_are_never_given(
    stub: StubRegistry, remote: RegistryRemote, blob: Descriptor
) -> None:
    with pytest.raises(IntegrityError, match="300000 bytes, and 1000"):
        read(remote, replace(blob, size=1000))
    with pytest.raises(IntegrityError, match="300000 bytes, and 1000"):
        read(remote, replace(blob, size=1000), 5, 10)


def test_an_endless_answer_is_cut(stub: StubRegistry, remote: RegistryRemote, blob: Descriptor) -> None:
    def chunked(answer: Answer) -> Answer:
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(answer.body), answer.body)
        return Answer(200, body, {"Transfer-Encoding": "chunked"})

    stub.fail("GET", BLOBS, alter=chunked)
    blocks = list(remote.read_blob(replace(blob, size=1000)))
    assert b"".join(blocks) == CONTENT[:1000] and all(blocks)


def test_a_blob_that_is_too_short_is_an_integrity_error(
    stub: StubRegistry, remote: RegistryRemote, blob: Descriptor
) -> None:
    longer = replace(blob, size=400_000)
    with pytest.raises(IntegrityError, match="300000 bytes, and 400000"):
        read(remote, longer)
    with pytest.raises(IntegrityError, match="shorter than"):
        read(remote, longer, 350_000)


def test_the_wrong_part_is_not_taken_for_the_right_one(
    stub: StubRegistry, remote: RegistryRemote, blob: Descriptor
) -> None:
    def shift(answer: Answer) -> Answer:
        return Answer(206, answer.body, {"Content-Range": "bytes 0-9/300000"})

    def unsaid(answer: Answer) -> Answer:
        return Answer(206, answer.body)

    stub.fail("GET", BLOBS, alter=shift)
    stub.fail("GET", BLOBS, alter=unsaid)
    assert read(remote, blob, 50, 10) == CONTENT[50:60]
    assert len(ranges(stub)) == 3


def test_wrong_bytes_are_left_to_the_caller(stub: StubRegistry, remote: RegistryRemote, blob: Descriptor) -> None:
    stub.fail("GET", BLOBS, alter=lambda answer: Answer(200, bytes(len(CONTENT))))
    assert read(remote, blob) == bytes(len(CONTENT))


def test_a_signed_url_is_asked_for_anew_when_it_has_ended(
    stub: StubRegistry, remote: RegistryRemote, blob: Descriptor
) -> None:
    stub.quirks.redirect_blobs, stub.quirks.signed_url_uses = True, 1
    stub.fail("GET", "sig=", drop_after=100_000)
    stub.fail("GET", "sig=", status=403, body=b"<Error>expired SECRET</Error>")
    assert read(remote, blob) == CONTENT
    signed = stub.seen("GET", server="storage")
    assert len(signed) == 3 and len({request.target for request in signed}) == 3
    assert signed[-1].headers["Range"] == "bytes=100000-299999"


def test_a_storage_that_keeps_refusing_ends_the_download(
    stub: StubRegistry, connect: Connect, blob: Descriptor
) -> None:
    stub.quirks.redirect_blobs, stub.quirks.signed_url_uses = True, 0
    with pytest.raises(TransferFailed, match="403") as caught:
        read(connect(retries=2), blob)
    assert "sig=" not in str(caught.value)


def test_a_blob_that_is_not_there_is_told(remote: RegistryRemote, blob: Descriptor, stub: StubRegistry) -> None:
    stub.blobs.clear()
    with pytest.raises(NotFound, match=str(blob.digest)):
        read(remote, blob)


def test_a_registry_that_refuses_is_not_asked_again(
    stub: StubRegistry, remote: RegistryRemote, blob: Descriptor
) -> None:
    remote.has_blob(blob.digest)
    stub.fail("GET", BLOBS, status=403, times=9)
    with pytest.raises(AuthRefused):
        read(remote, blob)
    assert len(ranges(stub)) == 1


def test_a_token_that_ends_in_the_middle_is_renewed(
    stub: StubRegistry, connect: Connect, blob: Descriptor
) -> None:
    stub.quirks.auth = "bearer"
    remote = connect(login=True)
    remote.list_tags()
    stub.fail("GET", BLOBS, drop_after=100_000)
    stub.fail("GET", BLOBS, before=StubRegistry.expire_tokens)
    assert read(remote, blob) == CONTENT
    assert len(stub.seen("GET", "^/token")) == 2


def test_a_reader_that_stops_early_stops_the_transfer(
    stub: StubRegistry, remote: RegistryRemote, blob: Descriptor
) -> None:
    first = next(remote.read_blob(blob))
    assert CONTENT.startswith(first)
    assert remote.has_blob(blob.digest)


@pytest.mark.server("docker-registry")
def test_a_real_registry_serves_whole_blobs_and_parts(registry: RegistryServer) -> None:
    remote = RegistryRemote(f"{registry.host}/download/parts", Settings())
    blob = Descriptor("application/x", digest_of(CONTENT), len(CONTENT))
    remote.push_blob(blob, lambda: BytesIO(CONTENT))
    assert read(remote, blob) == CONTENT
    assert read(remote, blob, 1234, 4321) == CONTENT[1234 : 1234 + 4321]
    remote.close()
