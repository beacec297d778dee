"""Content that lies in packs is read with one request for each run of chunks, and every chunk is verified."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.bundles.places import Terms
from modelops_bundle.digest import Digest
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.packs import packing
from modelops_bundle.packs.cache import PackCache
from modelops_bundle.packs.format import PackKind, footer_of
from modelops_bundle.packs.reading import read_terms, verified_chunk
from modelops_bundle.transfer import WrongBytes
from tests.modelops_bundle.memory_remote import MemoryRemote
from tests.modelops_bundle.packs_in_memory import Packed, noise, pack

FILES = {
    "large": b"".join(b"%d," % (number * number) for number in range(60_000)),
    "small/a": b"a" * 100,
    "small/b": b"bb" * 100,
}


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    """A large file in chunks, in several packs, and small ones that share a chunk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "CUT_FROM", 100_000)
        made = pack(FILES, tmp_path_factory.mktemp("packing"), 100_000)
    assert len(made.place("large").terms) > 1 and made.place("small/b").skip
    return made


@pytest.fixture
def cache(tmp_path: Path, packed: Packed) -> PackCache:
    """The indexes of all packs, so that the requests of a test are for content."""
    known = PackCache(tmp_path / "packs")
    known.fetch(packed.remote(), packed.packs.values())
    return known


def read(packed: Packed, cache: PackCache, place: Terms, size: int, remote: MemoryRemote | None = None) -> bytes:
    return read_terms(remote or packed.remote(), cache, packed.packs, place, size)


@pytest.mark.parametrize("path", FILES)
def test_content_is_what_was_packed(packed: Packed, cache: PackCache, path: str) -> None:
    remote = packed.remote()
    place = packed.place(path)
    assert read(packed, cache, place, len(FILES[path]), remote) == FILES[path]
    assert len(remote.reads) == len(place.terms)


@pytest.mark.parametrize("skip", [1, 1000, 200_000])
def test_content_may_begin_anywhere(packed: Packed, cache: PackCache, skip: int) -> None:
    content = FILES["large"][skip:]
    assert read(packed, cache, Terms(packed.place("large").terms, skip), len(content)) == content


def test_indexes_that_are_not_known_are_fetched(packed: Packed, tmp_path: Path) -> None:
    content = FILES["small/b"]
    assert read(packed, PackCache(tmp_path), packed.place("small/b"), len(content)) == content


@given(data=st.data())
def test_no_damage_is_ever_taken_for_content(
    packed: Packed, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    cache = PackCache(tmp_path_factory.mktemp("cache"))
    cache.fetch(packed.remote(), packed.packs.values())
    remote = packed.remote()
    pack_of = packed.place("small/a").terms[0][0]
    end = footer_of(packed.packs[pack_of]).data_size
    at = data.draw(st.integers(0, end - 1))
    blob = bytearray(remote.blobs[pack_of])
    blob[at] ^= data.draw(st.integers(1, 255))
    remote.blobs[pack_of] = bytes(blob)
    try:
        found = read(packed, cache, packed.place("small/a"), len(FILES["small/a"]), remote)
    except WrongBytes as error:
        assert pack_of in error.message
    else:
        assert found == FILES["small/a"]


@pytest.mark.parametrize("change", [-1, 1])
def test_chunks_that_do_not_fit_the_size_are_refused(packed: Packed, cache: PackCache, change: int) -> None:
    place = packed.place("large")
    pack_of, first, count = place.terms[-1]
    terms = (*place.terms[:-1], (pack_of, first, count + change))
    with pytest.raises(MalformedDocument):
        read(packed, cache, Terms(terms, place.skip), len(FILES["large"]))


def test_a_chunk_that_is_there_for_nothing_is_refused_before_it_is_asked_for(
    packed: Packed, cache: PackCache
) -> None:
    place, remote = packed.place("large"), packed.remote()
    with pytest.raises(MalformedDocument, match="beyond the end"):
        read(packed, cache, Terms(place.terms * 2), len(FILES["large"]), remote)
    assert len(remote.reads) == len(place.terms)


def test_the_stored_bytes_of_a_chunk_are_verified(packed: Packed) -> None:
    pack_of: Digest = packed.place("large").terms[0][0]
    index, blob = packed.indexes[pack_of], packed.blobs[pack_of]
    chunk = index.chunks[0]
    stored = blob[: chunk.stored]
    raw = verified_chunk(index, 0, stored)
    assert raw is not None and FILES["large"].startswith(bytes(raw))
    assert verified_chunk(index, 0, stored[:-1]) is None
    assert verified_chunk(index, 0, noise(chunk.stored)) is None
    other = replace(index, kind=PackKind.CHUNKS, chunks=[chunk._replace(id=bytes(32))])
    assert verified_chunk(other, 0, stored) is None
