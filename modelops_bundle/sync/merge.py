"""Merge a version into the working tree: plan, fetch, then write everything or nothing.

The plan is made twice: once to know what to fetch, and again under the lock, since others may have worked
in the meantime. What is overwritten on request is kept as objects first.
"""

import os
import stat
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.tree import Tree, TreeEntry
from modelops_bundle.bundles.tree_diff import same
from modelops_bundle.checkout.index import Index, IndexEntry, mode_bits
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.snapshot import take
from modelops_bundle.checkout.tracking import refresh
from modelops_bundle.checkout.working_tree import look, walk
from modelops_bundle.checkout.writing import Checkout
from modelops_bundle.digest import Digest
from modelops_bundle.errors import WorkingTreeConflict
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.sync.plan import PullOptions, PullPlan, plan_pull

Stage = Callable[[Checkout, Sequence[str]], None]
"""Stages files for a checkout, verified."""
ReadContent = Callable[[TreeEntry], bytes]
"""Returns what a small file of the version or of the base holds; raises NotFound where nobody has it any more."""


NOTHING_MORE = nullcontext()


@dataclass(frozen=True, slots=True)
class Merge:
    """What a merge does, the index it starts from, what is on disk where it writes, and what it kept.

    `missing` are the tracked paths that are not on disk; `kept` maps each overwritten path to the object that
    holds what it was. `registry` is what `registry.yaml` is to hold, where that is neither side's.
    """

    plan: PullPlan
    index: Index
    missing: tuple[str, ...]
    found: Mapping[str, IndexEntry | None]
    kept: Mapping[str, Digest] = field(default_factory=dict)
    registry: bytes | None = None

    @property
    def from_remote(self) -> tuple[str, ...]:
        """The paths to write as the remote's side has them."""
        return tuple(path for path in self.plan.write if path != REGISTRY_PATH or self.registry is None)


def plan_merge(
    project: Project, bundle: Bundle, base: Tree, options: PullOptions, read: ReadContent | None = None
) -> Merge:
    """Plan the merge of a version into the working tree, whose common ancestor is `base`. Writes nothing there.

    With `read`, a `registry.yaml` that both sides changed is merged entry by entry.
    """
    now = refresh(project)
    local = now.tree()
    untracked = on_disk(project, (path for path in bundle.tree if path not in local), now.index)
    plan = plan_pull(local, base, bundle.tree, _as_tree_entries(untracked), options)
    registry = None
    if read and REGISTRY_PATH in plan.blocked:
        from modelops_bundle.sync.registry_pull import Sides, settle_registry

        sides = (tree.get(REGISTRY_PATH) for tree in (local, base, bundle.tree))
        plan, registry = settle_registry(project.root, plan, Sides(*sides), read)
    found = {path: now.index.get(path) for path in (*plan.write, *plan.delete) if path in local}
    return Merge(plan, now.index, now.missing, {**found, **untracked}, registry=registry)


def merge(
    project: Project,
    bundle: Bundle,
    base: Tree,
    options: PullOptions,
    stage: Stage,
    read: ReadContent | None = None,
    step: AbstractContextManager[None] = NOTHING_MORE,
) -> Merge:
    """Merge a version into the working tree and the index; `read` as in `plan_merge`.

    `step` is entered under the lock before the plan that is carried out, and left when all is written.
    Raises WorkingTreeConflict naming every path, with nothing written, when both sides changed one.
    """
    first = plan_merge(project, bundle, base, options, read)
    refuse_conflicts(first.plan, options)
    with project.checkout() as staging:
        stage(staging, first.from_remote)
        with project.lock(), step:
            work = plan_merge(project, bundle, base, options, read)
            refuse_conflicts(work.plan, options)
            kept = _own_content(work, base)
            _keep(project, kept)
            stage(staging, [path for path in work.from_remote if path not in staging.staged])
            if work.registry is not None:
                from modelops_bundle.sync.registry_pull import stage_registry

                stage_registry(project.objects, staging, work.registry)
            staging.drop(keep=frozenset(work.plan.write))
            entries = _commit(project, staging, work.plan.delete, work.found, kept)
            _update_index(project, bundle, work, entries)
    return replace(work, kept=kept)


def _commit(
    project: Project,
    staging: Checkout,
    delete: Iterable[str],
    found: Mapping[str, IndexEntry | None],
    kept: Mapping[str, Digest],
) -> dict[str, IndexEntry]:
    """Put staged files into place; what the paths of `kept` held becomes an object, unless it is one."""
    spared = {
        digest: path
        for path, digest in kept.items()
        if (entry := found.get(path)) and not project.objects.holds(digest, entry.size)
    }
    # Before the commit: whatever ends it half way, what it has replaced is an object already.
    for digest, path in spared.items():
        project.objects.lend(staging.spare(path), digest)
    for digest in kept.values():
        project.objects.flush(digest)
    try:
        entries = staging.commit(delete, lambda path: is_still(project.root, path, found.get(path)))
    except WorkingTreeConflict:
        for digest in spared:
            project.objects.discard(digest)
        raise
    for digest in spared:
        project.objects.protect(digest)
    return entries


