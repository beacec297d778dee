"""push-blob: send the objects and large files of a version to a remote."""

import sys
from collections.abc import Callable, Collection, Iterable
from typing import BinaryIO

import click

from modelops_bundle.bundle import Bundle
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of_stream, parse_digest
from modelops_bundle.errors import IntegrityError, NotFound
from modelops_bundle.hashing import FileChanged, open_regular
from modelops_bundle.media_types import TITLE
from modelops_bundle.objects import ObjectStore
from modelops_bundle.plumbing._records import RecordWriter, read_records
from modelops_bundle.plumbing._session import Session, nul_option, pass_session, remote_option, stdin_option
from modelops_bundle.progress import OnEvent, ignore_events
from modelops_bundle.project import Project
from modelops_bundle.remote import BlobStatus, Remote
from modelops_bundle.transfer import UPLOADS, OpenContent, push_blobs


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
    wanted = [(blob, _opener(project, blob)) for blob in blobs if blob.digest not in known]
    try:
        return push_blobs(remote, wanted, on_event, jobs or UPLOADS, mount_from)
    except IntegrityError as error:
        changed = _changed_file(project, bundle)
        if changed is None:
            raise
        raise FileChanged(changed) from error


def push_objects(remote: Remote, objects: ObjectStore, digests: Iterable[Digest]) -> dict[Digest, BlobStatus]:
    """Send objects to a remote and return what was done with each."""
    return push_blobs(
        remote,
        [
            (Descriptor("application/octet-stream", digest, objects.size(digest)), _object_opener(objects, digest))
            for digest in digests
        ],
    )


def _object_opener(objects: ObjectStore, digest: Digest) -> OpenContent:
    return lambda: objects.open(digest)


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


def _changed_file(project: Project, bundle: Bundle) -> str | None:
    """Return a file that was to be sent from the working tree and is not what was tracked any more."""
    for blob in bundle.manifest.layers:
        path = blob.annotations.get(TITLE)
        if path and blob.digest not in project.objects:
            with _open_working_file(project, path, blob) as stream:
                if digest_of_stream(stream)[0] != blob.digest:
                    return path
    return None


@click.command()
@remote_option
@stdin_option
@nul_option
@click.argument("digests", nargs=-1)
@pass_session
def command(session: Session, remote: str, from_stdin: bool, nul: bool, digests: tuple[str, ...]) -> None:
    """Send objects by DIGEST; print `digest exists|mounted|pushed` for each."""
    names = [*digests, *(read_records(sys.stdin.buffer, nul=nul) if from_stdin else ())]
    wanted = [parse_digest(name) for name in names]
    with session.remote(remote) as opened:
        statuses = push_objects(opened, session.project.objects, wanted)
    out = RecordWriter(nul=nul)
    for digest in wanted:
        out.record(f"{digest} {statuses[digest]}")
