"""The open file that a lock is taken on, of which no child of a fork keeps a copy.

The kernel frees a lock when the last copy of its descriptor is closed. A child that was forked meanwhile, for
something else entirely, would hold it for as long as it lives: also when its parent is done, or dead.
"""

import os
import threading
from contextlib import suppress
from pathlib import Path

with suppress(ImportError):  # Windows has neither these locks nor forks
    import fcntl

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
_guard = threading.RLock()
"""Held while a descriptor is opened or closed: a fork waits, so that its child knows all that it was given."""


class LockDescriptor:
    """A descriptor of the file of a lock, which is made if need be.

    Raises OSError for a symlink, which may lead anywhere.
    """

    def __init__(self, path: Path) -> None:
        while True:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Somebody may have removed the directory that was empty once more.
            with suppress(FileNotFoundError), _guard:
                self.number = os.open(path, _FLAGS, 0o644)
                _open.add(self)
                return

    @property
    def is_open(self) -> bool:
        """Whether this process still has it: after a fork, the child has not."""
        return self in _open

    def close(self) -> None:
        """Close the descriptor, which frees the lock, also where a child of other making has a copy."""
        with _guard:
            if self in _open:
                _open.remove(self)
                with suppress(NameError, OSError):
                    fcntl.flock(self.number, fcntl.LOCK_UN)
                os.close(self.number)


_open: set[LockDescriptor] = set()


def _forget_all() -> None:
    """Close what a child has copies of; to unlock it would take the locks from the parent."""
    for descriptor in _open:
        os.close(descriptor.number)
    _open.clear()
    _guard.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_guard.acquire, after_in_parent=_guard.release, after_in_child=_forget_all)
