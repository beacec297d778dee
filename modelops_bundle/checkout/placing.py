"""Rename a staged file into place, also where another file system is mounted, as containers do it for data."""

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

NOTE = "copied"
"""Beside a staged file: the path of the copy on another file system that a killed checkout leaves."""


def put(temporary: Path, target: str) -> None:
    """Rename a file into place, making directories on the way; empty ones at its path go."""
    if os.path.isdir(target) and not os.path.islink(target):
        for folder, _, _ in os.walk(target, topdown=False):
            os.rmdir(folder)
    if not os.path.isdir(os.path.dirname(target)):
        os.makedirs(os.path.dirname(target))
    try:
        os.replace(temporary, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy_and_put(temporary, target)


def _copy_and_put(temporary: Path, target: str) -> None:
    """Copy a file to the directory that it goes to, and rename it there."""
    copy = os.path.join(os.path.dirname(target), _name_of_copy(temporary.parent))
    note = temporary.parent / NOTE
    note.write_bytes(os.fsencode(copy))
    try:
        shutil.copy2(temporary, copy, follow_symlinks=False)
        os.replace(copy, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(copy)
        raise
    note.unlink()


def remove_leftover(staging: Path) -> None:
    """Remove the directory of a killed checkout, and the copy that it left in the working tree."""
    with suppress(OSError):
        copy = os.fsdecode((staging / NOTE).read_bytes())
        if os.path.basename(copy) == _name_of_copy(staging):
            os.unlink(copy)
    shutil.rmtree(staging, ignore_errors=True)


def _name_of_copy(staging: Path) -> str:
    return f".{staging.name}"
