"""What a name stands for that is neither file, symlink nor directory: no bundle can hold it."""

import os
import stat
from pathlib import Path

_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a character device"),
    (stat.S_ISBLK, "a block device"),
)


def special_file(file: Path) -> str:
    """Return what a special file is, such as 'a named pipe'; '' for all others, and where there is nothing."""
    try:
        mode = os.lstat(file).st_mode
    except OSError:
        return ""
    return next((kind for is_one, kind in _KINDS if is_one(mode)), "")
