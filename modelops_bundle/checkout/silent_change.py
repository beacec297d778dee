"""Find files whose bytes changed while size and times say that they did not: a damaged disk, or worse."""

import os
from collections.abc import Iterator

from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.working_tree import look


def silently_changed(project: Project) -> Iterator[str]:
    """Read every tracked file that looks as it was, and yield the paths of those that are not.

    What looks edited is none of our business: `status` tells. Raises Invalid for a file that cannot be read.
    """
    for path, entry in project.load_index().items():
        try:
            now = os.lstat(project.root / path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        if entry.vouches_for(now) and look(project.root, path, now, entry).sha256 != entry.sha256:
            yield path
