"""diff-manifest: compare two versions."""

import click

from modelops_bundle.bundles.tree_diff import Difference, differences
from modelops_bundle.checkout.project import Project
from modelops_bundle.errors import ExitCode
from modelops_bundle.plumbing._differences import write_differences
from modelops_bundle.plumbing._records import RecordWriter
from modelops_bundle.plumbing._session import Session, exit_code_option, nul_option, pass_session
from modelops_bundle.resolving.versions import resolve_ref


def diff_manifest(project: Project, old: str, new: str) -> list[Difference]:
    """Return what differs between two versions, named by digest, ref or tag, sorted by path.

    Raises NotFound when the documents of one are not in the object store.
    """
    before, after = (project.bundle(resolve_ref(project, name)) for name in (old, new))
    return differences(before.tree, after.tree)


@click.command()
@exit_code_option
@nul_option
@click.argument("old")
@click.argument("new")
@pass_session
def command(session: Session, exit_code: bool, nul: bool, old: str, new: str) -> int:
    """Print what differs between the versions OLD and NEW: digests, refs or tags."""
    found = diff_manifest(session.project, old, new)
    write_differences(found, RecordWriter(nul=nul))
    return ExitCode.NOT_FOUND if found and exit_code else ExitCode.DONE
