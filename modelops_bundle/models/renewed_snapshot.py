"""What a push does to the registry: refuse what is broken, and publish it as new as the files beside it.

The tree to be published holds the new registry before the working tree does: a push that is refused, or only tells
what it would do, leaves the working tree as it is.
"""

import os

from modelops_bundle.bundles.tree import Tree
from modelops_bundle.checkout.index import Index, IndexEntry
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.snapshot import take
from modelops_bundle.checkout.tracking import Tracked, snapshot
from modelops_bundle.files.hashing import FileChanged, content_of
from modelops_bundle.models.preflight.files import WorkingFiles
from modelops_bundle.models.registering.recording import look_around, preview, record
from modelops_bundle.models.registry_yaml.file import format_registry, read_registry
from modelops_bundle.models.renewal import Renewal, renew, written_since
from modelops_bundle.safe_path import REGISTRY_PATH

_TRIES = 3
_MODE = 0o100644


def snapshot_renewed(project: Project, known: Tree, *, check: bool) -> tuple[Tracked, Renewal]:
    """Take a snapshot, as `tracking.snapshot` does, with the registry in it as it must be beside these files.

    Call with the lock held. Raises BrokenModels if `check`, and FileChanged where files do not hold still.
    """
    changed = ""
    for _ in range(_TRIES):
        around = look_around(project)
        renewal = renew(read_registry(project), around, WorkingFiles(project.root, around.sources.tracked))
        around.sources.save()
        begun = bool(around.sources.tracked)  # where not, there is nothing to push, and that is what to be told
        if check and begun:
            renewal.check()
        tracked = snapshot(project, known)
        changed = written_since(renewal, tracked.tree())
        if not changed:
            if renewal.due and begun:
                _put_in(project, tracked.index, renewal)
            return tracked, renewal
    raise FileChanged(changed)


def carry_out(project: Project, renewal: Renewal) -> tuple[str, ...]:
    """Make the working tree's registry the one that is published, and return the files that are newly tracked.

    Raises FileChanged if somebody changed the registry meanwhile.
    """
    if not renewal.due:
        return ()
    with project.lock():
        if read_registry(project) != renewal.overview.registry:
            raise FileChanged(REGISTRY_PATH)
        return record(project, renewal.registered).tracked


def _put_in(project: Project, index: Index, renewal: Renewal) -> None:
    """Add the new registry, and what it needs, to an index that is to be published; store their content."""
    for path in preview(project, renewal.registered).tracked:
        index[path] = take(project.objects, project.root, path, os.lstat(project.root / path))
    document = format_registry(renewal.registered.registry)
    project.objects.put(document)
    content = content_of(document)
    index[REGISTRY_PATH] = IndexEntry(_MODE, content.size, 0, 0, 0, content.sha256, content.blake3)
