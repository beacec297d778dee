"""Copies are whole, whichever way the file system offers."""

import errno
import os
from pathlib import Path

import pytest

from modelops_bundle.files import file_copy
from modelops_bundle.files.file_copy import copy_file
from tests.modelops_bundle.faults import failing_at

SIZES = [0, 1, (1 << 20) - 1, 1 << 20, (2 << 20) + 3]


def content(size: int) -> bytes:
    """Return bytes that do not repeat at a power of two."""
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def copied(tmp_path: Path, data: bytes) -> bytes:
    """Return what a copy of a file with this content holds."""
    (tmp_path / "source").write_bytes(data)
    with (tmp_path / "source").open("rb") as source, (tmp_path / "target").open("wb") as target:
        # The position of the source makes no difference: the whole file is copied.
        source.seek(len(data) // 2)
        copy_file(source.fileno(), target.fileno())
    return (tmp_path / "target").read_bytes()


@pytest.mark.parametrize("size", SIZES)
def test_a_file_is_copied_whole(tmp_path: Path, size: int) -> None:
    assert copied(tmp_path, content(size)) == content(size)


@pytest.mark.parametrize("size", SIZES)
def test_a_file_is_copied_whole_where_the_kernel_does_not_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(file_copy, "_clone", lambda source, target: False)
    monkeypatch.delattr(os, "copy_file_range")
    assert copied(tmp_path, content(size)) == content(size)


def test_a_copy_that_the_kernel_gives_up_half_way_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = os.copy_file_range

    def short(source: int, target: int, count: int, at: int, to: int) -> int:
        return whole(source, target, min(count, 1000), at, to)

    refused = OSError(errno.EXDEV, "Invalid cross-device link")
    monkeypatch.setattr(file_copy, "_clone", lambda source, target: False)
    monkeypatch.setattr(os, "copy_file_range", failing_at(4, short, refused))
    assert copied(tmp_path, content(10_000)) == content(10_000)


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(file_copy, "_clone", lambda source, target: False)
    monkeypatch.setattr(os, "copy_file_range", failing_at(1, os.copy_file_range, full))
    monkeypatch.setattr(os, "write", failing_at(1, os.write, full))
    with pytest.raises(OSError, match="No space"):
        copied(tmp_path, content(10_000))
