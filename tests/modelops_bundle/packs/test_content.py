"""A pack reads as one blob, wherever its bytes lie, and tells which file changed under it."""

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest

from modelops_bundle.files.hashing import FileChanged
from modelops_bundle.packs.content import PackContent, Span
from tests.modelops_bundle.packs_in_memory import entry_for, noise

FIRST, SECOND = noise(5000, 1), noise(7000, 2)


def opens(data: bytes) -> Callable[[], BinaryIO]:
    return partial(io.BytesIO, data)


def content(*spans: Span) -> PackContent:
    return PackContent(spans, Path("own"))


def blocks(stream: BinaryIO, size: int) -> list[bytes]:
    return list(iter(lambda: stream.read(size), b""))


@pytest.mark.parametrize("size", [1, 999, 1000, 1001, 100_000])
def test_spans_are_read_one_after_the_other(size: int) -> None:
    first, second = opens(FIRST), opens(SECOND)
    spans = [Span(first, 10, 1000), Span(second, 0, 7000), Span(first, 0, 0), Span(first, 4000, 1000)]
    wanted = FIRST[10:1010] + SECOND + FIRST[4000:]
    with content(*spans).open() as stream:
        found = blocks(stream, size)
    assert b"".join(found) == wanted
    assert all(0 < len(block) <= size for block in found)
    assert content(*spans).open().read() == wanted


def test_it_closes_what_it_opens() -> None:
    opened = []

    def open_file() -> BinaryIO:
        opened.append(io.BytesIO(FIRST))
        return opened[-1]

    with content(Span(open_file, 0, 10), Span(open_file, 20, 10), Span(opens(SECOND), 0, 10)).open() as stream:
        assert len(stream.read()) == 30
    assert [each.closed for each in opened] == [True]


def test_a_file_that_became_shorter_ends_it_early() -> None:
    whole = content(Span(opens(FIRST), 4000, 2000)).open().read()
    assert whole == FIRST[4000:]


def test_spans_join_where_one_goes_on_where_the_other_ends() -> None:
    first = opens(FIRST)
    assert Span(first, 5, 10).joined(Span(first, 15, 7)) == Span(first, 5, 17)
    assert Span(first, 5, 10).joined(Span(first, 16, 7)) is None
    assert Span(first, 5, 10).joined(Span(opens(FIRST), 15, 7)) is None


def test_the_file_that_changed_is_named() -> None:
    same, other = entry_for("same", FIRST), entry_for("other", SECOND)
    spans = Span(opens(b"own"), 0, 3), Span(opens(FIRST), 0, 100, same), Span(opens(SECOND + b"?"), 0, 9, other)
    found = content(*spans).changed_file()
    assert isinstance(found, FileChanged)
    assert "'other'" in found.message
    assert content(*spans[:2]).changed_file() is None


def test_discarding_twice_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "pack").write_bytes(b"")
    for _ in range(2):
        PackContent([], tmp_path / "pack").discard()
    assert list(tmp_path.iterdir()) == []
