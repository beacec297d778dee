"""checkout-index: write files of a version into the working tree, all or none."""

import sys
from collections.abc import Iterable

import click

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.places import LinkTarget, Nowhere
from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.bundles.tree_diff import same
from modelops_bundle.checkout.index import IndexEntry
from modelops_bundle.checkout.project import Project
from modelops_bundle.errors import NotFound, WorkingTreeConflict
from modelops_bundle.plumbing._records import RecordWriter, read_paths
from modelops_bundle.plumbing._session import Session, nul_option, pass_session, stdin_option
from modelops_bundle.resolving.versions import resolve_ref
from modelops_bundle.sync.merge import checkout, on_disk


def checkout_index(project: Project, bundle: Bundle, paths: Iterable[str], *, force: bool) -> list[str]:
    """Write files of a version whose content is in the object store, track them, and return those written.

    Files that are as they should be are left alone. Raises WorkingTreeConflict, with nothing written, when a
    file differs, unless `force` is given.
    """
    names, tree = list(paths), bundle.tree
    with project.lock():
        index = project.load_index()
        found = on_disk(project, names, index)
        wrong = [n for n in names if not same(_tree_entry(n, found.get(n)), tree[n])]
        differing = tuple(name for name in wrong if name in found)
        if differing and not force:
            raise WorkingTreeConflict(
                f"{len(differing)} files would be overwritten", hint="--force overwrites them", details=differing
            )
        _require_contents(project, bundle, wrong)
        entries = checkout(project, bundle, wrong, (), found)
        for path, entry in entries.items():
            index[path] = entry
        project.write_index(index)
    return wrong


def _require_contents(project: Project, bundle: Bundle, paths: Iterable[str]) -> None:
    for path in paths:
        file = bundle.index.files[path]
        if not isinstance(file.place, LinkTarget | Nowhere) and file.entry.digest not in project.objects:
            raise NotFound(
                f"content of '{path}' is not here: '{file.entry.digest}'",
                hint=f"modelops-bundle fetch-blob --manifest {bundle.digest}",
            )


def _tree_entry(path: str, entry: IndexEntry | None) -> TreeEntry | None:
    return entry.tree_entry(path) if entry else None


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
    names = [session.bundle_path(path) for path in paths]
    if from_stdin:
        names += read_paths(sys.stdin.buffer, nul=nul)
    elif not paths:
        names = list(bundle.index.files)
    unknown = next((name for name in names if name not in bundle.index.files), None)
    if unknown:
        raise NotFound(f"'{unknown}' is not in '{reference}'", hint=f"modelops-bundle read-manifest {reference}")
    out = RecordWriter(nul=nul)
    for name in checkout_index(project, bundle, names, force=force):
        out.record("", name)
