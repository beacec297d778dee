import json
from typing import Any

import pytest

from modelops_bundle.bundles.media_types import (
    BUNDLE,
    BUNDLE_CONFIG,
    DOCKER_MANIFEST,
    DOCKER_MANIFEST_LIST,
    LAYER_INDEX,
    OCI_INDEX,
    OCI_MANIFEST,
    ROLE_MANIFEST,
)
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import (
    AuthRefused,
    IntegrityError,
    Invalid,
    NotFound,
    TransferFailed,
    UnsupportedMediaType,
)
from modelops_bundle.registry.remote import RegistryRemote
from modelops_bundle.remote import MAX_MANIFEST_BYTES, BlobsMissing, RemoteManifest
from tests.modelops_bundle.registry.conftest import Connect
from tests.support.stub_messages import Answer
from tests.support.stub_profiles import gitlab
from tests.support.stub_registry import StubRegistry

MANIFESTS = "/manifests/"


def document(**fields: Any) -> bytes:
    return json.dumps({"schemaVersion": 2, "mediaType": OCI_MANIFEST} | fields).encode()


def with_blob(stub: StubRegistry, data: bytes = b"layer") -> bytes:
    config = stub.add_blob("lab/model", b"{}", BUNDLE_CONFIG)
    layer = stub.add_blob("lab/model", data)
    return document(artifactType=BUNDLE, config=config.to_json(), layers=[layer.to_json()])


@pytest.mark.parametrize("content_digest", [True, False])
def test_a_manifest_comes_by_tag_and_by_digest(
    stub: StubRegistry, remote: RegistryRemote, content_digest: bool
) -> None:
    stub.quirks.content_digest = content_digest
    data = document()
    digest = stub.add_manifest("lab/model", data, "v1")
    expected = RemoteManifest(digest, OCI_MANIFEST, data)
    assert remote.fetch_manifest("v1") == remote.fetch_manifest(digest) == expected


