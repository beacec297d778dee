"""push-manifest: publish a version whose blobs are at the remote, and make a tag name it."""

import click

from modelops_bundle.bundles.media_types import OCI_MANIFEST
from modelops_bundle.digest import Digest, parse_digest
from modelops_bundle.plumbing._records import NO_DIGEST, RecordWriter
from modelops_bundle.plumbing._session import Session, nul_option, pass_session, remote_option
from modelops_bundle.remote import Remote
from modelops_bundle.resolving.versions import resolve_ref
from modelops_bundle.sync.state import record_seen


def push_manifest(remote: Remote, data: bytes, tag: str = "", expected: Digest | None = None) -> Digest:
    """Publish a manifest by its digest, then move a tag to it if the tag still names `expected`.

    Raises RemoteMoved when somebody else moved the tag; the manifest stays reachable by its digest.
    """
    digest = remote.push_manifest(data, OCI_MANIFEST)
    if tag:
        remote.set_tag(tag, data, OCI_MANIFEST, expected)
    return digest


@click.command()
@remote_option
@click.option("--tag", default="", help="Make this tag name the version.")
@click.option("--expect", metavar="DIGEST", default="", help="Refuse unless the tag names this now ('' for none).")
@click.option("--force", is_flag=True, help="Move the tag whatever it names.")
@nul_option
@click.argument("digest")
@pass_session
def command(session: Session, remote: str, tag: str, expect: str, force: bool, nul: bool, digest: str) -> None:
    """Publish the manifest DIGEST (or that of a ref or tag) and print its digest.

    Its documents must be in the object store, and its blobs at the remote: see push-blob.
    Without --expect or --force a tag is only created or left as it is, never moved.
    """
    project = session.project
    data = project.bundle(resolve_ref(project, digest)).data
    old = parse_digest(expect) if expect and expect != NO_DIGEST else None
    with session.remote(remote) as opened:
        expected = opened.resolve_tag(tag) if force and tag else old
        pushed = push_manifest(opened, data, tag, expected)
        if tag:
            record_seen(project, opened.name, tag, pushed)
    RecordWriter(nul=nul).record(pushed)
