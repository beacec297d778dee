"""fetch-manifest: fetch a version's documents from a remote, so that it can be read without it."""

import click

from modelops_bundle.fetching.remote_version import fetch_version
from modelops_bundle.plumbing._records import RecordWriter
from modelops_bundle.plumbing._session import Session, nul_option, pass_session, remote_option


@click.command()
@remote_option
@nul_option
@click.argument("reference")
@pass_session
def command(session: Session, remote: str, nul: bool, reference: str) -> None:
    """Fetch the manifest, config and index of REFERENCE, a tag or a digest, and print the digest."""
    with session.remote(remote) as opened:
        bundle = fetch_version(session.project, opened, reference.removeprefix("@"))
    RecordWriter(nul=nul).record(bundle.digest)
