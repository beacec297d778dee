"""A lock that many hold together, so that none of them is disturbed: the other half of `lockfile.hold`."""

import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from modelops_bundle.errors import TransferFailed
from modelops_bundle.files.lock_descriptor import LockDescriptor


class Use:
    """Keeps others from holding the lock at `path`, together with everybody else who uses it, as long as it lives.

    Waits until whoever holds the lock is done. Ends when nobody refers to it, or when the process ends, and
    the children that it forked: they have what it has. Raises as `using` does.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        weakref.finalize(self, os.close, handle)
        _share(handle, path)


@contextmanager
def using(path: Path) -> Iterator[None]:
    """Use a lock during the block, as `Use` does, but for what children may have of it.

    Raises TransferFailed on a file system without locks. Windows has no locks of this kind: there it does nothing.
    """
    descriptor = LockDescriptor(path)
    try:
        _share(descriptor.number, path)
        yield
    finally:
        descriptor.close()


def _share(handle: int, path: Path) -> None:
    try:
        with suppress(ImportError):
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_SH)
    except OSError as error:
        raise TransferFailed(
            f"cannot lock '{path}': {error.strerror}", hint="move it to a file system that has locks"
        ) from error
