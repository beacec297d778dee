"""checkout-index: write files of a version into the working tree, all or none."""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from modelops_bundle.bundle import Bundle
from modelops_bundle.checkout import Checkout
from modelops_bundle.errors import NotFound, WorkingTreeConflict
from modelops_bundle.index import Index, IndexEntry, mode_bits
from modelops_bundle.plumbing._records import RecordWriter, read_paths
from modelops_bundle.plumbing._session import Session, nul_option, pass_session, stdin_option
from modelops_bundle.project import Project
from modelops_bundle.tree import TreeEntry
from modelops_bundle.tree_diff import same
from modelops_bundle.versions import resolve_ref
from modelops_bundle.working_tree import look


def checkout(
    project: Project,
    bundle: Bundle,
    write: Iterable[str],
    delete: Iterable[str],
    expected: Mapping[str, IndexEntry | None],
) -> dict[str, IndexEntry]:
    """Write files of a version, whose content is in the object store, delete others, and return index entries.

    `expected` says what each path holds now (None: nothing). When one holds something else by now,
    WorkingTreeConflict is raised and nothing is written.
    """

    def unchanged(path: str) -> bool:
        return is_still(project.root, path, expected.get(path))

    with Checkout(project.root, project.tmp) as work:
        for path in write:
            work.stage(bundle.index.files[path], project.objects.path)
        return work.commit(delete, unchanged)


def is_still(root: Path, path: str, entry: IndexEntry | None) -> bool:
    """Tell whether a path holds what an index entry says (None: nothing that is a file)."""
    try:
        now = os.lstat(root / path)
    except (FileNotFoundError, NotADirectoryError):
        return entry is None
    if not mode_bits(now):
        return entry is None
    if entry is None:
        return False
    stat_is_same = (now.st_mtime_ns, now.st_ctime_ns, now.st_size, now.st_ino) == (
        entry.mtime_ns,
        entry.ctime_ns,
        entry.size,
        entry.inode,
    )
    return stat_is_same or look(root, path, now, entry).sha256 == entry.sha256


def on_disk(project: Project, paths: Iterable[str]) -> dict[str, IndexEntry | None]:
    """Return what is on disk at paths where something is: an entry, or None for what is no file."""
    found: dict[str, IndexEntry | None] = {}
    for path in paths:
        try:
            now = os.lstat(project.root / path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        if mode_bits(now):
            found[path] = look(project.root, path, now)
    return found


def as_tree_entries(found: Mapping[str, IndexEntry | None]) -> dict[str, TreeEntry | None]:
    """Return what `on_disk` found as tree entries."""
    return {path: entry.tree_entry(path) if entry else None for path, entry in found.items()}


@click.command()
@click.option("--force", is_flag=True, help="Overwrite files that differ.")
@stdin_option
@nul_option
@click.argument("reference")
@click.argument("paths", nargs=-1)
@pass_session
def command(
    session: Session, force: bool, from_stdin: bool, nul: bool, reference: str, paths: tuple[str, ...]
) -> None:
    """Write PATHS (all without any) of the version REFERENCE into the working tree; print those written.

    Their content must be in the object store: see fetch-blob. Files that are as they should be are left alone.
    """
    project = session.project
    bundle = project.bundle(resolve_ref(project, reference))
    names = [session.bundle_path(path) for path in paths] or [] if paths or from_stdin else list(bundle.tree)
    if from_stdin:
        names += read_paths(sys.stdin.buffer, nul=nul)
    unknown = next((name for name in names if name not in bundle.tree), None)
    if unknown:
        raise NotFound(f"'{unknown}' is not in '{reference}'", hint=f"modelops-bundle read-manifest {reference}")
    with project.lock():
        index = project.load_index()
        found = on_disk(project, names)
        wrong = [n for n in names if not same(as_tree_entries(found).get(n), bundle.tree[n])]
        differing = [name for name in wrong if name in found]
        if differing and not force:
            raise WorkingTreeConflict(
                f"{len(differing)} files would be overwritten",
                hint="--force overwrites them",
                details=tuple(differing),
            )
        entries = checkout(project, bundle, wrong, (), found)
        _track(project, index, entries)
    out = RecordWriter(nul=nul)
    for name in entries:
        out.record("", name)


def _track(project: Project, index: Index, entries: Mapping[str, IndexEntry]) -> None:
    for path, entry in entries.items():
        index[path] = entry
    project.write_index(index)
