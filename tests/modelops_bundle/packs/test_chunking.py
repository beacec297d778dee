"""Chunks: their boundaries never move, and an edit moves only those around it.

`golden/chunks.json` holds length and BLAKE3 of every chunk. If an update of the chunker changes them, every
user would send every large file again: keep the old chunker, or give the format a new version.
"""

import hashlib
import io
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from blake3 import blake3

from modelops_bundle.packs.chunking import AVERAGE_CHUNK, MAX_CHUNK, MIN_CHUNK, chunk_id, cut

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "chunks.json").read_text())


def random_bytes(size: int, seed: bytes = b"") -> bytes:
    """Return the same pseudo-random bytes everywhere."""
    return hashlib.shake_128(b"golden" + seed).digest(size)


def rows(count: int) -> bytes:
    """Return a CSV file."""
    return "".join(f"{n},{n * n % 9973},{n * 7919 % 100003}\n" for n in range(count)).encode()


def chunks_of(data: bytes) -> list[bytes]:
    """Cut bytes in memory."""
    return [bytes(chunk) for chunk in cut(io.BytesIO(data))]


SAMPLES = {
    "random": random_bytes(3 << 20),
    "rows": rows(60_000),
    "zeros": bytes(700_000),
    "zeros between random": random_bytes(200_000) + bytes(1 << 20) + random_bytes(200_000, b"2"),
    "one letter": b"a" * 600_000,
    "least": random_bytes(MIN_CHUNK, b"3"),
    "greatest": random_bytes(MAX_CHUNK, b"4"),
    "greatest and one": random_bytes(MAX_CHUNK + 1, b"4"),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_boundaries_are_where_they_always_were(name: str) -> None:
    found = [[len(chunk), chunk_id(chunk).hex()] for chunk in chunks_of(SAMPLES[name])]
    assert found == GOLDEN[name]


def test_every_golden_vector_is_tested() -> None:
    assert sorted(GOLDEN) == sorted(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_chunks_put_together_are_the_content(name: str) -> None:
    assert b"".join(chunks_of(SAMPLES[name])) == SAMPLES[name]


@pytest.mark.parametrize("size", [0, 1, MIN_CHUNK - 1, MIN_CHUNK, MIN_CHUNK + 1, MAX_CHUNK - 1, MAX_CHUNK + 1])
def test_sizes_at_the_bounds(size: int) -> None:
    data = random_bytes(size)
    chunks = chunks_of(data)
    assert b"".join(chunks) == data
    assert all(chunks)
    assert len(chunks) == (0 if size == 0 else 1) or size > MIN_CHUNK


def test_chunks_are_within_bounds_and_as_long_as_intended() -> None:
    lengths = [len(chunk) for chunk in chunks_of(random_bytes(16 << 20, b"bounds"))]
    assert all(MIN_CHUNK <= length <= MAX_CHUNK for length in lengths[:-1])
    assert lengths[-1] <= MAX_CHUNK
    assert AVERAGE_CHUNK * 0.8 < sum(lengths) / len(lengths) < AVERAGE_CHUNK * 1.6


class Slow(io.BytesIO):
    """A stream that never gives all that it is asked for."""

    def readinto(self, buffer: object) -> int:
        assert isinstance(buffer, bytearray | memoryview)
        return super().readinto(memoryview(buffer)[:999])


def test_how_a_stream_is_read_does_not_matter() -> None:
    data = SAMPLES["random"][: 1 << 20]
    assert [bytes(chunk) for chunk in cut(Slow(data))] == chunks_of(data)


@pytest.mark.parametrize("size", [0, 1, MAX_CHUNK, (1 << 20) + MAX_CHUNK, 3 << 20])
@pytest.mark.parametrize("stream", [io.BytesIO, Slow])
def test_hashes_are_given_all_that_is_cut(size: int, stream: type[io.BytesIO]) -> None:
    data = SAMPLES["random"][:size]
    hashes = hashlib.sha256(), blake3()
    assert b"".join(bytes(chunk) for chunk in cut(stream(data), *hashes)) == data
    assert [found.digest() for found in hashes] == [hashlib.sha256(data).digest(), blake3(data).digest()]


def test_a_hash_that_fails_ends_the_cutting() -> None:
    class Failing:
        def update(self, data: object) -> None:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(cut(io.BytesIO(SAMPLES["random"]), Failing()))


def new_chunks(before: bytes, after: bytes) -> list[bytes]:
    """Return the chunks that an edit made."""
    old = {chunk_id(chunk) for chunk in chunks_of(before)}
    return [chunk for chunk in chunks_of(after) if chunk_id(chunk) not in old]


def edits(data: bytes) -> Iterator[bytes]:
    """Yield a file after each of many edits: overwritten, grown, shrunk."""
    for part in range(1, 10):
        at = len(data) * part // 10
        yield data[:at] + random_bytes(4096, b"new") + data[at + 4096 :]
        yield data[:at] + b"one row more\n" + data[at:]
        yield data[:at] + data[at + 100 :]
    yield b"one row more\n" + data
    yield data + b"one row more\n"


@pytest.mark.parametrize("name", ["random", "rows"])
def test_an_edit_changes_only_the_chunks_around_it(name: str) -> None:
    data = SAMPLES[name]
    counts = [len(new_chunks(data, after)) for after in edits(data)]
    assert max(counts) <= 6
    assert sum(counts) / len(counts) < 3


def test_what_is_appended_leaves_all_chunks_but_the_last() -> None:
    data = SAMPLES["random"]
    for old, new in pairwise([data, data + random_bytes(1 << 20, b"5"), data + random_bytes(2 << 20, b"5")]):
        assert len(b"".join(new_chunks(old, new))) <= len(new) - len(old) + MAX_CHUNK


def test_a_chunk_is_named_by_its_blake3() -> None:
    assert chunk_id(b"").hex() == "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
    assert chunk_id(memoryview(b"abc")) == chunk_id(b"abc")
