"""mount-blob: make blobs of another repository of the same registry appear at a remote."""

import sys
from collections.abc import Iterable

import click

from modelops_bundle.digest import Digest
from modelops_bundle.plumbing._records import RecordWriter, leading_digest, read_records
from modelops_bundle.plumbing._session import Session, nul_option, pass_session, remote_option, stdin_option
from modelops_bundle.remote import Remote
from modelops_bundle.transfer import UPLOADS, in_parallel


def mount_blobs(remote: Remote, source: str, digests: Iterable[Digest], jobs: int = 0) -> dict[Digest, bool]:
    """Ask a remote to take blobs over from the repository `source`; tell for each whether it did.

    A refusal is no error: the blob then has to be pushed.
    """

    def mount(digest: Digest) -> tuple[Digest, bool]:
        return digest, remote.mount_blob(digest, source)

    return dict(in_parallel(mount, list(dict.fromkeys(digests)), jobs or UPLOADS))


@click.command()
@click.option("--from", "source", metavar="REPOSITORY", required=True, help="The repository that has the blobs.")
@remote_option
@stdin_option
@nul_option
@click.argument("digests", nargs=-1)
@pass_session
def command(
    session: Session, source: str, remote: str, from_stdin: bool, nul: bool, digests: tuple[str, ...]
) -> None:
    """Print `digest mounted|refused` for each DIGEST; what is refused has to be pushed.

    REPOSITORY belongs to the registry of the remote and is given with or without its host. Of a record on
    standard input, the first field counts.
    """
    records = [*digests, *(read_records(sys.stdin.buffer, nul=nul) if from_stdin else ())]
    wanted = [leading_digest(record) for record in records]
    with session.remote(remote) as opened:
        mounted = mount_blobs(opened, source, wanted, session.settings.jobs)
    out = RecordWriter(nul=nul)
    for digest in wanted:
        out.record(f"{digest} {'mounted' if mounted[digest] else 'refused'}")
