"""Pipes, sockets and devices are called by their names."""

import os
import socket
from pathlib import Path

import pytest

from modelops_bundle.models.special_files import special_file


def test_special_files_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert special_file(tmp_path / "pipe") == "a named pipe"
    monkeypatch.chdir(tmp_path)  # the path of a socket may have a hundred characters
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")
        assert special_file(tmp_path / "socket") == "a socket"
    assert special_file(Path(os.devnull)) == "a character device"


def test_others_are_not_special(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    assert [special_file(tmp_path / name) for name in ("file", ".", "link", "none", "file/x")] == [""] * 5
