"""Merge a version into the working tree: plan, fetch, then write everything or nothing.

The plan is made twice: once to know what to fetch, and again under the lock, since others may have worked
in the meantime. What is overwritten on request is kept as objects first.
"""

import os
import stat
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from modelops_bundle.bundle import Bundle
from modelops_bundle.checkout import Checkout
from modelops_bundle.digest import Digest
from modelops_bundle.errors import WorkingTreeConflict
from modelops_bundle.index import Index, IndexEntry, mode_bits
from modelops_bundle.project import Project
from modelops_bundle.snapshot import LARGE, take
from modelops_bundle.sync import PullOptions, PullPlan, plan_pull
from modelops_bundle.tracking import refresh
from modelops_bundle.tree import Tree, TreeEntry
from modelops_bundle.tree_diff import State
from modelops_bundle.working_tree import look, walk

Stage = Callable[[Checkout, Sequence[str]], None]
"""Stages files for a checkout, verified."""


@dataclass(frozen=True, slots=True)
class Merge:
    """What a merge does, the index it starts from, what is on disk where it writes, and what it kept.

    `missing` are the tracked paths that are not on disk; `kept` maps each overwritten path to the object that
    holds what it was.
    """

    plan: PullPlan
    index: Index
    missing: tuple[str, ...]
    found: Mapping[str, IndexEntry | None]
    kept: Mapping[str, Digest] = field(default_factory=dict)


def plan_merge(project: Project, bundle: Bundle, base: Tree, options: PullOptions) -> Merge:
    """Plan the merge of a version into the working tree, whose common ancestor is `base`. Writes nothing."""
    now = refresh(project)
    local = now.tree()
    untracked = on_disk(project, (path for path in bundle.tree if path not in local), now.index)
    plan = plan_pull(local, base, bundle.tree, _as_tree_entries(untracked), options)
    found = {path: now.index.get(path) for path in (*plan.write, *plan.delete) if path in local}
    return Merge(plan, now.index, now.missing, {**found, **untracked})


def merge(project: Project, bundle: Bundle, base: Tree, options: PullOptions, stage: Stage) -> Merge:
    """Merge a version into the working tree and the index.

    Raises WorkingTreeConflict naming every path, with nothing written, when both sides changed one.
    """
    first = plan_merge(project, bundle, base, options)
    refuse_conflicts(first.plan, options)
    with Checkout(project.root, project.tmp) as staging:
        with project.fetch_lock():
            stage(staging, first.plan.write)
        with project.lock():
            work = plan_merge(project, bundle, base, options)
            refuse_conflicts(work.plan, options)
            kept = _keep_overwritten(project, work)
            stage(staging, [path for path in work.plan.write if path not in staging.staged])
            staging.drop(keep=frozenset(work.plan.write))
            unchanged = partial(_is_as_found, project.root, work.found)
            _update_index(project, bundle, work, staging.commit(work.plan.delete, unchanged))
    return replace(work, kept=kept)


def _is_as_found(root: Path, found: Mapping[str, IndexEntry | None], path: str) -> bool:
    return is_still(root, path, found.get(path))


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
) -> dict[str, IndexEntry]:
    """Write files of a version whose content is in the object store, delete others; return new index entries.

    `expected` says what each path holds now (None or absent: nothing). When a path holds something else by
    now, WorkingTreeConflict is raised and nothing is written.
    """
    with Checkout(project.root, project.tmp) as work:
        for path in write:
            work.stage(bundle.index.files[path], project.objects.path)
        return work.commit(delete, partial(_is_as_found, project.root, expected))


def is_still(root: Path, path: str, entry: IndexEntry | None) -> bool:
    """Tell whether a path holds what an index entry says (None: nothing that is a file)."""
    try:
        now = os.lstat(root / path)
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
    for path in paths:
        above = _obstacle_above(project.root, path)
        if above:
            if above not in tracked:
                found[path] = None
            continue
        try:
            now = os.lstat(project.root / path)
        except FileNotFoundError:
            continue
        if mode_bits(now):
            found[path] = look(project.root, path, now)
        elif not stat.S_ISDIR(now.st_mode) or any(f not in tracked for f, _ in walk(project.root, None, path)):
            found[path] = None
    return found


def _obstacle_above(root: Path, path: str) -> str:
    """Return the first path above this one that exists without being a real directory, if there is one."""
    for parent in reversed(Path(path).parents[:-1]):
        try:
            mode = os.lstat(root / parent).st_mode
        except FileNotFoundError:
            return ""
        if not stat.S_ISDIR(mode):
            return parent.as_posix()
    return ""


def _as_tree_entries(found: Mapping[str, IndexEntry | None]) -> dict[str, TreeEntry | None]:
    return {path: entry.tree_entry(path) if entry else None for path, entry in found.items()}


def _keep_overwritten(project: Project, work: Merge) -> dict[str, Digest]:
    """Store what is about to be replaced and was never published; large files are beyond that."""
    own = (State.MODIFIED_LOCAL, State.ADDED_LOCAL, State.CONFLICT, State.ADDED_REMOTE)
    kept = {}
    for path in (*work.plan.write, *work.plan.delete):
        entry = work.found.get(path)
        if entry and work.plan.states[path] in own and entry.size <= LARGE:
            kept[path] = take(project.objects, project.root, path, os.lstat(project.root / path)).digest
    return kept


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
