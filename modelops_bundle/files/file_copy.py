"""Copy file contents the cheapest way the file system offers: clone, kernel copy, or read and write."""

import errno
import os
from contextlib import suppress

_FICLONE = 0x40049409
"""ioctl of Linux that makes two files share their blocks: btrfs, xfs, bcachefs."""
_BLOCK = 1 << 20


def copy_file(source: int, target: int) -> None:
    """Copy a whole file to an empty one, by descriptor, without its bytes passing through us if possible."""
    if _clone(source, target):
        return
    size = os.fstat(source).st_size
    copied = 0
    with suppress(OSError, AttributeError):
        while copied < size:
            count = os.copy_file_range(source, target, size - copied, copied, copied)
            if not count:
                break
            copied += count
    os.lseek(source, copied, os.SEEK_SET)
    os.lseek(target, copied, os.SEEK_SET)
    while block := os.read(source, _BLOCK):
        view = memoryview(block)
        while view:
            view = view[os.write(target, view) :]


def _clone(source: int, target: int) -> bool:
    try:
        import fcntl

        fcntl.ioctl(target, _FICLONE, source)
    except ImportError:
        return False
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EIO):
            raise
        return False
    return True
