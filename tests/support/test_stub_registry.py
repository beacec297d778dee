"""The stub registry does what it says, where the tests of the registry client do not use it already."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from modelops_bundle.bundles.media_types import BUNDLE, OCI_INDEX
from tests.support.stub_registry import Quirks, StubRegistry, stub_registry


@pytest.fixture
def stub() -> Iterator[StubRegistry]:
    with stub_registry(Quirks(referrers=True)) as registry:
        yield registry


def ask(stub: StubRegistry, path: str, method: str = "GET", data: bytes | None = None) -> tuple[int, Any, Any]:
    """Return status, headers and document of an answer."""
    request = urllib.request.Request(stub.url + path, data, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, json.loads(error.read() or b"null")


def add_referrer(stub: StubRegistry, subject: str, kind: str) -> str:
    document = {"artifactType": kind, "subject": {"digest": subject}, "annotations": {"kind": kind}}
    return stub.add_manifest("m", json.dumps(document).encode())


def test_referrers_are_listed_and_filtered(stub: StubRegistry) -> None:
    subject = stub.add_manifest("m", b"{}")
    found = {kind: add_referrer(stub, subject, kind) for kind in ("application/a", "application/b")}
    status, headers, index = ask(stub, f"/v2/m/referrers/{subject}")
    assert status == 200 and headers["Content-Type"] == OCI_INDEX
    assert {entry["artifactType"]: entry["digest"] for entry in index["manifests"]} == found
    assert index["manifests"][0]["annotations"] == {"kind": "application/a"}
    _, headers, index = ask(stub, f"/v2/m/referrers/{subject}?artifactType=application/b")
    assert headers["OCI-Filters-Applied"] == "artifactType"
    assert [entry["digest"] for entry in index["manifests"]] == [found["application/b"]]


def test_a_manifest_with_a_subject_is_acknowledged_only_by_a_registry_with_referrers(stub: StubRegistry) -> None:
    subject = stub.add_manifest("m", b"{}")
    data = json.dumps({"artifactType": BUNDLE, "subject": {"digest": subject}}).encode()
    assert ask(stub, "/v2/m/manifests/v1", "PUT", data)[1]["OCI-Subject"] == subject
    stub.quirks.referrers = False
    assert "OCI-Subject" not in ask(stub, "/v2/m/manifests/v1", "PUT", data)[1]
    assert ask(stub, f"/v2/m/referrers/{subject}")[0] == 404


def test_manifests_tags_and_blobs_can_be_deleted(stub: StubRegistry) -> None:
    blob = stub.add_blob("m", b"content")
    digest = stub.add_manifest("m", b"{}", "v1")
    assert ask(stub, "/v2/m/manifests/v1", "DELETE")[0] == 202
    assert stub.tags["m"] == {} and ask(stub, f"/v2/m/manifests/{digest}")[0] == 200
    assert ask(stub, f"/v2/m/manifests/{digest}", "DELETE")[0] == 202
    assert ask(stub, f"/v2/m/blobs/{blob.digest}", "DELETE")[0] == 202
    assert stub.manifests["m"] == {} and stub.blobs["m"] == {}


def test_a_fault_happens_as_often_as_it_was_asked_for(stub: StubRegistry) -> None:
    stub.fail("GET", "/v2/$", status=503, times=2)
    assert [ask(stub, "/v2/")[0] for _ in range(3)] == [503, 503, 200]
    stub.fail("GET", "/v2/$", status=503)
    stub.mend()
    assert ask(stub, "/v2/")[0] == 200


def test_requests_and_bytes_are_counted(stub: StubRegistry) -> None:
    ask(stub, "/v2/")
    ask(stub, "/v2/m/manifests/v1", "PUT", b'{"a": 1}')
    assert [(seen.method, seen.target, seen.status) for seen in stub.seen()] == [
        ("GET", "/v2/", 200),
        ("PUT", "/v2/m/manifests/v1", 201),
    ]
    assert stub.received_bytes == 8 and stub.sent_bytes == 2
    assert len(stub.seen("PUT")) == len(stub.seen(pattern="/v1$")) == 1
