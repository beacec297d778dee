"""hash-object: compute the digest of content and optionally store it."""

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelops_bundle.digest import Digest, digest_of, digest_of_stream
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.files.hashing import open_regular
from modelops_bundle.plumbing._records import RecordWriter, read_paths
from modelops_bundle.plumbing._session import Session, nul_option, pass_session

if TYPE_CHECKING:
    from modelops_bundle.checkout.project import Project
    from modelops_bundle.objects import ObjectStore


def hash_object(path: Path, project: "Project | None" = None) -> Digest:
    """Return the digest by which a file is tracked, keeping its content in a project's store unless it is large.

    The content of a symlink is its target's name. Raises NotFound, and Invalid for what is neither file nor
    symlink.
    """
    try:
        now = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(
            f"no such file: '{path}'", hint="check the name; in records it is relative to the project's root"
        ) from None
    if project:
        from modelops_bundle.checkout.snapshot import take

        return take(project.objects, path.parent, path.name, now, project.threshold_bytes).digest
    if stat.S_ISLNK(now.st_mode):
        return digest_of(os.readlink(os.fsencode(path)))
    with open_regular(str(path)) as stream:
        return digest_of_stream(stream)[0]


def hash_standard_input(store: "ObjectStore | None") -> Digest:
    """Return the digest of standard input, storing its content if asked to."""
    if store is None:
        return digest_of_stream(sys.stdin.buffer)[0]
    return store.put_stream(sys.stdin.buffer)


def _root(session: Session) -> Path:
    from modelops_bundle.checkout.project import NotAProject

    try:
        return session.project.root
    except NotAProject:
        return session.directory


@click.command()
@click.option("-w", "write", is_flag=True, help="Store the content too, unless the file is large.")
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
    """Print the digest of each FILE, one a line, in the order given.

    Of a symlink, the digest is that of its target's name. Outside a project, names on standard input are
    relative to the current directory, in one to its root.
    """
    project = session.project if write else None
    out = RecordWriter(nul=nul)
    if content_on_stdin and stdin_paths:
        raise Invalid("--stdin is content, --stdin-paths are names", hint="give one of them")
    if content_on_stdin:
        out.record(hash_standard_input(project.objects if project else None))
    for name in files:
        out.record(hash_object(session.file(name), project))
    if stdin_paths:
        root = _root(session)
        for name in read_paths(sys.stdin.buffer, nul=nul):
            out.record(hash_object(root / name, project))
