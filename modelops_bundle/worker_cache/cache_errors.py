"""What is wrong with a directory that is to be a worker's cache."""

import errno
import os
from pathlib import Path

from modelops_bundle.digest import Digest
from modelops_bundle.errors import Invalid, TransferFailed

_FULL = {errno.ENOSPC, errno.EDQUOT}
_OF_OTHERS = {errno.EROFS, errno.EACCES, errno.EPERM}


class NotACache(Invalid):
    """A directory is no worker's cache, but something else."""


class CacheUnusable(TransferFailed):
    """The system does not let us bring a bundle into a cache."""

    def __init__(self, digest: Digest, root: Path, error: OSError) -> None:
        place = (
            f": '{os.fsdecode(error.filename)}'" if isinstance(error.filename, str | bytes | os.PathLike) else ""
        )
        if error.errno in _FULL:
            hint = f"make room on the disk: modelops-bundle cache prune --dir {root}"
        elif error.errno in _OF_OTHERS:
            hint = "give workers a cache that they may write to, or let its owner fetch the bundle"
        else:
            hint = f"check the disk of '{root}'"
        super().__init__(
            f"cannot bring '{digest}' into the cache '{root}': {error.strerror or error}{place}", hint=hint
        )


def is_of_others(error: OSError) -> bool:
    """Tell whether an error says that a cache may only be read."""
    return error.errno in _OF_OTHERS
