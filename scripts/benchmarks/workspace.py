"""Where the data of a benchmark lies: in memory where that has room, so that no disk is measured.

On ext4, creating files right after many were deleted is 20 times slower. So nothing is deleted before the
end, except in memory; large files are cut to nothing instead.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

MEMORY = Path("/dev/shm")
_LARGE = 1 << 20


class Workspace:
    """A directory that disappears at the end; every directory in it is used once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.in_memory = root.is_relative_to(MEMORY)
        self._numbers = count()

    def fresh(self, name: str) -> Path:
        """Return a new empty directory."""
        path = self.unused(name)
        path.mkdir()
        return path

    def unused(self, name: str) -> Path:
        """Return a path where nothing is and never was."""
        return self.root / f"{next(self._numbers):04d}-{name}"

    def set_aside(self, path: Path) -> None:
        """Take a file or directory, if it is there, out of the way, and give back its space."""
        if not path.exists():
            return
        aside = self.unused("aside")
        path.rename(aside)
        if not self.in_memory:
            _cut_large_files(aside)
        elif aside.is_dir():
            shutil.rmtree(aside)
        else:
            aside.unlink()


def _cut_large_files(top: Path) -> None:
    for directory, _, names in os.walk(top):
        for name in names:
            file = Path(directory, name)
            found = file.lstat()
            # A file with another name may be the source of later rounds.
            if found.st_size >= _LARGE and found.st_nlink == 1:
                file.chmod(0o600)
                os.truncate(file, 0)


@contextmanager
def workspace(gib: int) -> Iterator[Workspace]:
    """Make a workspace with room for so many GiB."""
    parent = MEMORY if _memory_has(gib << 30) else Path(tempfile.gettempdir())
    root = Path(tempfile.mkdtemp(prefix="modelops-bundle-bench-", dir=parent))
    try:
        yield Workspace(root)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _memory_has(size: int) -> bool:
    """Tell whether tmpfs has room, and memory for it beside the programs themselves."""
    try:
        available = next(
            int(line.split()[1]) << 10
            for line in Path("/proc/meminfo").read_text().splitlines()
            if line.startswith("MemAvailable:")
        )
        return size < shutil.disk_usage(MEMORY).free and size + (2 << 30) < available
    except (OSError, StopIteration):
        return False
