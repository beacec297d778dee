"""A lock that many hold together, so that none of them is disturbed: the other half of `lockfile.hold`."""

import os
import weakref
from contextlib import suppress
from pathlib import Path

from modelops_bundle.errors import TransferFailed


class Use:
    """Keeps others from holding the lock at `path`, together with everybody else who uses it, until it is closed.

    Waits until whoever holds the lock is done. Closes itself when nobody refers to it, or the process ends.
    Raises TransferFailed on a file system without locks. Windows has no locks of this kind: there it does nothing.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._end = weakref.finalize(self, os.close, handle)
        try:
            with suppress(ImportError):
                import fcntl

                fcntl.flock(handle, fcntl.LOCK_SH)
        except OSError as error:
            raise TransferFailed(
                f"cannot lock '{path}': {error.strerror}", hint="move it to a file system that has locks"
            ) from error

    def close(self) -> None:
        """End the use."""
        self._end()
