"""A plan reads each pack in few requests, and takes nothing that packs do not have."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from modelops_bundle.bundles.places import Terms
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.packs import packing, unpack_plan
from modelops_bundle.packs.chunking import MAX_CHUNK
from modelops_bundle.packs.unpack_plan import UnpackPlan, plan_unpack
from tests.modelops_bundle.packs_in_memory import Packed, noise, pack

FILES = {"large": noise(1 << 20, 1), **{f"small/{n}": noise(1000 * n + 1, n + 10) for n in range(40)}}


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packed:
    monkeypatch.setattr(packing, "CUT_FROM", 100_000)
    monkeypatch.setattr(packing, "FRAME", 20_000)
    return pack(FILES, tmp_path / "packing", 200_000)


def ranges(packed: Packed, numbers: Iterable[int], monkeypatch: pytest.MonkeyPatch, gap: int) -> int:
    """Return how many requests certain chunks of the largest pack take."""
    monkeypatch.setattr(unpack_plan, "GAP", gap)
    digest = max(packed.indexes, key=lambda digest: len(packed.indexes[digest].chunks))
    plan = UnpackPlan(packed.packs, packed.indexes, {digest: {number: [] for number in numbers}})
    found = plan.requests(digest)
    chunks = packed.indexes[digest].chunks
    for offset, length, inside in found:
        assert offset == chunks[inside[0]].offset
        assert offset + length == chunks[inside[-1]].offset + chunks[inside[-1]].stored
    assert [number for _, _, inside in found for number in inside] == sorted(numbers)
    return len(found)


def test_neighbours_are_one_request(packed: Packed, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ranges(packed, [0], monkeypatch, 0) == 1
    assert ranges(packed, [1, 0], monkeypatch, 0) == 1
    assert ranges(packed, [0, 3], monkeypatch, 0) == 2
    assert ranges(packed, [0, 3], monkeypatch, 1 << 20) == 1
    assert ranges(packed, [0, 2, 4], monkeypatch, 0) == 3


def test_most_of_a_pack_is_one_request(packed: Packed, monkeypatch: pytest.MonkeyPatch) -> None:
    count = max(len(index.chunks) for index in packed.indexes.values())
    assert ranges(packed, [n for n in range(count) if n != 2], monkeypatch, 0) == 1


def lies(packed: Packed) -> Iterator[Terms]:
    """Yield places that packs do not have."""
    digest, first, count = packed.place("large").terms[0]
    last = len(packed.indexes[digest].chunks)
    yield Terms(((digest, first, last + 1),))
    yield Terms(((digest, last, 1),))
    yield Terms(((digest, 60_000, 5000),) * 100_000)
    yield Terms(((digest, first, count),) * 100_000)
    yield Terms(packed.place("large").terms, skip=MAX_CHUNK + 1)
    yield Terms(packed.place("large").terms, skip=1)


def test_places_that_packs_do_not_have_are_refused(packed: Packed, tmp_path: Path) -> None:
    large = next(file for file in packed.files if file.entry.path == "large")
    for place in lies(packed):
        with pytest.raises(MalformedDocument):
            plan_unpack([replace(large, place=place)], packed.packs, packed.indexes, tmp_path)
