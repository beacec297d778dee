"""A file is the old one or the new one, whatever fails on the way."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.files.durable import replacing, sync_directory, temporary, write_file
from tests.modelops_bundle.faults import failing_at


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A file in a directory of its own."""
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "f").write_bytes(b"old")
    return tmp_path / "d" / "f"


def test_a_file_is_replaced(target: Path) -> None:
    write_file(target, b"new", flush=True)
    assert target.read_bytes() == b"new"
    assert [path.name for path in target.parent.iterdir()] == ["f"]


def test_directories_on_the_way_are_made(tmp_path: Path) -> None:
    write_file(tmp_path / "a" / "b" / "f", b"new", flush=False)
    assert (tmp_path / "a" / "b" / "f").read_bytes() == b"new"


@pytest.mark.parametrize("mode", [0o444, 0o644, 0o600])
def test_the_mode_is_as_asked_for(target: Path, mode: int) -> None:
    write_file(target, b"new", flush=False, mode=mode)
    assert target.stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("function", ["fchmod", "fsync", "replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    target: Path, monkeypatch: pytest.MonkeyPatch, function: str, error: BaseException
) -> None:
    monkeypatch.setattr(os, function, failing_at(1, getattr(os, function), error))
    with pytest.raises(type(error)):
        write_file(target, b"new", flush=True)
    assert target.read_bytes() == b"old"
    assert [path.name for path in target.parent.iterdir()] == ["f"]


def test_a_block_that_fails_leaves_the_old_file_and_nothing_else(target: Path) -> None:
    with pytest.raises(KeyboardInterrupt), replacing(target, flush=True) as stream:
        stream.write(b"half of the n")
        raise KeyboardInterrupt
    assert target.read_bytes() == b"old"
    assert [path.name for path in target.parent.iterdir()] == ["f"]


def test_a_temporary_file_is_nobody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with temporary(tmp_path) as (one, first), temporary(tmp_path) as (two, second):
        assert first != second
        os.write(one, b"1")
        os.write(two, b"2")
        os.rename(first, tmp_path / "kept")
        monkeypatch.setattr(os, "urandom", lambda size: bytes.fromhex(second.rpartition("-")[2]))
        with pytest.raises(FileExistsError), temporary(tmp_path):
            pass
        os.rename(second, tmp_path / "too")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"kept": b"1", "too": b"2"}


def test_the_temporary_file_lies_where_asked_for(target: Path, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    with replacing(target, flush=False, tmp=tmp_path / "tmp") as stream:
        stream.write(b"new")
        assert len(list((tmp_path / "tmp").iterdir())) == 1
        assert [path.name for path in target.parent.iterdir()] == ["f"]
    assert target.read_bytes() == b"new"
    assert list((tmp_path / "tmp").iterdir()) == []


def test_content_is_on_disk_before_the_name_and_the_name_before_the_return(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    for name in ("fsync", "replace"):
        monkeypatch.setattr(os, name, _recording(name, getattr(os, name), calls))
    write_file(target, b"new", flush=True)
    assert calls == ["fsync", "replace", "fsync"]
    calls.clear()
    write_file(target, b"newer", flush=False)
    assert calls == ["replace"]


def _recording(name: str, function: Callable[..., Any], calls: list[str]) -> Callable[..., Any]:
    def wrapped(*args: Any, **options: Any) -> Any:
        calls.append(name)
        return function(*args, **options)

    return wrapped


def test_a_directory_is_flushed(tmp_path: Path) -> None:
    sync_directory(tmp_path)
