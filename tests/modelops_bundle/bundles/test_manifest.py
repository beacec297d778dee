"""Manifests and configs: deterministic when we write them, and nothing is taken on trust when we read them."""

import json
from typing import Any

import pytest

from modelops_bundle.bundles.manifest import (
    MAX_CONFIG_BYTES,
    BundleConfig,
    Manifest,
    bundle_manifest,
    parse_bundle_config,
    parse_manifest,
)
from modelops_bundle.bundles.media_types import BUNDLE, OCI_MANIFEST
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import ExitCode, UnsupportedMediaType
from modelops_bundle.files.canonical_json import MAX_INTEGER, MalformedDocument, encode
from modelops_bundle.remote import MAX_MANIFEST_BYTES
from tests.modelops_bundle.samples import digest_number

CONFIG = BundleConfig(tree=digest_number(1), index=digest_number(2), files=3, size=4)
LAYER = Descriptor("a/b", digest_number(3), 5, {"k": "v"})
MANIFEST = bundle_manifest(CONFIG, (LAYER,), {"org.opencontainers.image.title": "SEIR"})


def changed(data: bytes, **change: Any) -> bytes:
    """Return a JSON object with some keys replaced, or left out where the value is an ellipsis."""
    value = json.loads(data) | change
    return encode({key: inner for key, inner in value.items() if inner is not ...})


def test_a_manifest_is_read_back() -> None:
    assert parse_manifest(MANIFEST.to_bytes(), "x") == MANIFEST
    assert MANIFEST.config.digest == digest_of(CONFIG.to_bytes())
    assert MANIFEST.config.size == len(CONFIG.to_bytes())


def test_users_annotations_never_replace_ours() -> None:
    forged = bundle_manifest(CONFIG, (LAYER,), {"io.modelops.bundle.tree": "forged"})
    assert forged.annotations["io.modelops.bundle.tree"] == CONFIG.tree


def test_no_annotations_leave_no_trace() -> None:
    assert b"annotations" not in Manifest(BUNDLE, LAYER, ()).to_bytes().replace(b'"annotations":{"k":"v"}', b"")


def test_a_manifest_without_types_gets_those_of_its_parts() -> None:
    manifest = parse_manifest(changed(MANIFEST.to_bytes(), mediaType=..., artifactType=..., annotations=...), "x")
    assert (manifest.media_type, manifest.artifact_type) == (OCI_MANIFEST, MANIFEST.config.media_type)
    assert manifest.annotations == {}


@pytest.mark.parametrize(
    "change",
    [
        {"config": ...},
        {"config": []},
        {"config": {"mediaType": "a/b", "digest": "sha256:..", "size": 1}},
        {"layers": ...},
        {"layers": {}},
        {"layers": [1]},
        {"layers": [{**LAYER.to_json(), "size": -1}]},
        {"layers": [{**LAYER.to_json(), "size": True}]},
        {"mediaType": 1},
        {"artifactType": ["x"]},
        {"annotations": ["x"]},
        {"annotations": {"k": 1}},
    ],
)
def test_a_malformed_manifest_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(MalformedDocument, match="the manifest of x") as caught:
        parse_manifest(changed(MANIFEST.to_bytes(), **change), "x")
    assert caught.value.exit_code is ExitCode.INTEGRITY


def test_an_index_of_images_is_something_else() -> None:
    with pytest.raises(UnsupportedMediaType):
        parse_manifest(encode({"schemaVersion": 2, "manifests": []}), "python:3.11")


def test_a_huge_manifest_is_refused() -> None:
    with pytest.raises(MalformedDocument, match="larger than"):
        parse_manifest(MANIFEST.to_bytes() + b" " * MAX_MANIFEST_BYTES, "x")


def test_a_config_is_read_back() -> None:
    assert parse_bundle_config(CONFIG.to_bytes(), "x") == CONFIG


@pytest.mark.parametrize(
    "change",
    [
        {"tree": ...},
        {"tree": "sha256:" + "0" * 63},
        {"tree": ["x"]},
        {"index": None},
        {"files": True},
        {"files": 1.0},
        {"files": "3"},
        {"files": MAX_INTEGER + 1},
        {"size": None},
        {"size": False},
        {"models": ["x"]},
        {"version": "1"},
        {"version": True},
        {"version": 1.0},
        {"version": ...},
        {"required": "x"},
        {"required": [{}]},
        {"required": [1]},
    ],
)
def test_a_malformed_config_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(MalformedDocument, match="the config of x"):
        parse_bundle_config(changed(CONFIG.to_bytes(), **change), "x")


@pytest.mark.parametrize("change", [{"version": 2}, {"required": ["telepathy"]}])
def test_a_bundle_for_newer_readers_is_refused_as_such(change: dict[str, object]) -> None:
    with pytest.raises(UnsupportedMediaType, match="needs a newer reader") as caught:
        parse_bundle_config(changed(CONFIG.to_bytes(), **change), "x")
    assert "upgrade" in caught.value.hint


def test_what_a_config_claims_to_require_is_shown_in_part() -> None:
    data = changed(CONFIG.to_bytes(), required=["x" * 100] * 10_000)
    with pytest.raises(UnsupportedMediaType) as caught:
        parse_bundle_config(data, "x")
    assert len(caught.value.message) < 1000


def test_a_huge_config_is_refused() -> None:
    with pytest.raises(MalformedDocument, match="larger than"):
        parse_bundle_config(CONFIG.to_bytes() + b" " * MAX_CONFIG_BYTES, "x")
