"""What is at the remote is named again, and packs of little use are packed anew, within a budget."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.bundles.bundle import Bundle, build_bundle
from modelops_bundle.bundles.bundle_index import BundleIndex, ChunkedDocument
from modelops_bundle.bundles.media_types import BUNDLE_PACK
from modelops_bundle.bundles.places import Terms
from modelops_bundle.bundles.tree import Tree
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest
from modelops_bundle.packs import packing, reuse
from modelops_bundle.packs.cache import PackCache
from modelops_bundle.packs.format import PACK_SIZE
from modelops_bundle.packs.packing import Known, pack_size_for
from modelops_bundle.packs.reuse import BUDGET, MAX_PACKS, MAX_SMALL_PACKS, SMALL_PACK, packs_to_retire, reusable
from tests.modelops_bundle.packs_in_memory import Packed, entry_for, noise, pack
from tests.modelops_bundle.samples import digest_number

LARGE = noise(1 << 20)
FILES = {"large": LARGE, **{f"small/{n}": noise(20_000, n + 1) for n in range(30)}}


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "CUT_FROM", 100_000)


def layers(*sizes: int) -> dict[Digest, Descriptor]:
    """Return packs of certain sizes."""
    return {digest_number(n): Descriptor(BUNDLE_PACK, digest_number(n), size) for n, size in enumerate(sizes)}


def retired(sizes: list[int], live: list[int]) -> list[int]:
    """Return the numbers of the packs that are retired."""
    found = packs_to_retire(layers(*sizes), {digest_number(n): size for n, size in enumerate(live)})
    return [n for n in range(len(sizes)) if digest_number(n) in found]


def test_packs_that_hold_little_of_use_are_retired() -> None:
    size = 10 << 20
    assert retired([size] * 4, [size, size // 2, size // 2 - 1, 0]) == [2, 3]


def test_many_small_packs_are_retired_together() -> None:
    few, many = [SMALL_PACK - 1] * MAX_SMALL_PACKS, [1000] * (MAX_SMALL_PACKS + 1)
    assert retired(few, few) == []
    assert retired([*many, SMALL_PACK], [*many, SMALL_PACK]) == list(range(MAX_SMALL_PACKS + 1))


def test_no_push_packs_more_than_the_budget_anew() -> None:
    size = 60 << 20
    live = [size // 3] * 10
    assert len(retired([size] * 10, live)) == BUDGET // (size // 3)
    assert retired([BUDGET * 4], [BUDGET + 1]) == []


def test_the_smallest_of_too_many_packs_are_retired() -> None:
    sizes = [(5 << 20) + n for n in range(MAX_PACKS)]
    assert retired(sizes, sizes) == []
    many = [*sizes, 60 << 20]
    assert retired(many, many) == list(range(2 * PACK_SIZE // (5 << 20)))
    full = [PACK_SIZE // 2 + 1] * (MAX_PACKS + 1)
    assert retired(full, full) == []


@pytest.mark.parametrize("mebibytes", [5, 20, 33, 40, 64, 300])
def test_however_often_a_file_grows_the_number_of_packs_is_bounded(mebibytes: int) -> None:
    packs: list[int] = []
    for _ in range(1000):
        gone = set(retired(packs, packs))
        again = sum(size for n, size in enumerate(packs) if n in gone) + (mebibytes << 20)
        size = pack_size_for(sum(packs) + (mebibytes << 20))
        packs = [size for n, size in enumerate(packs) if n not in gone]
        packs += [size] * (again // size) + [again % size] * bool(again % size)
        assert len(packs) <= 260


@given(st.lists(st.tuples(st.integers(1, 128 << 20), st.floats(0, 1)), max_size=40))
def test_retiring_keeps_within_its_rules(packs: list[tuple[int, float]]) -> None:
    sizes, live = [size for size, _ in packs], [int(size * part) for size, part in packs]
    found = retired(sizes, live)
    assert sum(live[n] for n in found) <= BUDGET
    small = sum(size < SMALL_PACK for size in sizes)
    for n in found:
        assert live[n] < sizes[n] / 2 or (sizes[n] < SMALL_PACK and small > MAX_SMALL_PACKS)


def published(packed: Packed, document: ChunkedDocument | None = None) -> Bundle:
    """Return the bundle that these packs make."""
    index = BundleIndex({file.entry.path: file for file in packed.files})
    return build_bundle(index, document, packed.packs.values(), {})


def tree(files: dict[str, bytes]) -> Tree:
    return Tree((path, entry_for(path, data)) for path, data in sorted(files.items()))


@pytest.fixture
def packed(tmp_path: Path) -> Packed:
    return pack(FILES, tmp_path / "packing", 420_000)


@pytest.fixture
def cache(packed: Packed, tmp_path: Path) -> PackCache:
    cache = PackCache(tmp_path / "packs")
    cache.fetch(packed.remote(), packed.packs.values())
    return cache


def test_everything_is_reused_where_nothing_changed(packed: Packed, cache: PackCache) -> None:
    known = reusable(published(packed), tree(FILES), cache)
    assert known.packs == packed.packs
    assert known.files == {file.entry.digest: file.place for file in packed.files}
    assert all(packed.indexes[pack].chunks[number].id == name for name, (pack, number) in known.chunks.items())
    assert len(known.chunks) > 5


def test_nothing_is_reused_of_nothing(cache: PackCache) -> None:
    assert reusable(None, tree(FILES), cache) == Known()


def test_an_edited_file_keeps_its_packs(packed: Packed, cache: PackCache) -> None:
    edited = {**FILES, "large": LARGE + b"more"}
    known = reusable(published(packed), tree(edited), cache)
    assert known.packs == packed.packs
    assert packed.files[0].entry.digest not in known.files
    assert all(name in known.chunks for name in chunk_ids(packed, "large"))


def chunk_ids(packed: Packed, path: str) -> list[bytes]:
    terms = packed.place(path).terms
    return [c.id for pack, at, count in terms for c in packed.indexes[pack].chunks[at : at + count]]


def test_packs_of_deleted_files_are_retired(packed: Packed, cache: PackCache) -> None:
    known = reusable(published(packed), tree({"large": LARGE}), cache)
    assert set(known.packs) == {pack for pack, _, _ in packed.place("large").terms}
    assert set(known.files) == {packed.files[0].entry.digest}
    for digest, _ in known.chunks.values():
        assert digest in known.packs


def test_files_of_retired_packs_are_packed_again(packed: Packed, cache: PackCache) -> None:
    kept = {"small/0": FILES["small/0"], "large": LARGE}
    known = reusable(published(packed), tree(kept), cache)
    for place in known.files.values():
        assert all(pack in known.packs for pack, _, _ in place.terms)
    assert packed.files[1].entry.digest not in known.files


def test_a_pack_whose_index_is_not_here_is_kept(packed: Packed, tmp_path: Path) -> None:
    known = reusable(published(packed), tree({"large": LARGE}), PackCache(tmp_path / "none"))
    assert known.packs == packed.packs
    assert known.chunks == {}


def test_packs_of_the_index_document_count_as_needed(packed: Packed, cache: PackCache) -> None:
    pack_of_document, _, _ = packed.place("small/29").terms[0]
    count = len(packed.indexes[pack_of_document].chunks)
    document = ChunkedDocument(digest_number(9), 9, Terms(((pack_of_document, 0, count),)))
    bundle = replace(published(packed), document=document)
    assert pack_of_document in reusable(bundle, tree({"large": LARGE}), cache).packs
    assert pack_of_document not in reusable(published(packed), tree({"large": LARGE}), cache).packs


def test_the_number_of_chunks_that_are_looked_for_is_bounded(
    packed: Packed, cache: PackCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reuse, "MAX_KNOWN_CHUNKS", 5)
    assert len(reusable(published(packed), tree(FILES), cache).chunks) <= 5
