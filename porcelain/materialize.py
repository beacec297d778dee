"""materialize: put what a role needs of a bundle into a directory."""

import click

from modelops_bundle.materializing.plan import Options
from modelops_bundle.plumbing._session import Session, dry_run_option, json_option, pass_session
from modelops_bundle.porcelain._materializing import Request, materialize_for, report


@click.command()
@click.option("--role", default=None, help="Take the layers of this role in place of 'default'.")
@click.option("--overwrite", is_flag=True, help="Replace files that have other content.")
@click.option("--prefetch-external", is_flag=True, help="Fetch what lies in blob stores, too, not only pointers.")
@click.option("--no-cache", is_flag=True, help="Neither use nor fill the user's cache.")
@click.option("--ci", is_flag=True, help="Show no progress.")
@click.option("--verbose", is_flag=True, help="List what becomes of each file.")
@dry_run_option
@json_option
@click.argument("reference", metavar="REF")
@click.argument("destination", metavar="DEST")
@pass_session
def command(
    session: Session,
    role: str | None,
    overwrite: bool,
    prefetch_external: bool,
    no_cache: bool,
    ci: bool,
    verbose: bool,
    dry_run: bool,
    as_json: bool,
    reference: str,
    destination: str,
) -> None:
    """Put the files that a role needs of the bundle REF into the directory DEST, which need not exist.

    Files that are there with the same content stay, and nothing is removed. When one has other content, nothing is
    written and the exit code is 12. Files in blob stores become pointers, and fetch-external fetches them later.
    """
    options = Options(overwrite, prefetch_external)
    request = Request(reference, destination, role, options, dry_run, no_cache, ci)
    report(session, request, materialize_for(session, request), as_json, verbose)
