"""Track files: put them into the index as they are on disk, and their content into the object store."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from modelops_bundle.checkout.index import LINK_BITS, Index, IndexEntry, mode_bits
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.snapshot import take
from modelops_bundle.checkout.working_tree import DirectoryCheck, look, observe, walk
from modelops_bundle.errors import BundleError, Invalid, NotFound, joined
from modelops_bundle.files.hashing import FileChanged
from modelops_bundle.safe_path import TRAVELLING, UnsafePath, check_collisions, check_link, check_path


@dataclass(frozen=True, slots=True)
class Added:
    """What adding did: files tracked now with new content, and ignored ones left out."""

    tracked: tuple[str, ...]
    ignored: tuple[str, ...]


def add_paths(project: Project, names: Iterable[str], *, force: bool) -> Added:
    """Track files, and all files below directories, storing their content.

    Ignored files are left out unless they are tracked already or `force` is given. All or nothing.
    Raises NotFound for paths that do not exist, UnsafePath, Invalid for what cannot be tracked, and FileChanged
    for what is being written: one error that names all of them.
    """
    with project.lock():
        return track(project, names, force=force)


def track(project: Project, names: Iterable[str], *, force: bool) -> Added:
    """Do what `add_paths` does; call with the lock held."""
    index = project.load_index()
    read = partial(take, project.objects, project.root, threshold=project.threshold_bytes)
    added = _add(project, index, names, force, read)
    project.write_index(index)
    return added


def preview_add(project: Project, names: Iterable[str], *, force: bool) -> Added:
    """Tell what `add_paths` would do, with the same errors, without storing or tracking anything."""
    return _add(project, project.load_index(), names, force, partial(look, project.root))


def _add(
    project: Project,
    index: Index,
    names: Iterable[str],
    force: bool,
    read: Callable[[str, os.stat_result], IndexEntry],
) -> Added:
    """Put files into an index; `read` gives the entry of one."""
    tracked: list[str] = []
    ignored: list[str] = []
    problems: list[BundleError] = []
    is_real = DirectoryCheck(project.root)
    for path, now in _expand(project, names, index, force, ignored, problems):
        try:
            _check(project, is_real, path, now)
            if problems:  # nothing will be tracked: the others are only checked
                continue
            fresh = read(path, now)
        except (Invalid, NotFound, FileChanged) as problem:
            problems.append(problem)
            continue
        entry = index.get(path)
        if entry is None or (fresh.sha256, fresh.mode) != (entry.sha256, entry.mode):
            tracked.append(path)
            index[path] = fresh
        else:
            index.restat({path: fresh})
    if problems:
        raise joined(problems, f"{len(problems)} paths cannot be tracked; nothing was tracked")
    _check_collisions(project, index)
    return Added(tuple(tracked), tuple(ignored))


def _expand(
    project: Project,
    names: Iterable[str],
    index: Index,
    force: bool,
    ignored: list[str],
    problems: list[BundleError],
) -> Iterator[tuple[str, os.stat_result]]:
    rules = None if force else project.ignore
    for name in names:
        below = "" if name == "." else name
        try:
            now = os.lstat(project.root / below)
        except (FileNotFoundError, NotADirectoryError):
            problems.append(NotFound(f"no such file: '{name}'", hint="modelops-bundle status --untracked"))
            continue
        if Path(project.root / below).is_dir() and not mode_bits(now):
            if below and rules and rules.verdict(below, directory=True).ignored:
                ignored.append(below)
            yield from walk(project.root, rules, below)
            if not below:
                yield from _travelling(project)
        elif rules and name not in index and rules.verdict(name).ignored:
            ignored.append(name)
        else:
            yield name, now


def _check_collisions(project: Project, index: Index) -> None:
    """Raise UnsafePath when two files cannot stand side by side everywhere.

    One that is not on disk any more gives way: it was renamed, or became a directory.
    """
    try:
        check_collisions(index)
    except UnsafePath:
        for path in observe(project.root, index).missing:
            del index[path]
        check_collisions(index)


def _travelling(project: Project) -> Iterator[tuple[str, os.stat_result]]:
    for path in sorted(TRAVELLING):
        if (project.root / path).is_file():
            yield path, os.lstat(project.root / path)


def _check(project: Project, is_real: DirectoryCheck, path: str, now: os.stat_result) -> None:
    check_path(path)
    if not mode_bits(now):
        raise Invalid(f"neither file nor symlink: '{path}'", hint="add it to .modelopsignore")
    if not is_real(path.rpartition("/")[0]):
        raise Invalid(f"'{path}' lies beyond a symlink", hint="add the file that the link leads to")
    if mode_bits(now) == LINK_BITS:
        check_link(path, os.readlink(project.root / path))
