"""fetch-blob: bring the content of files from a remote into the object store."""

import sys
from collections.abc import Iterable, Iterator

import click

from modelops_bundle.bundle import Bundle
from modelops_bundle.bundle_index import BundleFile, External, Terms, TitledLayer
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, parse_digest
from modelops_bundle.errors import Invalid, UnsupportedMediaType
from modelops_bundle.hashing import Content
from modelops_bundle.media_types import BUNDLE_FILE
from modelops_bundle.plumbing._records import RecordWriter, read_records
from modelops_bundle.plumbing._session import Session, nul_option, pass_session, remote_option, stdin_option
from modelops_bundle.progress import OnEvent, ignore_events
from modelops_bundle.project import Project
from modelops_bundle.remote import Remote
from modelops_bundle.snapshot import LARGE
from modelops_bundle.transfer import DOWNLOADS, fetch_objects, fetch_partials


def blobs_of(bundle: Bundle, paths: Iterable[str]) -> Iterator[Descriptor]:
    """Yield the layers that hold these files of a version; raise UnsupportedMediaType for other places."""
    for path in paths:
        file = bundle.index.files[path]
        match file.place:
            case TitledLayer():
                yield Descriptor(BUNDLE_FILE, file.entry.digest, file.entry.size)
            case External() | Terms():
                raise _unreadable(file)


def fetch_contents(
    project: Project,
    remote: Remote,
    bundle: Bundle,
    paths: Iterable[str],
    on_event: OnEvent = ignore_events,
    jobs: int = 0,
) -> dict[Digest, Content]:
    """Bring the verified content of these files of a version here: to the object store, or, if it is large,
    to `partial_path`, from where it can be moved into place. Returns the content of the large ones.
    """
    objects = project.objects
    blobs = {blob.digest: blob for blob in blobs_of(bundle, paths) if not objects.holds(blob.digest, blob.size)}
    small = [blob for blob in blobs.values() if blob.size <= LARGE]
    large = [blob for blob in blobs.values() if blob.size > LARGE]
    fetch_objects(remote, small, project.objects, on_event, jobs or DOWNLOADS)
    return fetch_partials(remote, large, project.objects, on_event, jobs or DOWNLOADS)


def _unreadable(file: BundleFile) -> UnsupportedMediaType:
    return UnsupportedMediaType(
        f"'{file.entry.path}' lies where this version cannot read it: {type(file.place).__name__}",
        hint="pip install --upgrade modelops-bundle",
    )


def parse_blob(record: str) -> Descriptor:
    """Read `digest SP size`; raise Invalid."""
    digest, _, size = record.partition(" ")
    if not size.isdigit():
        raise Invalid(f"not 'digest size': '{record[:200]}'", hint="modelops-bundle read-manifest DIGEST")
    return Descriptor(BUNDLE_FILE, parse_digest(digest), int(size))


@click.command()
@remote_option
@stdin_option
@nul_option
@click.argument("blobs", nargs=-1, metavar="'DIGEST SIZE'...")
@pass_session
def command(session: Session, remote: str, from_stdin: bool, nul: bool, blobs: tuple[str, ...]) -> None:
    """Fetch blobs, each given as `digest size`, as objects; print `digest exists|fetched` for each."""
    objects = session.project.objects
    given = [*blobs, *(read_records(sys.stdin.buffer, nul=nul) if from_stdin else ())]
    wanted = [parse_blob(text) for text in given]
    here = {blob.digest for blob in wanted if blob.digest in objects}
    with session.remote(remote) as opened:
        fetch_objects(opened, [blob for blob in wanted if blob.digest not in here], objects)
    out = RecordWriter(nul=nul)
    for blob in wanted:
        out.record(f"{blob.digest} {'exists' if blob.digest in here else 'fetched'}")