def refuse_conflicts(plan: PullPlan, options: PullOptions) -> None:
    """Raise WorkingTreeConflict when a plan cannot be carried out."""
    if plan.blocked:
        count = len(plan.blocked)
        other_way = "modelops-bundle pull --overwrite takes the remote's side and keeps yours as objects"
        raise WorkingTreeConflict(
            f"{count} {'path is' if count == 1 else 'paths are'} in conflict; nothing was changed",
            hint="move yours out of the way, then pull again" if options.overwrite else other_way,
            details=tuple(f"{path}: {reason}" for path, reason in plan.blocked.items()),
        )


def checkout(
    project: Project,
    bundle: Bundle,
    write: Iterable[str],
    delete: Iterable[str],
    expected: Mapping[str, IndexEntry | None],
    kept: Mapping[str, Digest] = MappingProxyType({}),
) -> dict[str, IndexEntry]:
    """Write files of a version whose content is in the object store, delete others; return new index entries.

    `expected` says what each path holds now (None or absent: nothing). When a path holds something else by
    now, WorkingTreeConflict is raised and nothing is written. What the paths of `kept` held becomes an object.
    """
    with project.checkout() as work:
        for path in write:
            work.stage(bundle.index.files[path], project.objects.path)
        return _commit(project, work, delete, expected, kept)


def is_still(root: Path, path: str, entry: IndexEntry | None) -> bool:
    """Tell whether a path holds what an index entry says (None: nothing that is a file)."""
    try:
        now = os.lstat(f"{root}/{path}")
    except (FileNotFoundError, NotADirectoryError):
        return entry is None
    if not mode_bits(now) or entry is None:
        return entry is None and not mode_bits(now)
    fresh = look(root, path, now, entry) if not entry.vouches_for(now) else entry
    return (fresh.sha256, fresh.mode) == (entry.sha256, entry.mode)


def on_disk(project: Project, paths: Iterable[str], tracked: Container[str]) -> dict[str, IndexEntry | None]:
    """Return what is on disk at those paths where something is.

    None stands for an obstacle: a device, a directory with untracked files in it, or an untracked file or
    symlink where a directory is needed.
    """
    found: dict[str, IndexEntry | None] = {}
    above = _look_above(project.root)
    for path in paths:
        obstacle = above(path.rpartition("/")[0])
        if obstacle is None:
            continue
        if obstacle:
            if obstacle not in tracked:
                found[path] = None
            continue
        try:
            now = os.lstat(f"{project.root}/{path}")
        except FileNotFoundError:
            continue
        if mode_bits(now):
            found[path] = look(project.root, path, now)
        elif not stat.S_ISDIR(now.st_mode) or any(f not in tracked for f, _ in walk(project.root, None, path)):
            found[path] = None
    return found


def _look_above(root: Path) -> Callable[[str], str | None]:
    """Return a function of a directory: '' for a real one, None for none, else the path that stands in the way."""

    @cache
    def above(directory: str) -> str | None:
        upper = above(directory.rpartition("/")[0]) if directory else ""
        if not directory or upper != "":
            return upper
        try:
            mode = os.lstat(f"{root}/{directory}").st_mode
        except FileNotFoundError:
            return None
        return "" if stat.S_ISDIR(mode) else directory

    return above


def _as_tree_entries(found: Mapping[str, IndexEntry | None]) -> dict[str, TreeEntry | None]:
    return {path: entry.tree_entry(path) if entry else None for path, entry in found.items()}


def _own_content(work: Merge, base: Tree) -> dict[str, Digest]:
    """Return the digests of what is about to be replaced or deleted, tracked or not, unless the base has it."""
    found = {path: entry for path in (*work.plan.write, *work.plan.delete) if (entry := work.found.get(path))}
    return {
        path: entry.digest for path, entry in found.items() if not same(entry.tree_entry(path), base.get(path))
    }


def _keep(project: Project, own: Mapping[str, Digest]) -> None:
    """Store own content as objects, but for large files, which the checkout moves there."""
    for path in own:
        now = os.lstat(project.root / path)
        if now.st_size < project.threshold_bytes:
            take(project.objects, project.root, path, now)


def _update_index(project: Project, bundle: Bundle, work: Merge, entries: Mapping[str, IndexEntry]) -> None:
    index = work.index
    for path, entry in entries.items():
        index[path] = entry
    for path in work.plan.adopt:
        if adopted := work.found[path]:
            index[path] = adopted
    deleted_everywhere = (path for path in work.missing if path not in bundle.index.files)
    for path in {*work.plan.delete, *work.plan.untrack, *deleted_everywhere}:
        if path in index:
            del index[path]
    index.tree_digest = bundle.config.tree if index.tree() == bundle.tree else ""
    project.write_index(index)
