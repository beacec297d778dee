"""A file is read while it is put together, never ahead of what has arrived."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelops_bundle.digest import Digest
from modelops_bundle.packs.arrival import Arrival, Arriving

A, B = Digest(f"sha256:{'a' * 64}"), Digest(f"sha256:{'b' * 64}")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(b"....")
    return tmp_path / "file"


def blocks(file: Path, ends: list[tuple[Digest, int]], arrival: Arrival) -> Iterator[bytes]:
    """Read a file as a hash does."""
    buffer = memoryview(bytearray(100))
    with file.open("rb", buffering=0) as stream:
        arriving = Arriving(stream, ends, arrival)
        while count := arriving.readinto(buffer):
            yield bytes(buffer[:count])


def test_each_part_is_read_when_its_pack_has_arrived(file: Path) -> None:
    arrival = Arrival([A, B])
    with arrival.of(A):
        file.write_bytes(b"aa..")
    read = blocks(file, [(A, 2), (B, 4)], arrival)
    assert next(read) == b"aa"
    rest: list[bytes] = []
    reader = threading.Thread(target=lambda: rest.extend(read))
    reader.start()
    assert rest == []
    with arrival.of(B):
        file.write_bytes(b"aabb")
    reader.join(10)
    assert rest == [b"bb"]


def test_what_is_not_on_its_way_is_not_waited_for(file: Path) -> None:
    assert b"".join(blocks(file, [(A, 0), (A, 1), (B, 4)], Arrival([]))) == b"...."


def test_a_pack_that_fails_ends_the_reading(file: Path) -> None:
    arrival = Arrival([A, B])
    with arrival.of(A):
        pass
    read = blocks(file, [(A, 2), (B, 4)], arrival)
    assert next(read) == b".."
    with pytest.raises(ZeroDivisionError), arrival.of(B):
        raise ZeroDivisionError
    assert list(read) == []


def test_a_file_that_is_shorter_or_longer_than_its_parts_is_read_to_its_end(file: Path) -> None:
    assert b"".join(blocks(file, [(A, 3), (B, 9)], Arrival([]))) == b"...."
    assert b"".join(blocks(file, [(A, 3)], Arrival([]))) == b"...."
