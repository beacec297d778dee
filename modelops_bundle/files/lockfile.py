"""One command at a time: a lock that the kernel releases when its holder dies.

The lock is an advisory lock on an open file, so there are no stale locks to recognise: whatever ended the
holder, a kill or a power cut, also ended the lock. The file keeps the holder's process id, for messages.
"""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from modelops_bundle.errors import Busy, TransferFailed
from modelops_bundle.files.lock_descriptor import LockDescriptor

if os.name == "nt":
    import msvcrt

    def _try_lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
else:
    import fcntl

    def _try_lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


DEFAULT_WAIT = 5.0
_POLL = 0.02
_HELD = {errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK}


@contextmanager
def hold(path: Path, *, wait: float = DEFAULT_WAIT) -> Iterator[None]:
    """Hold the lock at `path` during the block; raise Busy after `wait` seconds.

    Raises TransferFailed on a file system without locks.
    """
    with _locked(path, wait):
        yield


@contextmanager
def _locked(path: Path, wait: float) -> Iterator[LockDescriptor]:
    """Hold a lock, and give the descriptor of its file."""
    descriptor = LockDescriptor(path)
    handle = descriptor.number
    try:
        deadline = time.monotonic() + wait
        while True:
            try:
                _try_lock(handle)
                break
            except OSError as error:
                if error.errno not in _HELD:
                    raise TransferFailed(
                        f"cannot lock '{path}': {error.strerror}", hint="move it to a file system that has locks"
                    ) from error
                if time.monotonic() >= deadline:
                    raise _busy(handle) from None
                time.sleep(_POLL)
        with suppress(OSError):  # on a full disk, somebody must be able to make room
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield descriptor
    finally:
        descriptor.close()


@contextmanager
def hold_passing(path: Path, *, wait: float = DEFAULT_WAIT) -> Iterator[None]:
    """Hold a lock as `hold` does, whose file is gone afterwards."""
    while True:
        with _locked(path, wait) as descriptor:
            if not _is_still_named(path, descriptor.number):
                continue
            try:
                yield
            finally:
                with suppress(OSError):  # Windows keeps files that are open
                    if descriptor.is_open:
                        path.unlink()
            return


def _is_still_named(path: Path, handle: int) -> bool:
    """Tell whether the file that we locked still has its name: its last holder may have removed it.

    The process id in it tells nothing: threads share theirs, and so do containers that share a disk.
    """
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False


def _busy(handle: int) -> Busy:
    holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
    return Busy(
        f"another command is at work in this project (process {holder})",
        hint="wait for it to end, then run the command again",
    )
