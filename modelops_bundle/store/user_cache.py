"""The user's cache of published versions, for commands that work outside of a project.

It holds the documents of versions and titled layers up to 50 MiB. What comes out of packs, and what is larger,
goes to its place only, as everywhere. All of it can be fetched again.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from modelops_bundle.errors import Busy, TransferFailed
from modelops_bundle.files.lockfile import hold_passing
from modelops_bundle.store.store import Store
from modelops_bundle.transfer import PARTIAL

DIRECTORY = "store"
_KEPT = 7 * 24 * 3600.0
"""Seconds after which what a killed command had fetched by halves is removed."""


@contextmanager
def opened_cache(cache_dir: Path, purpose: str) -> Iterator[Store]:
    """Give the user's store; what is fetched by halves stays when the block fails, for the next one's profit.

    Blocks of different `purpose` work side by side. Raises Busy for two of the same, and TransferFailed where
    nothing can be written.
    """
    directory = cache_dir / DIRECTORY
    tmp = directory / "tmp" / hashlib.sha256(os.fsencode(purpose)).hexdigest()[:32]
    try:
        tmp.mkdir(parents=True, exist_ok=True)
        _remove_old(directory / "tmp")
    except OSError as error:
        raise TransferFailed(
            f"cannot use the cache '{cache_dir}': {error.strerror}",
            hint="set MODELOPS_BUNDLE_CACHE_DIR to a directory of yours, or do without it: --no-cache",
        ) from error
    try:
        with hold_passing(tmp / "lock"):
            os.utime(tmp)
            yield Store(directory, tmp)
            shutil.rmtree(tmp / PARTIAL, ignore_errors=True)
    finally:
        with suppress(OSError):
            tmp.rmdir()


@contextmanager
def temporary_cache() -> Iterator[Store]:
    """Give a store that is empty, and is gone at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="modelops-bundle-") as directory:
        store = Store(Path(directory))
        store.tmp.mkdir()
        yield store


def _remove_old(folder: Path) -> None:
    for left in folder.glob("*"):
        with suppress(OSError, Busy):
            if left.stat().st_mtime < time.time() - _KEPT:
                with hold_passing(left / "lock", wait=0):
                    shutil.rmtree(left, ignore_errors=True)
