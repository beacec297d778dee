"""resolve-ref: print the digest that a name stands for."""

import click

from modelops_bundle.plumbing._records import RecordWriter
from modelops_bundle.plumbing._session import Session, nul_option, pass_session
from modelops_bundle.resolving.versions import resolve_ref


@click.command()
@click.option("--verify", is_flag=True, help="Check that the version's documents are in the object store.")
@nul_option
@click.argument("names", nargs=-1, required=True)
@pass_session
def command(session: Session, verify: bool, nul: bool, names: tuple[str, ...]) -> None:
    """Print the digest that each name stands for, one a line."""
    out = RecordWriter(nul=nul)
    for name in names:
        digest = resolve_ref(session.project, name)
        if verify:
            session.project.bundle(digest)
        out.record(digest)
