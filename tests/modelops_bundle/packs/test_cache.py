"""Indexes of packs are fetched once, verified whenever they are read, and may be lost."""

from pathlib import Path

import pytest

from modelops_bundle.digest import hex_of
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.packs.cache import PackCache
from modelops_bundle.packs.format import footer_of
from tests.modelops_bundle.packs_in_memory import Packed, noise, pack


@pytest.fixture
def packed(tmp_path: Path) -> Packed:
    return pack({f"{n}": noise(50_000, n) for n in range(8)}, tmp_path / "packing", 120_000)


def test_indexes_are_fetched_once_and_nothing_else_of_the_packs(packed: Packed, tmp_path: Path) -> None:
    remote = packed.remote()
    packs = list(packed.packs.values())
    for cache in (PackCache(tmp_path / "packs"), PackCache(tmp_path / "packs")):
        assert cache.fetch(remote, [*packs, *packs]) == packed.indexes
    assert sorted(remote.reads) == sorted((pack.digest, footer_of(pack).offset) for pack in packs)


def test_what_is_not_here_is_not_found(packed: Packed, tmp_path: Path) -> None:
    cache = PackCache(tmp_path / "packs")
    assert [cache.find(pack) for pack in packed.packs.values()] == [None] * len(packed.packs)
    cache.fetch(packed.remote(), packed.packs.values())
    assert [cache.find(pack) for pack in packed.packs.values()] == list(packed.indexes.values())


@pytest.mark.parametrize("damage", [b"", b"mopspk1C", b"?" * 1000])
def test_a_damaged_index_is_fetched_again(packed: Packed, tmp_path: Path, damage: bytes) -> None:
    PackCache(tmp_path / "packs").fetch(packed.remote(), packed.packs.values())
    for file in (tmp_path / "packs").iterdir():
        file.write_bytes(damage)
    again = PackCache(tmp_path / "packs")
    assert again.fetch(packed.remote(), packed.packs.values()) == packed.indexes


def test_a_wrong_index_is_refused_and_not_kept(packed: Packed, tmp_path: Path) -> None:
    remote = packed.remote()
    for digest, data in remote.blobs.items():
        remote.blobs[digest] = data[:-1] + bytes([data[-1] ^ 1])
    cache = PackCache(tmp_path / "packs")
    for layer in packed.packs.values():
        with pytest.raises(MalformedDocument, match=hex_of(layer.digest)):
            cache.fetch(remote, [layer])
        assert cache.find(layer) is None
