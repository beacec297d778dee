"""Files that are either the old one or the new one, never half of each.

Every write goes to a temporary file in the same file system, which is then renamed over the target.
Two promises, named at each call:

- `flush=True`: contents and directory entry are on disk when the call returns (fsync). For refs, the index
  and configuration, which cannot be made again.
- `flush=False`: safe against a killed process, not against a power cut. For objects, whose digest is checked
  at every read, and for working files, which can be pulled again.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


@contextmanager
def replacing(path: Path, *, flush: bool, mode: int = 0o644, tmp: Path | None = None) -> Iterator[BinaryIO]:
    """Give a file to write; when the block ends well it replaces `path`, else it disappears.

    `tmp` is a directory of the same file system for the temporary file, by default that of `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with temporary(tmp or path.parent) as (handle, name):
        with os.fdopen(handle, "wb", closefd=False) as stream:
            yield stream
        os.fchmod(handle, mode)
        if flush:
            os.fsync(handle)
        os.replace(name, path)
    if flush:
        sync_directory(path.parent)


TEMPORARY = ".tmp-"
"""What the names of files begin with that are being written, in whatever directory they will have their place."""


def is_temporary(name: str) -> bool:
    """Tell whether a killed command of ours left a file or directory of this name, or one at work has it."""
    return re.fullmatch(rf"{re.escape(TEMPORARY)}(import-)?[0-9a-f]{{16}}(\.lock)?", name) is not None


@contextmanager
def temporary(directory: Path, mode: int = 0o600) -> Iterator[tuple[int, str]]:
    """Give the descriptor and the name of a new file, which the block renames; when it fails, the file disappears.

    Its name is random: containers that share a disk share process ids. Importing `tempfile` takes longer than most
    commands' work.
    """
    name = f"{directory}/{TEMPORARY}{os.urandom(8).hex()}"
    handle = os.open(name, _NEW, mode)
    try:
        yield handle, name
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise
    finally:
        os.close(handle)


def write_file(path: Path, data: bytes, *, flush: bool, mode: int = 0o644, tmp: Path | None = None) -> None:
    """Replace a file by `data` in one step."""
    with replacing(path, flush=flush, mode=mode, tmp=tmp) as stream:
        stream.write(data)


def sync_directory(directory: Path) -> None:
    """Make renames and removals in a directory survive a power cut, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
