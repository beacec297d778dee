"""The cache of the registry is right or not used."""

from pathlib import Path

import pytest
from hypothesis import given

from modelops_bundle.models.entries import ModelRegistry
from modelops_bundle.models.registry_yaml.cache import recall, remember
from tests.modelops_bundle.models.samples import REGISTRY, registries


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    remember(tmp_path / "cache", b"data", REGISTRY)
    assert recall(tmp_path / "cache", b"data") == REGISTRY


@given(registry=registries())
def test_any_registry_is_found_again(registry: ModelRegistry, tmp_path_factory: pytest.TempPathFactory) -> None:
    cache = tmp_path_factory.mktemp("cache") / "registry"
    remember(cache, b"data", registry)
    assert recall(cache, b"data") == registry


def test_other_bytes_are_not_what_is_kept(tmp_path: Path) -> None:
    remember(tmp_path / "cache", b"data", REGISTRY)
    assert recall(tmp_path / "cache", b"other") is None


def test_nothing_is_found_where_nothing_was_kept(tmp_path: Path) -> None:
    assert recall(tmp_path / "cache", b"data") is None


@pytest.mark.parametrize("at", [0, 40, -40, -1])
def test_what_is_damaged_is_not_used(tmp_path: Path, at: int) -> None:
    cache = tmp_path / "cache"
    remember(cache, b"data", REGISTRY)
    damaged = bytearray(cache.read_bytes())
    damaged[at] ^= 1
    cache.write_bytes(damaged)
    assert recall(cache, b"data") is None


@pytest.mark.parametrize("content", [b"", b"\n", b"x" * 100])
def test_what_is_no_cache_is_not_used(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cache").write_bytes(content)
    assert recall(tmp_path / "cache", b"data") is None


def test_what_another_version_kept_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(tmp_path / "cache", b"data", REGISTRY)
    monkeypatch.setattr("modelops_bundle.models.registry_yaml.cache._FORM", [2])
    assert recall(tmp_path / "cache", b"data") is None


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"a file, no directory")
    remember(tmp_path / "cache" / "registry", b"data", REGISTRY)
    assert recall(tmp_path / "cache" / "registry", b"data") is None
