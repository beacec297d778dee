import json
from collections.abc import Callable

import pytest

from modelops_bundle.bundles.media_types import OCI_MANIFEST
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import (
    AuthRefused,
    BundleError,
    IntegrityError,
    Invalid,
    RemoteMoved,
    TransferFailed,
)
from modelops_bundle.registry import tags
from modelops_bundle.registry.remote import RegistryRemote
from modelops_bundle.registry.server import RefusedAddress
from tests.modelops_bundle.registry.conftest import Connect
from tests.support.stub_messages import Answer
from tests.support.stub_registry import StubRegistry

HEAD_TAG = "/manifests/v1"


def manifest(text: str) -> bytes:
    return json.dumps({"schemaVersion": 2, "annotations": {"a": text}}).encode()


OURS, BASE, THEIRS = manifest("ours"), manifest("base"), manifest("theirs")


def set_tag(remote: RegistryRemote, expected: bytes | None, data: bytes = OURS) -> None:
    remote.set_tag("v1", data, OCI_MANIFEST, digest_of(expected) if expected else None)


def move(data: bytes) -> Callable[[StubRegistry], None]:
    def act(stub: StubRegistry) -> None:
        stub.add_manifest("lab/model", data, "v1")

    return act


def tag_of(stub: StubRegistry) -> str | None:
    return stub.tags["lab/model"].get("v1")


@pytest.mark.parametrize("content_digest", [True, False])
def test_a_tag_is_resolved_even_without_a_digest_header(
    stub: StubRegistry, remote: RegistryRemote, content_digest: bool
) -> None:
    stub.quirks.content_digest = content_digest
    digest = stub.add_manifest("lab/model", OURS, "v1")
    assert remote.resolve_tag("v1") == digest
    assert remote.resolve_tag("v2") is None
    assert len(stub.seen("GET")) == (0 if content_digest else 1)


