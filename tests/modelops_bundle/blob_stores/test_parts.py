"""Parts travel side by side, in order for whoever reads them, and few at a time."""

import hashlib
import io
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.blob_stores import parts
from modelops_bundle.blob_stores.checked_content import CheckedContent
from modelops_bundle.blob_stores.parts import LARGE_PART, PART, PIECE, fetch_parts, part_size, send_parts
from modelops_bundle.blob_stores.store_errors import DamagedBlob
from modelops_bundle.digest import PREFIX, Digest, digest_of


class Window:
    """Counts how many parts are between being made and being done with, at most."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.now = self.most = 0

    def add(self, count: int) -> None:
        with self._lock:
            self.now += count
            self.most = max(self.most, self.now)


def content_of(data: bytes) -> CheckedContent:
    return CheckedContent("az://c/k", len(data), lambda: io.BytesIO(data), digest_of(data))


@given(st.binary(max_size=60), st.integers(1, 9), st.integers(1, 5))
def test_parts_are_sent_in_order_and_make_up_the_whole(data: bytes, part: int, jobs: int) -> None:
    sent = send_parts(content_of(data), part, jobs, lambda number, piece: (number, bytes(piece)))
    assert [number for number, _ in sent] == list(range(len(sent)))
    assert b"".join(piece for _, piece in sent) == data
    assert all(len(piece) == part for _, piece in sent[:-1])


@pytest.mark.parametrize(("part", "most"), [(1, 4), (10, 4), (15, 2), (30, 1), (90, 1)])
def test_few_parts_are_in_memory_while_sending(monkeypatch: pytest.MonkeyPatch, part: int, most: int) -> None:
    """A part counts from when it is read until it is sent."""
    monkeypatch.setattr(parts, "IN_MEMORY", 40)
    window, blob = Window(), bytes(9 * part)

    class Counting(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            window.add(1 if self.tell() < len(blob) else 0)
            return super().read(size)

    content = CheckedContent("az://c/k", len(blob), lambda: Counting(blob), digest_of(blob))
    send_parts(content, part, 3, lambda number, piece: window.add(-1))
    assert window.most <= most


def test_a_part_that_fails_ends_the_sending() -> None:
    sent = []

    def send(number: int, piece: bytearray) -> None:
        sent.append(number)
        if number == 2:
            raise RuntimeError("refused")

    with pytest.raises(RuntimeError, match="refused"):
        send_parts(content_of(bytes(1000)), 1, 2, send)
    assert len(sent) < 10


@given(st.integers(0, 5 * PART), st.integers(0, 5 * PART), st.integers(1, 5))
def test_what_is_fetched_comes_in_order_without_gaps(start: int, length: int, jobs: int) -> None:
    pieces = fetch_parts(start, start + length, jobs, lambda first, end: repr((first, end)).encode())
    ranges = [tuple(map(int, piece.decode().strip("()").split(","))) for piece in pieces]
    assert sum(end - first for first, end in ranges) == length
    assert all(end - first <= PIECE for first, end in ranges)
    ends = [start, *(end for _, end in ranges)]
    assert [first for first, _ in ranges] == ends[:-1]


def test_few_parts_are_in_memory_while_fetching() -> None:
    window = Window()

    def fetch(first: int, end: int) -> bytes:
        window.add(1)
        return b""

    for _ in fetch_parts(0, 100 * PART, 3, fetch):
        window.add(-1)
    assert window.most <= 3 + 1


def test_a_small_blob_is_fetched_little_by_little() -> None:
    fetched: list[int] = []

    def fetch(first: int, end: int) -> bytes:
        fetched.append(end - first)
        return b""

    for number, _ in enumerate(fetch_parts(0, PART, 9, fetch), start=1):
        assert len(fetched) == number  # nothing ahead of who takes it
    assert max(fetched) < PIECE


@pytest.mark.parametrize("size", [1, LARGE_PART * 10_000])
def test_parts_have_their_usual_size_while_they_are_few_enough(size: int) -> None:
    assert part_size(size, 10_000) == LARGE_PART


@given(st.integers(1, 5 << 40), st.sampled_from([10_000, 50_000]))
def test_there_are_never_more_parts_than_a_store_takes(size: int, most: int) -> None:
    part = part_size(size, most)
    assert -(-size // part) <= most
    assert part % (1 << 20) == 0


@given(st.binary(min_size=1, max_size=50), st.lists(st.integers(0, 50), max_size=5))
def test_going_back_changes_nothing_of_what_is_checked(data: bytes, stops: list[int]) -> None:
    content = content_of(data)
    for stop in stops:
        content.seek(0)
        content.read(stop)
    content.seek(0)
    assert content.read() == data


def test_content_cannot_be_skipped() -> None:
    content = content_of(b"cases")
    with pytest.raises(ValueError, match="in order"):
        content.seek(3)


def test_streams_that_give_less_than_asked_are_read_on() -> None:
    class Dripping(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(1, size or 0))

    data = b"cases"
    digest = Digest(PREFIX + hashlib.sha256(data).hexdigest())
    assert CheckedContent("az://c/k", 5, lambda: Dripping(data), digest).read() == data
    with pytest.raises(DamagedBlob, match="more than 4"):
        CheckedContent("az://c/k", 4, lambda: Dripping(data), digest).read()
