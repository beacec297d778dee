"""The directory `.mops` of a destination: the place to stage in, for one command at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from modelops_bundle.checkout.working_tree import is_real_directory
from modelops_bundle.errors import WorkingTreeConflict
from modelops_bundle.files.lockfile import hold_passing
from modelops_bundle.safe_path import AREA


@contextmanager
def staging_area(root: Path) -> Iterator[Path]:
    """Give a directory below a destination, which is made if need be, to stage files in.

    It is gone afterwards, and so is the destination itself when it was made and nothing came into it.
    Raises Busy while another command writes there.
    """
    made = [folder for folder in (root, *root.parents) if not folder.exists()]
    area = root / AREA
    staging = area / "tmp"
    try:
        for folder in (area, staging):
            if os.path.lexists(folder) and not is_real_directory(root, folder.relative_to(root).as_posix()):
                raise WorkingTreeConflict(f"not a directory: '{folder}'", hint="move it out of the way")
            folder.mkdir(parents=True, exist_ok=True)
        # What is materialized twice must be the same, byte by byte.
        with hold_passing(staging / "lock"):
            yield staging
    finally:
        for folder in (staging, area, *made):
            with suppress(OSError):
                folder.rmdir()
