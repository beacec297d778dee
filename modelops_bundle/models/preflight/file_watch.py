"""See which files of a directory tree are opened for reading, by whatever program: Linux tells (inotify(7)).

Libraries that read files by themselves, such as polars and HDF5, do not ask Python, whose audit hooks then see
nothing.
"""

import ctypes
import os
import select
import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_ACCESS, _CLOSE_NOWRITE = 0x1, 0x10
_OVERFLOW, _IS_DIRECTORY = 0x4000, 0x40000000
_ONLY_DIRECTORY, _DONT_FOLLOW = 0x1000000, 0x2000000
_EVENT = struct.Struct("iIII")
_BLOCK = 1 << 16


@dataclass(slots=True)
class Sightings:
    """The full paths of files that were read; `complete` says whether the system can tell, and lost nothing."""

    paths: set[str] = field(default_factory=set)
    complete: bool = False


@contextmanager
def sightings(directories: Iterable[str]) -> Iterator[Sightings]:
    """Note down each file that is read in these directories, but not below them, during the block."""
    found = Sightings()
    handle = _start()
    if handle < 0:
        yield found
        return
    end, signal = os.pipe()
    try:
        names = _watch(handle, directories, found)
        reader = threading.Thread(target=_collect, args=(handle, end, names, found))
        reader.start()
        try:
            yield found
        finally:
            os.close(signal)
            reader.join()
    finally:
        os.close(end)
        os.close(handle)


def _start() -> int:
    """Return a descriptor that tells of accesses, negative where the system knows nothing like it."""
    try:
        return int(_libc().inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK))
    except (AttributeError, OSError):
        return -1


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def _watch(handle: int, directories: Iterable[str], found: Sightings) -> dict[int, str]:
    """Begin to watch directories, and return them by the number that their events have."""
    add = _libc().inotify_add_watch
    mask = _ACCESS | _CLOSE_NOWRITE | _ONLY_DIRECTORY | _DONT_FOLLOW
    names = {add(handle, os.fsencode(directory), ctypes.c_uint32(mask)): directory for directory in directories}
    # There is a bound on how many directories a user may watch.
    found.complete = names.pop(-1, None) is None
    return names


def _collect(handle: int, end: int, names: dict[int, str], found: Sightings) -> None:
    """Read events until the other end of the pipe is closed, and then those that are left."""
    going_on = True
    while going_on:
        ready, _, _ = select.select([handle, end], [], [])
        going_on = end not in ready
        while data := _read(handle):
            _take(data, names, found)


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, _BLOCK)
    except BlockingIOError:
        return b""


def _take(data: bytes, names: dict[int, str], found: Sightings) -> None:
    at = 0
    while at < len(data):
        number, mask, _, length = _EVENT.unpack_from(data, at)
        name = data[at + _EVENT.size : at + _EVENT.size + length].rstrip(b"\0")
        at += _EVENT.size + length
        if mask & _OVERFLOW:
            found.complete = False
        elif name and number in names and not mask & _IS_DIRECTORY:
            found.paths.add(f"{names[number]}/{os.fsdecode(name)}")
