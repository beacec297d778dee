"""What a file held, told only when it held still."""

import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from blake3 import blake3

from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.files.hashing import (
    BLOCK,
    SMALL,
    Content,
    FileChanged,
    blake3_of_stream,
    content_of,
    hash_stream,
    open_regular,
    read_content,
    read_link,
    read_small,
)

SIZES = [0, 1, SMALL - 1, SMALL, SMALL + 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 7]


def content(size: int) -> bytes:
    """Return bytes whose blocks differ."""
    return (bytes(range(251)) * (size // 251 + 1))[:size]


@pytest.mark.parametrize("size", SIZES)
def test_every_way_of_hashing_agrees(tmp_path: Path, size: int) -> None:
    data = content(size)
    expected = Content(size, hashlib.sha256(data).digest(), blake3(data).digest())
    (tmp_path / "f").write_bytes(data)
    with (tmp_path / "copy").open("w+b") as copy:
        copied, _ = read_content(str(tmp_path / "f"), copy.fileno())
    assert content_of(data) == expected
    assert hash_stream(io.BytesIO(data)) == expected
    assert read_content(str(tmp_path / "f"))[0] == expected
    assert copied == expected
    assert (tmp_path / "copy").read_bytes() == data
    assert blake3_of_stream(io.BytesIO(data), size) == expected.blake3
    assert expected.digest == "sha256:" + expected.sha256.hex()


def test_a_small_file_gives_its_bytes_too(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"abc")
    data, found, now = read_small(str(tmp_path / "f"))
    assert (data, found, now.st_size) == (b"abc", content_of(b"abc"), 3)


def test_a_file_that_grew_since_it_was_looked_at_is_still_hashed_whole(tmp_path: Path) -> None:
    assert blake3_of_stream(io.BytesIO(content(5000)), 10) == blake3(content(5000)).digest()


@pytest.mark.parametrize("size", [10, SMALL + 10])
@pytest.mark.parametrize("change", ["grow", "shrink", "rewrite", "touch"])
def test_a_file_that_never_holds_still_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, change: str
) -> None:
    file = tmp_path / "f"
    file.write_bytes(content(size))
    stamps = iter(range(1, 1000))

    def meddle() -> None:
        data = file.read_bytes()
        if change == "grow":
            data += b"x"
        elif change == "shrink":
            data = data[:-1]
        elif change == "rewrite":
            data = data[::-1]
        file.write_bytes(data)
        # Writing again within one tick of the clock may leave the same times; a test must not depend on that.
        os.utime(file, ns=(0, next(stamps)))

    _after_each_look(monkeypatch, meddle)
    for read in (read_content, read_small):
        with pytest.raises(FileChanged, match="f"):
            read(str(file))
    with (tmp_path / "copy").open("w+b") as copy, pytest.raises(FileChanged):
        read_content(str(file), copy.fileno())


def test_a_file_that_changes_once_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"old and long")
    # The first look only tells that it is a regular file.
    looks = iter(range(1_000))

    def meddle() -> None:
        if next(looks) == 1:
            file.write_bytes(b"new")

    _after_each_look(monkeypatch, meddle)
    with (tmp_path / "copy").open("w+b") as copy:
        assert read_content(str(file), copy.fileno())[0] == content_of(b"new")
    assert (tmp_path / "copy").read_bytes() == b"new"


def _after_each_look(monkeypatch: pytest.MonkeyPatch, meddle: Callable[[], None]) -> None:
    """Let somebody else at the file each time after it was looked at."""
    look = os.fstat

    def fstat(handle: int) -> os.stat_result:
        found = look(handle)
        meddle()
        return found

    monkeypatch.setattr(os, "fstat", fstat)


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "l").symlink_to("f")
    (tmp_path / "f").write_bytes(b"")
    os.mkfifo(tmp_path / "p")
    for name in ("d", "l", "p", "f/x"):
        with pytest.raises(Invalid, match=name):
            open_regular(str(tmp_path / name))
    with pytest.raises(NotFound, match="none"):
        open_regular(str(tmp_path / "none"))
    with open_regular(str(tmp_path / "f")) as stream:
        assert stream.read() == b""


def test_a_link_that_is_none_any_more_has_changed(tmp_path: Path) -> None:
    (tmp_path / "l").symlink_to("größe")
    assert read_link(str(tmp_path / "l")) == "größe".encode()
    (tmp_path / "f").write_bytes(b"")
    for name in ("f", "none"):
        with pytest.raises(FileChanged, match=name):
            read_link(str(tmp_path / name))
