"""Descriptors of blobs, as anybody may have written them."""

from typing import Any

import pytest

from modelops_bundle.descriptor import Descriptor
from modelops_bundle.files.canonical_json import MAX_INTEGER, MalformedDocument
from tests.modelops_bundle.samples import digest_number

DIGEST = digest_number(1)
GOOD: dict[str, Any] = {"mediaType": "a/b", "digest": DIGEST, "size": 3}


@pytest.mark.parametrize(
    "descriptor",
    [
        Descriptor("a/b", DIGEST, 0),
        Descriptor("a/b", DIGEST, MAX_INTEGER, {"k": "v"}),
        Descriptor("a/b", DIGEST, 3, {}, "c/d"),
    ],
)
def test_what_is_written_is_read_back(descriptor: Descriptor) -> None:
    assert Descriptor.from_json(descriptor.to_json(), "x") == descriptor


def test_absent_parts_are_left_out() -> None:
    assert Descriptor("a/b", DIGEST, 3).to_json() == GOOD


def test_keys_that_we_do_not_know_are_no_reason_to_refuse() -> None:
    value = {**GOOD, "platform": {"os": "linux"}, "urls": [], "annotations": None}
    assert Descriptor.from_json(value, "x") == Descriptor("a/b", DIGEST, 3)


@pytest.mark.parametrize(
    "change",
    [
        {"mediaType": None},
        {"mediaType": 1},
        {"artifactType": 1},
        {"digest": None},
        {"digest": "sha512:" + "0" * 128},
        {"digest": "sha256:../../etc/passwd"},
        {"digest": DIGEST.upper()},
        {"digest": [DIGEST]},
        {"size": None},
        {"size": -1},
        {"size": True},
        {"size": 3.0},
        {"size": "3"},
        {"size": MAX_INTEGER + 1},
        {"annotations": ["k"]},
        {"annotations": "k=v"},
        {"annotations": {"k": 1}},
        {"annotations": {"k": None}},
    ],
)
def test_what_is_no_descriptor_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(MalformedDocument, match="the manifest of x"):
        Descriptor.from_json({**GOOD, **change}, "the manifest of x")


@pytest.mark.parametrize("value", [None, [], "text", 1, True])
def test_what_is_no_object_is_refused(value: object) -> None:
    with pytest.raises(MalformedDocument):
        Descriptor.from_json(value, "x")