def test_all_kinds_of_manifest_are_asked_for(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.add_manifest("lab/model", document(), "v1")
    remote.fetch_manifest("v1")
    ours = (OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_MANIFEST_LIST, ROLE_MANIFEST, LAYER_INDEX)
    assert stub.requests[-1].headers["Accept"] == ", ".join(ours)


@pytest.mark.parametrize("reference", ["v1", "sha256:" + "0" * 64])
def test_what_is_not_there_is_told(remote: RegistryRemote, reference: str) -> None:
    with pytest.raises(NotFound, match=f"no manifest '{reference}' in '127"):
        remote.fetch_manifest(reference)


@pytest.mark.parametrize("reference", ["../v1", "a b", "sha256:12", "v1?x", ""])
def test_what_is_neither_tag_nor_digest_is_never_asked_for(
    stub: StubRegistry, remote: RegistryRemote, reference: str
) -> None:
    with pytest.raises(Invalid):
        remote.fetch_manifest(reference)
    assert stub.requests == []


def test_bytes_of_another_digest_are_refused(stub: StubRegistry, remote: RegistryRemote) -> None:
    digest = stub.add_manifest("lab/model", document(), "v1")
    other = document(annotations={"a": "b"})
    for reference in (digest, "v1"):
        stub.fail("GET", MANIFESTS, alter=lambda answer: Answer(200, other, answer.headers))
        with pytest.raises(IntegrityError, match=digest_of(other)):
            remote.fetch_manifest(reference)


def test_a_lying_digest_header_does_not_hurt_who_knows_the_digest(
    stub: StubRegistry, remote: RegistryRemote
) -> None:
    digest = stub.add_manifest("lab/model", document())
    lie = {"Docker-Content-Digest": "sha256:" + "0" * 64, "Content-Type": OCI_MANIFEST}
    stub.fail("GET", MANIFESTS, alter=lambda answer: Answer(200, answer.body, lie))
    assert remote.fetch_manifest(digest).digest == digest


@pytest.mark.parametrize(
    ("data", "content_type", "part"),
    [
        (document(), OCI_INDEX, "says that it is"),
        (document(mediaType=OCI_INDEX), OCI_MANIFEST, "says that it is"),
        (document(mediaType=5), OCI_MANIFEST, "says that it is"),
        (document(layers=[], manifests=[]), OCI_MANIFEST, "manifest and an index"),
        (document(config={}, manifests=[]), OCI_MANIFEST, "manifest and an index"),
        (b"[]", OCI_MANIFEST, "not a JSON object"),
        (b'{"layers":[],"layers":[]}', OCI_MANIFEST, "same key twice"),
        (b"\xff", OCI_MANIFEST, "not valid JSON"),
        (b"{" + b" " * MAX_MANIFEST_BYTES + b"}", OCI_MANIFEST, "larger than 4194304"),
    ],
)
def test_a_manifest_that_contradicts_itself_is_refused(
    stub: StubRegistry, remote: RegistryRemote, data: bytes, content_type: str, part: str
) -> None:
    stub.add_manifest("lab/model", data, "v1", content_type)
    with pytest.raises(IntegrityError, match=part):
        remote.fetch_manifest("v1")


@pytest.mark.parametrize("content_type", [OCI_MANIFEST + "; charset=utf-8", "application/json", "text/plain"])
def test_a_header_that_says_little_leaves_it_to_the_document(
    stub: StubRegistry, remote: RegistryRemote, content_type: str
) -> None:
    stub.add_manifest("lab/model", document(), "v1", content_type)
    assert remote.fetch_manifest("v1").media_type == OCI_MANIFEST


def test_a_manifest_of_another_age_is_told(stub: StubRegistry, remote: RegistryRemote) -> None:
    old = "application/vnd.docker.distribution.manifest.v1+prettyjws"
    stub.add_manifest("lab/model", b'{"schemaVersion":1}', "v1", old)
    with pytest.raises(UnsupportedMediaType, match="v1"):
        remote.fetch_manifest("v1")


def test_a_manifest_is_stored_by_digest_and_looked_for(stub: StubRegistry, remote: RegistryRemote) -> None:
    data = with_blob(stub)
    digest = remote.push_manifest(data, OCI_MANIFEST)
    assert digest == digest_of(data)
    assert [(request.method, request.status) for request in stub.requests] == [("PUT", 201), ("HEAD", 200)]
    assert stub.requests[0].headers["Content-Type"] == OCI_MANIFEST
    assert stub.manifests["lab/model"][digest] == (OCI_MANIFEST, data) and stub.tags["lab/model"] == {}


def test_a_manifest_that_vanishes_at_once_is_told(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.fail("HEAD", MANIFESTS, before=lambda registry: registry.manifests.clear())
    with pytest.raises(TransferFailed, match="does not have it"):
        remote.push_manifest(with_blob(stub), OCI_MANIFEST)


def test_a_manifest_is_sent_again_after_a_lost_connection(stub: StubRegistry, remote: RegistryRemote) -> None:
    stub.fail("PUT", MANIFESTS, lose_answer=True)
    remote.push_manifest(with_blob(stub), OCI_MANIFEST)
    assert len(stub.seen("PUT")) == 2


def test_blobs_that_vanished_are_named(stub: StubRegistry, remote: RegistryRemote) -> None:
    data = with_blob(stub)
    layer = digest_of(b"layer")
    blob = stub.blobs["lab/model"].pop(layer)
    for push in (
        lambda: remote.push_manifest(data, OCI_MANIFEST),
        lambda: remote.set_tag("v1", data, OCI_MANIFEST, None),
    ):
        with pytest.raises(BlobsMissing) as caught:
            push()
        assert caught.value.digests == (layer,)
    stub.add_blob("lab/model", blob)
    remote.push_manifest(data, OCI_MANIFEST)


def test_a_registry_for_images_only_is_told(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks = gitlab()
    with pytest.raises(UnsupportedMediaType, match="unknown media type") as caught:
        connect(login=True).push_manifest(with_blob(stub), OCI_MANIFEST)
    assert "another one" in caught.value.hint


def test_a_manifest_that_no_registry_takes_is_not_sent(stub: StubRegistry, remote: RegistryRemote) -> None:
    data = document(annotations={"a": "x" * MAX_MANIFEST_BYTES})
    with pytest.raises(TransferFailed, match="registries take 4194304"):
        remote.push_manifest(data, OCI_MANIFEST)
    assert stub.requests == []


def test_no_right_to_push_is_told(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth, stub.quirks.public = "bearer", True
    with pytest.raises(AuthRefused):
        connect().push_manifest(with_blob(stub), OCI_MANIFEST)
