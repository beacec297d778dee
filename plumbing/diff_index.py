"""diff-index: compare a version with the tracked files."""

import click

from modelops_bundle.bundles.tree import EMPTY, Tree
from modelops_bundle.bundles.tree_diff import Difference, differences
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.tracking import refresh
from modelops_bundle.errors import ExitCode
from modelops_bundle.plumbing._differences import write_differences
from modelops_bundle.plumbing._records import RecordWriter
from modelops_bundle.plumbing._session import Session, exit_code_option, nul_option, pass_session
from modelops_bundle.resolving.versions import resolve_ref
from modelops_bundle.store.refs import HEAD


def old_tree(project: Project, name: str = "") -> Tree:
    """Return the tree of the version that a name stands for; without one, that of HEAD, empty if there is none."""
    if not name and project.head is None:
        return EMPTY
    return project.bundle(resolve_ref(project, name or HEAD)).tree


def diff_index(project: Project, old: Tree, *, cached: bool = False) -> list[Difference]:
    """Return what differs between a version's tree and the tracked files on disk, sorted by path.

    With `cached`, files count as the index last saw them, and the disk is not looked at. Writes nothing.
    """
    return differences(old, project.load_index().tree() if cached else refresh(project).tree())


@click.command()
@click.option("--cached", is_flag=True, help="Compare what the index last saw, without looking at the disk.")
@exit_code_option
@nul_option
@click.argument("reference", default="")
@pass_session
def command(session: Session, cached: bool, exit_code: bool, nul: bool, reference: str) -> int:
    """Print what differs between the version REFERENCE and the tracked files.

    Without REFERENCE it is HEAD, or the empty version where nothing was pushed or pulled yet.
    """
    project = session.project
    found = diff_index(project, old_tree(project, reference), cached=cached)
    write_differences(found, RecordWriter(nul=nul))
    return ExitCode.NOT_FOUND if found and exit_code else ExitCode.DONE
