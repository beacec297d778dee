"""The tracked files as they are now: refresh the index, and take a snapshot to publish."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from modelops_bundle.bundles.tree import Tree, tree_of
from modelops_bundle.checkout.index import Index
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.snapshot import take
from modelops_bundle.checkout.working_tree import Look, observe
from modelops_bundle.errors import BundleError, joined


@dataclass(frozen=True, slots=True)
class Tracked:
    """The index as the working tree is now, and the tracked files that are not on disk.

    `changed` says whether the index file is out of date. `unreadable` has the files that could not be looked at,
    whose entries say what they held before.
    """

    index: Index
    missing: tuple[str, ...]
    changed: bool
    unreadable: Mapping[str, BundleError] = field(default_factory=dict)

    def tree(self) -> Tree:
        """Return the tree of the tracked files that are on disk."""
        gone = set(self.missing)
        return tree_of(entry.tree_entry(path) for path, entry in self.index.items() if path not in gone)


def refresh(project: Project, *, tolerant: bool = False, read: Look | None = None) -> Tracked:
    """Look at every tracked file whose stat changed; `read` as in `observe`. Writes nothing.

    Raises Invalid for files that cannot be read and FileChanged for those being written, unless `tolerant`.
    """
    index = project.load_index()
    seen = observe(project.root, index, read)
    if seen.unreadable and not tolerant:
        raise joined(list(seen.unreadable.values()), f"{len(seen.unreadable)} tracked files cannot be read")
    return Tracked(index, seen.missing, seen.apply(index), seen.unreadable)


def snapshot(project: Project, known: Tree) -> Tracked:
    """Refresh the index and store all content that is not in the `known` tree; call with the lock held.

    Large files stay where they are; `project.cuts` has the chunks of those that changed. Raises FileChanged when
    one is being written.
    """
    from modelops_bundle.checkout.cutting import look_and_cut  # `status` needs none of it

    now = refresh(project, read=partial(look_and_cut, project.cuts))
    gone, threshold = set(now.missing), project.threshold_bytes
    for path, entry in list(now.index.items()):
        old = known.get(path)
        if path in gone or entry.size >= threshold or (old and old.digest == entry.digest):
            continue
        if entry.digest not in project.objects:
            now.index[path] = take(project.objects, project.root, path, os.lstat(project.root / path), threshold)
    project.write_index(now.index)
    return now
