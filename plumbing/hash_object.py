"""hash-object: compute the digest of content and optionally store it."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from modelops_bundle.digest import Digest, digest_of_stream
from modelops_bundle.hashing import open_regular
from modelops_bundle.objects import ObjectStore
from modelops_bundle.plumbing._records import RecordWriter, read_paths
from modelops_bundle.plumbing._session import Session, nul_option, pass_session
from modelops_bundle.snapshot import LARGE, take


def hash_object(path: Path, store: ObjectStore | None = None) -> Digest:
    """Return the digest of a file, keeping its content in `store` unless it is larger than 50 MiB.

    Raises NotFound, and Invalid for what is no regular file.
    """
    file = path.resolve()
    if store and file.is_file():
        return take(store, file.parent, file.name, os.stat(file)).digest
    with open_regular(str(file)) as stream:
        return digest_of_stream(stream)[0]


def hash_standard_input(store: ObjectStore | None) -> Digest:
    """Return the digest of standard input, storing its content if asked to."""
    if store is None:
        return digest_of_stream(sys.stdin.buffer)[0]
    return store.put_stream(sys.stdin.buffer)


@click.command()
@click.option("-w", "write", is_flag=True, help=f"Store the content too, up to {LARGE >> 20} MiB a file.")
@click.option("--stdin", "content_on_stdin", is_flag=True, help="Hash the content of standard input.")
@click.option("--stdin-paths", is_flag=True, help="Read the names of files from standard input.")
@nul_option
@click.argument("files", nargs=-1)
@pass_session
def command(
    session: Session,
    write: bool,
    content_on_stdin: bool,
    stdin_paths: bool,
    nul: bool,
    files: tuple[str, ...],
) -> None:
    """Print the digest of each FILE, one a line, in the order given."""
    store = session.project.objects if write else None
    out = RecordWriter(nul=nul)
    if content_on_stdin:
        out.record(hash_standard_input(store))
    names: Iterable[str] = read_paths(sys.stdin.buffer, nul=nul) if stdin_paths else files
    for name in names:
        out.record(hash_object(session.file(name), store))
