"""`config.yaml` comes from other people with every pull: it is read strictly."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.config import (
    DEFAULT_CODE_ROOTS,
    Config,
    initial_config,
    parse_config,
    read_code_roots,
)
from modelops_bundle.errors import Invalid
from modelops_bundle.storage.config import DEFAULT_THRESHOLD, BundleLayout, StorageConfig, StorageMode
from modelops_bundle.tier import Tier

WRONG_ROOTS = ("", "/opt", "../lib", "src/..", "./src", "src/", "a//b", ".modelops-bundle", "lib/.modelops-bundle")


def test_an_empty_document_gives_the_defaults() -> None:
    defaults = StorageConfig(BundleLayout.AUTO, StorageMode.AUTO, DEFAULT_THRESHOLD)
    assert parse_config(b"", "config.yaml") == Config(defaults)


def test_what_init_writes_gives_the_defaults() -> None:
    assert parse_config(initial_config(), "config.yaml") == Config()
    assert parse_config(initial_config(4096), "config.yaml").storage.threshold_bytes == 4096


def test_every_key_is_read() -> None:
    data = b"""
version: 1
storage:
  layout: portable
  mode: blob
  threshold_bytes: 10
  provider: s3
  container: lab-blobs
  prefix: seir/v1
  tier: cool
  force_blob_patterns: ["*.h5"]
  force_oci_patterns: ["small/"]
layers:
  code: ["*.stan", "src/**"]
annotations:
  org.opencontainers.image.title: SEIR
code:
  roots: [lib, .]
"""
    assert parse_config(data, "config.yaml") == Config(
        StorageConfig(
            *(BundleLayout.PORTABLE, StorageMode.BLOB, 10),
            *("s3", "lab-blobs", "seir/v1"),
            *(("*.h5",), ("small/",), Tier.COOL),
        ),
        {"code": ("*.stan", "src/**")},
        {"org.opencontainers.image.title": "SEIR"},
        ("lib", "."),
    )


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"stroage: {}", "stroage"),
        (b"version: 2", "version 2"),
        (b"version: true", "version True"),
        (b"storage: {1: 2}", "storage"),
        (b"storage: 0", "storage"),
        (b"storage: []", "storage"),
        (b"layers: {code: '*.py'}", "layers.code"),
        (b"layers: {code: [1]}", "layers.code"),
        (b"layers: {cod: ['*.py']}", "cod"),
        (b"layers: {1: []}", "layers"),
        (b"annotations: {a: 1.10}", "annotations.a"),
        (b"annotations: {a: yes}", "annotations.a"),
        (b"annotations: {a: }", "annotations.a"),
        (b"annotations: {a: {b: c}}", "annotations.a"),
        (b"annotations: &x {a: *x}", "annotations.a"),
        (b"annotations: {1: b}", "annotations"),
        (b"code: {root: [src]}", "'root'"),
        (b"code: [src]", "code"),
        (b"code: {roots: src}", "code.roots"),
        (b"code: {roots: [1]}", "code.roots"),
        *((f"code: {{roots: [src, '{root}']}}".encode(), f"'{root}'") for root in WRONG_ROOTS),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(data: bytes, named: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_config(data, ".modelops-bundle/config.yaml")
    assert named in caught.value.message
    assert ".modelops-bundle/config.yaml" in caught.value.message
    assert caught.value.hint


def test_an_empty_section_is_like_none() -> None:
    assert parse_config(b"storage:\nlayers:\nannotations:\ncode:\n  roots:\n", "config.yaml") == Config()


@pytest.mark.parametrize(
    ("data", "roots"),
    [
        (b"", DEFAULT_CODE_ROOTS),
        (initial_config(), DEFAULT_CODE_ROOTS),
        (b"annotations: {a: b}", DEFAULT_CODE_ROOTS),
        (b"annotations: {roots: b}", DEFAULT_CODE_ROOTS),
        (b"code: {roots: [lib]}", ("lib",)),
        (b'code: {"r\\x6fots": [lib]}', ("lib",)),
        ("code: {roots: [lib]}".encode("utf-16"), ("lib",)),
    ],
)
def test_code_roots_are_found_however_they_are_spelled(
    data: bytes, roots: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(data)
    assert read_code_roots(path) == parse_config(data, "config.yaml").code_roots == roots


def test_without_a_file_code_roots_are_the_defaults(tmp_path: Path) -> None:
    assert read_code_roots(tmp_path / "config.yaml") == Config().code_roots == DEFAULT_CODE_ROOTS
