"""push-blob: send the objects and large files of a version to a remote."""

import sys
from collections.abc import Iterable, Iterator
from functools import partial

import click

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.media_types import TITLE
from modelops_bundle.checkout.content import source_of
from modelops_bundle.checkout.index import Index
from modelops_bundle.checkout.project import Project
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest
from modelops_bundle.errors import Invalid
from modelops_bundle.objects import ObjectMissing
from modelops_bundle.plumbing._records import RecordWriter, leading_digest, read_records
from modelops_bundle.plumbing._session import Session, nul_option, pass_session, remote_option, stdin_option
from modelops_bundle.pushing.external import Wanted, external_in, places_of, push_external
from modelops_bundle.pushing.publishing import Route, Tracking, push_contents, push_packs, push_tracked
from modelops_bundle.remote import BlobStatus, Remote
from modelops_bundle.resolving.versions import resolve_ref
from modelops_bundle.storage.stores import Storage
from modelops_bundle.transfer import OpenContent

OCTETS = "application/octet-stream"


def push_version(
    project: Project, remote: Remote, bundle: Bundle, storage: Storage, jobs: int = 0
) -> dict[Digest, BlobStatus]:
    """Send every blob of a version: packs from the object store, the rest from there or the working tree.

    Files that lie in blob stores are put there first.
    """
    route = Route(remote, jobs=jobs, open_blob_store=storage.open)
    wanted = Wanted(places_of(bundle.tree, external_in(bundle)))
    push_external(Tracking(project, project.load_index()), wanted, route)
    sent = push_packs(project, bundle, route, None)
    return sent | push_contents(Tracking(project, project.load_index()), bundle, route)


def push_digests(
    project: Project, remote: Remote, digests: Iterable[Digest], jobs: int = 0
) -> dict[Digest, BlobStatus]:
    """Send content by digest: objects, or tracked files that are too large to be objects.

    Raises ObjectMissing for what is neither, and FileChanged.
    """
    index = project.load_index()
    return push_tracked(project, list(_find_blobs(project, index, digests)), Route(remote, jobs=jobs))


def _find_blobs(
    project: Project, index: Index, digests: Iterable[Digest]
) -> Iterator[tuple[Descriptor, OpenContent]]:
    files = {entry.digest: entry.tree_entry(path) for path, entry in index.items()}
    for digest in digests:
        if digest in project.objects:
            yield Descriptor(OCTETS, digest, project.objects.size(digest)), partial(project.objects.open, digest)
        elif digest in files:
            entry = files[digest]
            blob = Descriptor(OCTETS, digest, entry.size, {TITLE: entry.path})
            yield blob, source_of(project, entry, index).open
        else:
            raise ObjectMissing(digest)


@click.command()
@click.option("--manifest", "version", metavar="DIGEST", default="", help="Send all blobs of this version.")
@remote_option
@stdin_option
@nul_option
@click.argument("digests", nargs=-1)
@pass_session
def command(
    session: Session, version: str, remote: str, from_stdin: bool, nul: bool, digests: tuple[str, ...]
) -> None:
    """Send content by DIGEST; print `digest exists|mounted|pushed` for each.

    Content comes from the object store, or, if it is too large for that, from tracked files. Of a record on
    standard input, the first field counts.
    """
    if version and (digests or from_stdin):
        raise Invalid("--manifest names all blobs to send", hint="give no other digests with it")
    project, jobs = session.project, session.settings.jobs
    if version:
        bundle = project.bundle(resolve_ref(project, version))
        wanted = [blob.digest for blob in bundle.blobs()]
    else:
        records = [*digests, *(read_records(sys.stdin.buffer, nul=nul) if from_stdin else ())]
        wanted = [leading_digest(record) for record in records]
    with session.remote(remote) as opened:
        if version:
            statuses = push_version(project, opened, bundle, session.storage, jobs)
        else:
            statuses = push_digests(project, opened, wanted, jobs)
    out = RecordWriter(nul=nul)
    for digest in wanted:
        out.record(f"{digest} {statuses[digest]}")
