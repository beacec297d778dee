"""Stop tracking files, and delete them without losing work that exists nowhere else."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from modelops_bundle.checkout.index import Index, mode_bits
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.working_tree import is_real_directory, look
from modelops_bundle.digest import Digest
from modelops_bundle.errors import NotFound, WorkingTreeConflict


@dataclass(frozen=True, slots=True)
class Removed:
    """What removing did: paths that are no longer tracked, and the objects that keep unpublished content."""

    paths: tuple[str, ...]
    kept: Mapping[str, Digest] = field(default_factory=dict)


def remove_paths(project: Project, names: Iterable[str], *, delete: bool = False, force: bool = False) -> Removed:
    """Stop tracking files, and all tracked files below directories; with `delete`, unlink them too.

    Everything is checked before anything is done. Raises NotFound for a name that matches nothing tracked, and
    WorkingTreeConflict when content would be deleted that is neither published nor an object, unless `force`.
    """
    with project.lock():
        index = project.load_index()
        removed = _plan_removal(project, index, names, delete, force)
        for path in removed.paths:
            del index[path]
        project.write_index(index)
        if delete:
            for path in removed.paths:
                _unlink(project.root, path)
    return removed


def preview_remove(
    project: Project, names: Iterable[str], *, delete: bool = False, force: bool = False
) -> Removed:
    """Tell what `remove_paths` would do, with the same errors, without changing anything."""
    return _plan_removal(project, project.load_index(), names, delete, force)


def _plan_removal(project: Project, index: Index, names: Iterable[str], delete: bool, force: bool) -> Removed:
    doomed: dict[str, None] = {}
    for name in names:
        # A tracked file has nothing below it; without this, removing every file by name would be quadratic.
        found = [name] if name in index else [p for p in index if name == "." or p.startswith(f"{name}/")]
        if not found:
            raise NotFound(f"not tracked: '{name}'", hint="modelops-bundle ls-files")
        doomed.update(dict.fromkeys(found))
    unpublished = _unpublished(project, index, doomed) if delete else {}
    lost = tuple(path for path, digest in unpublished.items() if digest not in project.objects)
    if lost and not force:
        raise WorkingTreeConflict(
            f"content of {len(lost)} {'file' if len(lost) == 1 else 'files'} exists nowhere else: '{lost[0]}'"
            f"{' …' if lost[1:] else ''}; nothing was removed",
            hint="modelops-bundle push publishes it first; remove --rm --force deletes it for good",
            details=lost,
        )
    kept = {path: digest for path, digest in unpublished.items() if digest in project.objects}
    return Removed(tuple(doomed), kept)


def _unpublished(project: Project, index: Index, paths: Iterable[str]) -> dict[str, Digest]:
    """Return those files on disk whose content is not that of the version last synced, with its digest."""
    head = project.head
    published = {entry.digest for entry in project.bundle(head).tree.values()} if head else set()
    found = {}
    for path in paths:
        if not is_real_directory(project.root, path.rpartition("/")[0]):
            continue
        try:
            now = os.lstat(project.root / path)
        except FileNotFoundError:
            continue
        if mode_bits(now):
            entry = index[path]
            digest = entry.digest if entry.vouches_for(now) else look(project.root, path, now, entry).digest
            if digest not in published:
                found[path] = digest
    return found


def _unlink(root: Path, path: str) -> None:
    """Delete a file and the directories that it leaves empty; what is no file any more stays."""
    if not is_real_directory(root, path.rpartition("/")[0]):
        return
    with suppress(FileNotFoundError):
        if mode_bits(os.lstat(root / path)):
            os.unlink(root / path)
    for parent in Path(path).parents[:-1]:
        try:
            os.rmdir(root / parent)
        except OSError:
            break
