"""Permissions in a bundle's directory: those that it was filled with, as the umask of that process had it.

A file that only its owner can read, or a directory that only they can enter, is damage to everybody else.
"""

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from modelops_bundle.checkout.working_tree import DirectoryCheck
from modelops_bundle.safe_path import parents_of
from modelops_bundle.worker_cache.completion import Completion

_READ = 0o444


def shut_directories(root: Path, known: Completion) -> dict[str, int]:
    """Return the directories that somebody cannot list or enter who may read files, and the bits that they lack.

    What stands there in place of a directory is left alone.
    """
    readers = 0
    for file in known.files.values():
        readers |= file.mode & _READ if file and stat.S_ISREG(file.mode) else 0
    needed = readers | readers >> 2
    direct = {path.rpartition("/")[0] for path in known.files}
    found, is_real, place = {}, DirectoryCheck(root), str(root)
    for path in sorted({"", *direct, *(above for folder in direct for above in parents_of(folder))}):
        with suppress(OSError):
            if (lacking := needed & ~os.lstat(f"{place}/{path}").st_mode) and is_real(path):
                found[path] = lacking
    return found


def open_directories(root: Path, known: Completion) -> None:
    """Let those into the directories who may read files of the bundle, and their owner write; as far as we may."""
    before: dict[str, int] = {}
    while (shut := shut_directories(root, known)) != before:  # one that is shut may hide others below
        for path, lacking in shut.items():
            with suppress(OSError):
                os.chmod(root / path, stat.S_IMODE(os.lstat(root / path).st_mode) | lacking | stat.S_IWUSR)
        before = shut


def restore_modes(root: Path, known: Completion, paths: Iterable[str]) -> None:
    """Give files the permissions that they had when they were verified, as far as we may."""
    is_real = DirectoryCheck(root)
    for path in paths:
        file = known.files.get(path)
        if file and stat.S_ISREG(file.mode):
            with suppress(OSError):
                if is_real(path.rpartition("/")[0]):
                    _set_mode(f"{root}/{path}", stat.S_IMODE(file.mode))


def _set_mode(path: str, mode: int) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        now = os.fstat(handle).st_mode
        if stat.S_ISREG(now) and stat.S_IMODE(now) != mode:
            os.fchmod(handle, mode)
    finally:
        os.close(handle)
