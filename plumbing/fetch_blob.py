"""fetch-blob: bring the content of files from a remote into the object store."""

import sys

import click

from modelops_bundle.bundles.media_types import BUNDLE_FILE
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import parse_digest
from modelops_bundle.errors import Invalid
from modelops_bundle.fetching.contents import fetch_contents
from modelops_bundle.plumbing._records import RecordWriter, read_records
from modelops_bundle.plumbing._session import Session, nul_option, pass_session, remote_option, stdin_option
from modelops_bundle.resolving.versions import resolve_ref
from modelops_bundle.transfer import fetch_objects


def parse_blob(record: str) -> Descriptor:
    """Read `digest SP size`; raise Invalid."""
    digest, _, size = record.partition(" ")
    if not size.isdigit():
        raise Invalid(f"not 'digest size': '{record[:200]}'", hint="modelops-bundle read-manifest DIGEST")
    return Descriptor(BUNDLE_FILE, parse_digest(digest), int(size))


@click.command()
@click.option("--manifest", "version", metavar="REF", default="", help="Fetch the files of this version instead.")
@remote_option
@stdin_option
@nul_option
@click.argument("blobs", nargs=-1, metavar="'DIGEST SIZE'...")
@pass_session
def command(
    session: Session, version: str, remote: str, from_stdin: bool, nul: bool, blobs: tuple[str, ...]
) -> None:
    """Fetch blobs, each given as `digest size`, as objects; print `digest exists|fetched` for each.

    With --manifest, fetch the content of the files of a version, wherever it lies, and print nothing.
    """
    project, objects = session.project, session.project.objects
    if version:
        bundle = project.bundle(resolve_ref(project, version))
        with session.remote(remote) as opened:
            fetch_contents(project, session.origin(opened), bundle, bundle.tree)
        return
    given = [*blobs, *(read_records(sys.stdin.buffer, nul=nul) if from_stdin else ())]
    wanted = [parse_blob(text) for text in given]
    here = {blob.digest for blob in wanted if blob.digest in objects}
    with session.remote(remote) as opened:
        fetch_objects(opened, [blob for blob in wanted if blob.digest not in here], objects)
    out = RecordWriter(nul=nul)
    for blob in wanted:
        out.record(f"{blob.digest} {'exists' if blob.digest in here else 'fetched'}")
