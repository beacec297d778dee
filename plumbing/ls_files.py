"""ls-files: list tracked and untracked files."""

import click

from modelops_bundle.bundles.tree import Tree, TreeEntry
from modelops_bundle.bundles.tree_diff import differences
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.tracking import refresh
from modelops_bundle.checkout.untracked import ignored, untracked
from modelops_bundle.errors import Invalid
from modelops_bundle.plumbing._records import RecordWriter
from modelops_bundle.plumbing._session import Session, nul_option, pass_session
from modelops_bundle.safe_path import is_below


def ls_files(project: Project, *, cached: bool, modified: bool, deleted: bool) -> Tree:
    """Return tracked files after a look at the working tree; nothing is written.

    `cached` are those on disk: what the next version holds. `modified` are those of them that differ from the
    version of HEAD, `deleted` those that are not on disk, as they were.
    """
    now = refresh(project)
    here, head = now.tree(), project.head
    found: dict[str, TreeEntry] = dict(here) if cached else {}
    if modified and head:
        changes = differences(project.bundle(head).tree, here)
        found |= {change.path: change.new for change in changes if change.old and change.new}
    if deleted:
        found |= {path: now.index[path].tree_entry(path) for path in now.missing}
    return Tree(sorted(found.items()))


@click.command()
@click.option("-c", "--cached", is_flag=True, help="List all tracked files; this is the default.")
@click.option("-m", "--modified", is_flag=True, help="List tracked files that differ from the version of HEAD.")
@click.option("-d", "--deleted", is_flag=True, help="List tracked files that are not on disk.")
@click.option("-o", "--others", is_flag=True, help="List files that are neither tracked nor ignored.")
@click.option("-i", "--ignored", "only_ignored", is_flag=True, help="With --others: those that are ignored.")
@click.option("-s", "--stage", "entries", is_flag=True, help="Print `mode digest size TAB path` as it is now.")
@nul_option
@click.argument("names", nargs=-1, metavar="[PATHS]...")
@pass_session
def command(
    session: Session,
    cached: bool,
    modified: bool,
    deleted: bool,
    others: bool,
    only_ignored: bool,
    entries: bool,
    nul: bool,
    names: tuple[str, ...],
) -> None:
    """List files by path, sorted; only PATHS, and what is below them, if there are any.

    With -s, files that are deleted from disk are left out unless --deleted is given: the output is what the
    next version holds, and write-manifest --stdin makes a version of it.
    """
    if (others and entries) or (only_ignored and not others):
        raise Invalid("-s is for tracked files, --ignored for --others", hint="modelops-bundle ls-files --help")
    project, out = session.project, RecordWriter(nul=nul)
    cached = cached or not (modified or deleted or others)
    wanted = [session.bundle_path(name) for name in names] or ["."]
    if entries:
        for path, entry in ls_files(project, cached=cached, modified=modified, deleted=deleted).items():
            if is_below(path, wanted):
                out.record(f"{entry.mode} {entry.digest} {entry.size}", path)
        return
    index = project.load_index()
    found: set[str] = set(index) if cached else set()
    if (modified or deleted) and not cached:
        found.update(ls_files(project, cached=False, modified=modified, deleted=deleted))
    if others:
        found.update((ignored if only_ignored else untracked)(project, index))
    for path in sorted(found):
        if is_below(path, wanted):
            out.record("", path)
