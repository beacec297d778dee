"""push-blob: send the objects and large files of a version to a remote."""

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import BinaryIO

import click

from modelops_bundle.bundle import Bundle
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of_stream
from modelops_bundle.errors import IntegrityError, Invalid, NotFound
from modelops_bundle.hashing import FileChanged, open_regular
from modelops_bundle.media_types import TITLE
from modelops_bundle.objects import ObjectMissing
from modelops_bundle.plumbing._records import RecordWriter, leading_digest, read_records
from modelops_bundle.plumbing._session import Session, nul_option, pass_session, remote_option, stdin_option
from modelops_bundle.progress import OnEvent, ignore_events
from modelops_bundle.project import Project
from modelops_bundle.remote import BlobStatus, Remote
from modelops_bundle.transfer import UPLOADS, OpenContent, push_blobs
from modelops_bundle.versions import resolve_ref

OCTETS = "application/octet-stream"


class ContentGone(NotFound):
    """The bytes that a version needs are neither an object nor in the working tree."""


def push_contents(
    project: Project,
    remote: Remote,
    bundle: Bundle,
    known: Collection[Digest] = (),
    mount_from: Callable[[Digest], str | None] = lambda digest: None,
    on_event: OnEvent = ignore_events,
    jobs: int = 0,
) -> dict[Digest, BlobStatus]:
    """Send every blob of a version but those `known` to be at the remote, the config included.

    Content comes from the object store, large files from the working tree.
    Raises FileChanged when a working file is not what was tracked, and ContentGone.
    """
    blobs = [*bundle.manifest.layers, bundle.manifest.config]
    wanted = [blob for blob in blobs if blob.digest not in known]
    return _push(project, remote, wanted, on_event, jobs, mount_from)


def push_digests(
    project: Project, remote: Remote, digests: Iterable[Digest], jobs: int = 0
) -> dict[Digest, BlobStatus]:
    """Send content by digest: objects, or tracked files that are too large to be objects.

    Raises ObjectMissing for what is neither, and FileChanged.
    """
    return _push(project, remote, list(_find_blobs(project, digests)), ignore_events, jobs, lambda digest: None)


def _push(
    project: Project,
    remote: Remote,
    blobs: Sequence[Descriptor],
    on_event: OnEvent,
    jobs: int,
    mount_from: Callable[[Digest], str | None],
) -> dict[Digest, BlobStatus]:
    wanted = [(blob, _opener(project, blob)) for blob in blobs]
    try:
        return push_blobs(remote, wanted, on_event, jobs or UPLOADS, mount_from)
    except IntegrityError as error:
        changed = _changed_file(project, blobs)
        if changed is None:
            raise
        raise FileChanged(changed) from error


def _find_blobs(project: Project, digests: Iterable[Digest]) -> Iterator[Descriptor]:
    files: dict[Digest, tuple[str, int]] | None = None
    for digest in digests:
        if digest in project.objects:
            yield Descriptor(OCTETS, digest, project.objects.size(digest))
            continue
        if files is None:
            files = {entry.digest: (path, entry.size) for path, entry in project.load_index().items()}
        if digest not in files:
            raise ObjectMissing(digest)
        path, size = files[digest]
        yield Descriptor(OCTETS, digest, size, {TITLE: path})


def _opener(project: Project, blob: Descriptor) -> OpenContent:
    path = blob.annotations.get(TITLE)

    def open_content() -> BinaryIO:
        if blob.digest in project.objects or path is None:
            return project.objects.open(blob.digest)
        return _open_working_file(project, path, blob)

    return open_content


def _open_working_file(project: Project, path: str, blob: Descriptor) -> BinaryIO:
    try:
        return open_regular(str(project.root / path))
    except NotFound:
        raise ContentGone(
            f"the content of '{path}' ({blob.digest}) is not here any more", hint="modelops-bundle status"
        ) from None


def _changed_file(project: Project, blobs: Iterable[Descriptor]) -> str | None:
    """Return a file that was to be sent from the working tree and is not what was tracked any more."""
    for blob in blobs:
        path = blob.annotations.get(TITLE)
        if path and blob.digest not in project.objects:
            try:
                with _open_working_file(project, path, blob) as stream:
                    if digest_of_stream(stream)[0] != blob.digest:
                        return path
            except ContentGone:
                return path
    return None


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
            statuses = push_contents(project, opened, bundle, jobs=jobs)
        else:
            statuses = push_digests(project, opened, wanted, jobs)
    out = RecordWriter(nul=nul)
    for digest in wanted:
        out.record(f"{digest} {statuses[digest]}")
