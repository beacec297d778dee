"""cat-object: print an object, its size or its type."""

import sys

import click

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from modelops_bundle.errors import ExitCode, Invalid
from modelops_bundle.objects import ObjectStore
from modelops_bundle.plumbing._records import RecordWriter, read_records
from modelops_bundle.plumbing._session import Session, nul_option, pass_session
from modelops_bundle.resolving.versions import find_ref, resolve_ref
from modelops_bundle.store.object_type import type_of

_BLOCK = 1 << 20


def find_object(project: Project, name: str) -> Digest | None:
    """Return the digest of the object that a digest, ref or tag names, or None when it is not in the store."""
    try:
        digest = find_ref(project, name)
    except Invalid:
        return None
    return digest if digest and digest in project.objects else None


def describe_object(objects: ObjectStore, digest: Digest) -> str:
    """Return `digest type size`; raise ObjectMissing."""
    return f"{digest} {type_of(objects, digest)} {objects.size(digest)}"


def answer(project: Project, request: str, out: RecordWriter, *, contents: bool) -> None:
    """Write what an object is, and its bytes if wanted.

    Raises ObjectCorrupt before anything of a damaged object is written.
    """
    digest = find_object(project, request)
    if digest is None:
        out.record(f"{request} missing")
        return
    if contents:
        project.objects.verify(digest)
    out.record(describe_object(project.objects, digest))
    if contents:
        _copy(project.objects, digest, out)
        out.end()


def _copy(objects: ObjectStore, digest: Digest, out: RecordWriter) -> None:
    with objects.open(digest) as stream:
        while block := stream.read(_BLOCK):
            out.raw(block)


@click.command()
@click.option("-t", "show", flag_value="type", help="Print the type: manifest, config, index or blob.")
@click.option("-s", "show", flag_value="size", help="Print the size in bytes.")
@click.option("-e", "show", flag_value="exists", help="Print nothing; exit with 1 when there is no such object.")
@click.option("-p", "show", flag_value="content", help="Print the bytes, verified.")
@click.option("--batch", "show", flag_value="batch", help="Read names from standard input, print the objects.")
@click.option("--batch-check", "show", flag_value="check", help="Read names, print `digest type size` for each.")
@nul_option
@click.argument("name", default="", metavar="[DIGEST]")
@pass_session
def command(session: Session, show: str | None, nul: bool, name: str) -> int:
    """Print what DIGEST is, or its bytes; a ref or a tag names the manifest of its version.

    --batch and --batch-check answer each line of standard input at once: `digest type size`, with --batch
    followed by the bytes and a newline; or `NAME missing`.
    """
    project, out = session.project, RecordWriter(nul=nul)
    if show is None or (show in ("batch", "check")) == bool(name):
        raise Invalid(
            "give one of -t, -s, -e, -p and a DIGEST, or --batch or --batch-check alone",
            hint="modelops-bundle cat-object --help",
        )
    if not name:
        for request in read_records(sys.stdin.buffer, nul=nul):
            answer(project, request, out, contents=show == "batch")
            out.flush()
        return ExitCode.DONE
    if show == "exists":
        return ExitCode.DONE if find_object(project, name) else ExitCode.NOT_FOUND
    digest = resolve_ref(project, name)
    if show == "type":
        out.record(type_of(project.objects, digest))
    elif show == "size":
        out.record(str(project.objects.size(digest)))
    else:
        project.objects.verify(digest)
        _copy(project.objects, digest, out)
    return ExitCode.DONE