def test_a_registry_that_refuses_head_is_asked_by_get(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.add_manifest("lab/model", OURS, "v1")
    remote.list_tags()
    stub.fail("HEAD", HEAD_TAG, status=405, times=2)
    assert remote.resolve_tag("v1") == digest_of(OURS)
    stub.manifests.clear()
    assert remote.resolve_tag("v1") is None


def test_a_tag_of_no_repository_is_none_even_where_that_is_hidden(stub: StubRegistry, connect: Connect) -> None:
    assert connect().resolve_tag("v1") is None
    stub.quirks.auth, stub.quirks.hides_new_repositories = "bearer", True
    assert connect(login=True).resolve_tag("v1") is None
    with pytest.raises(AuthRefused):
        connect().resolve_tag("v1")


def test_what_is_no_tag_is_never_asked_for(stub: StubRegistry, remote: RegistryRemote) -> None:
    with pytest.raises(Invalid):
        remote.resolve_tag("a/b")
    with pytest.raises(Invalid):
        remote.set_tag("-", OURS, OCI_MANIFEST, None)
    assert stub.requests == []


@pytest.mark.parametrize("base", [None, BASE])
def test_a_tag_moves_with_a_look_before_and_after(
    stub: StubRegistry, remote: RegistryRemote, base: bytes | None
) -> None:
    if base:
        stub.add_manifest("lab/model", base, "v1")
    set_tag(remote, base)
    assert tag_of(stub) == digest_of(OURS)
    assert [request.method for request in stub.requests] == ["HEAD", "PUT", "HEAD"]


def test_a_tag_that_is_ours_already_is_left_alone(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.add_manifest("lab/model", OURS, "v1")
    set_tag(remote, BASE)
    assert [request.method for request in stub.requests] == ["HEAD"]


@pytest.mark.parametrize(("expected", "found"), [(BASE, THEIRS), (None, THEIRS), (BASE, None)])
def test_a_tag_that_somebody_moved_is_not_moved_again(
    stub: StubRegistry, remote: RegistryRemote, expected: bytes | None, found: bytes | None
) -> None:
    if found:
        stub.add_manifest("lab/model", found, "v1")
    with pytest.raises(RemoteMoved) as caught:
        set_tag(remote, expected)
    assert not stub.seen("PUT")
    error = caught.value
    for digest in (expected, found):
        assert (digest_of(digest) if digest else "nothing") in error.message
    assert "'v1'" in error.message and "pull" in error.hint
    assert f"'{stub.host}/lab/model@{digest_of(OURS)}'" in error.details[0]


def test_losing_a_race_right_after_the_move_is_told(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.add_manifest("lab/model", BASE, "v1")
    stub.fail("HEAD", HEAD_TAG, before=lambda _: None)
    stub.fail("HEAD", HEAD_TAG, before=move(THEIRS))
    with pytest.raises(RemoteMoved, match=digest_of(THEIRS)):
        set_tag(remote, BASE)


def test_a_move_whose_answer_is_lost_is_looked_at_before_it_is_tried_again(
    stub: StubRegistry, remote: RegistryRemote
) -> None:
    stub.fail("PUT", HEAD_TAG, lose_answer=True)
    set_tag(remote, None)
    assert [request.method for request in stub.requests] == ["HEAD", "PUT", "HEAD"]


def test_a_move_that_failed_is_tried_again_only_while_the_tag_stays(stub: StubRegistry, connect: Connect) -> None:
    stub.add_manifest("lab/model", BASE, "v1")
    remote = connect(retries=2)
    stub.fail("PUT", HEAD_TAG, status=503)
    set_tag(remote, BASE)
    assert tag_of(stub) == digest_of(OURS)
    stub.fail("PUT", HEAD_TAG, status=503, before=move(THEIRS))
    with pytest.raises(RemoteMoved):
        set_tag(remote, OURS, BASE)
    assert tag_of(stub) == digest_of(THEIRS)
    stub.fail("PUT", HEAD_TAG, status=503, times=9)
    with pytest.raises(TransferFailed, match="tried 3 times"):
        set_tag(remote, THEIRS)


def test_an_immutable_tag_is_told(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.quirks.immutable_tags = True
    stub.add_manifest("lab/model", BASE, "v1")
    with pytest.raises(TransferFailed, match="immutable") as caught:
        set_tag(remote, BASE)
    assert caught.value.hint == "push to a new tag"
    set_tag(remote, BASE, BASE)


def test_a_refusal_because_somebody_was_faster_is_told_as_that(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.quirks.immutable_tags = True
    stub.fail("PUT", HEAD_TAG, before=move(THEIRS))
    with pytest.raises(RemoteMoved):
        set_tag(remote, None)


def test_any_other_refusal_is_told(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.fail("PUT", HEAD_TAG, status=403)
    with pytest.raises(AuthRefused):
        set_tag(remote, None)


@pytest.mark.parametrize("page_size", [None, 1, 2, 3, 100])
def test_all_pages_of_tags_are_read(stub: StubRegistry, remote: RegistryRemote, page_size: int | None) -> None:
    names = ["latest", "v1", "v10", "v2", "v3"]
    for name in names:
        stub.add_manifest("lab/model", OURS, name)
    stub.quirks.page_size = page_size
    assert remote.list_tags() == names
    assert all("last=" not in request.target for request in stub.requests)


def test_no_repository_and_no_tags_are_an_empty_list(stub: StubRegistry, remote: RegistryRemote) -> None:
    assert remote.list_tags() == []
    stub.add_manifest("lab/model", OURS)
    assert remote.list_tags() == []
    stub.quirks.null_tags = True
    assert remote.list_tags() == []


def test_tags_that_are_no_versions_are_left_out(stub: StubRegistry, remote: RegistryRemote) -> None:
    for name in ("v1", "sha256-" + "0" * 64, "sha256-short", "bad tag", "\x1b[31m", "x" * 129):
        stub.add_manifest("lab/model", OURS, name)
    assert remote.list_tags() == ["sha256-short", "v1"]


def link(target: str) -> Callable[[Answer], Answer]:
    return lambda answer: Answer(200, answer.body, {"Link": f'<{target}>; rel="next"'})


def test_a_list_that_goes_round_in_circles_ends(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.add_manifest("lab/model", OURS, "v1")
    stub.fail("GET", "tags/list", times=99, alter=link("/v2/lab/model/tags/list?n=1000"))
    with pytest.raises(IntegrityError, match="does not end"):
        remote.list_tags()
    assert len(stub.requests) <= 3


def test_a_list_without_end_ends(
    stub: StubRegistry, remote: RegistryRemote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tags, "MAX_PAGES", 5)
    stub.add_manifest("lab/model", OURS, "v1")
    for page in range(9):
        stub.fail("GET", "tags/list", alter=link(f"/v2/lab/model/tags/list?next_page=c0&x={page}"))
    with pytest.raises(IntegrityError, match="does not end"):
        remote.list_tags()
    assert len(stub.requests) == 5


def test_a_list_does_not_go_on_elsewhere(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.add_manifest("lab/model", OURS, "v1")
    stub.fail("GET", "tags/list", alter=link(f"{stub.storage_url}/more"))
    with pytest.raises(RefusedAddress, match="another server"):
        remote.list_tags()


def test_a_page_that_is_missing_is_no_end_of_the_list(stub: StubRegistry, remote: RegistryRemote) -> None:
    for name in ("v1", "v2"):
        stub.add_manifest("lab/model", OURS, name)
    stub.quirks.page_size = 1
    stub.fail("GET", "next_page", status=404)
    with pytest.raises(BundleError):
        remote.list_tags()


@pytest.mark.parametrize("body", [b"", b"[]", b'{"tags": "v1"}', b'{"tags": [1, null]}'])
def test_a_list_that_is_none_is_empty_or_an_error(stub: StubRegistry, remote: RegistryRemote, body: bytes) -> None:
    stub.fail("GET", "tags/list", status=200, body=body)
    if body:
        assert remote.list_tags() == []
    else:
        with pytest.raises(IntegrityError):
            remote.list_tags()
