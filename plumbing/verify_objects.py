"""verify-objects: check objects against their digests, and refs against objects.

    error corrupt-object      the bytes do not match the digest
    error missing-object      a digest that was asked for is not in the store
    error missing-document    a ref names a version whose manifest, config or index is not in the store
    error malformed-version   a ref names something that is no whole version
    error bad-ref             a ref's file holds no digest
    warning unknown-version   a ref names a version of a kind that this modelops-bundle cannot read

These names are a contract: see docs/scripting.md.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import click

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from modelops_bundle.errors import IntegrityError, UnsupportedMediaType
from modelops_bundle.objects import ObjectCorrupt, ObjectMissing, ObjectStore
from modelops_bundle.plumbing._records import NO_DIGEST, RecordWriter, leading_digest, read_records
from modelops_bundle.plumbing._session import Session, nul_option, pass_session, stdin_option
from modelops_bundle.store.refs import HEAD

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: `error` or `warning`, its stable id, the digest that it is about, and what it says."""

    severity: str
    id: str
    digest: str
    text: str


def verify_objects(objects: ObjectStore, digests: Iterable[Digest]) -> Iterator[Finding]:
    """Read objects to their end and yield what is wrong with them."""
    for digest in digests:
        try:
            objects.verify(digest)
        except ObjectCorrupt:
            file = objects.path(digest).relative_to(objects.root.parent)
            yield Finding(ERROR, "corrupt-object", digest, file.as_posix())
        except ObjectMissing:
            yield Finding(ERROR, "missing-object", digest, "not in the object store")


def verify_refs(project: Project) -> Iterator[Finding]:
    """Check that every version named by a ref can be read from the object store; yield what is wrong.

    What a remote was seen to name, but was never fetched, need not be here.
    """
    for name in (HEAD, *project.refs.names()):
        try:
            digest = project.refs.read(name)
        except IntegrityError:
            yield Finding(ERROR, "bad-ref", NO_DIGEST, f"'{name}' holds no digest")
            continue
        if digest and (digest in project.objects or not name.startswith("remotes/")):
            yield from _verify_version(project, name, digest)


def _verify_version(project: Project, name: str, digest: Digest) -> Iterator[Finding]:
    try:
        project.bundle(digest)
    except ObjectMissing as error:
        yield Finding(ERROR, "missing-document", error.digest, f"of '{digest}', which '{name}' names")
    except ObjectCorrupt as error:
        yield Finding(ERROR, "corrupt-object", error.digest, f"of '{digest}', which '{name}' names")
    except IntegrityError as error:
        yield Finding(ERROR, "malformed-version", digest, f"'{name}': {error.message}")
    except UnsupportedMediaType as error:
        yield Finding(WARNING, "unknown-version", digest, f"'{name}': {error.message}")


class Damaged(IntegrityError):
    """Objects or refs are not what they should be."""


@click.command()
@click.option("--connectivity", is_flag=True, help="Check too that every version named by a ref can be read.")
@stdin_option
@nul_option
@click.argument("digests", nargs=-1)
@pass_session
def command(session: Session, connectivity: bool, from_stdin: bool, nul: bool, digests: tuple[str, ...]) -> None:
    """Check the objects DIGESTS, or all; print `severity id digest TAB text` for each problem.

    Exit code 5 when there is an error. Of a record on standard input, the first field counts.
    """
    project, out = session.project, RecordWriter(nul=nul)
    records = chain(digests, read_records(sys.stdin.buffer, nul=nul) if from_stdin else ())
    wanted = map(leading_digest, records) if digests or from_stdin else iter(project.objects)
    errors = 0
    for finding in _findings(project, wanted, connectivity):
        errors += finding.severity == ERROR
        out.record(f"{finding.severity} {finding.id} {finding.digest}", finding.text)
    if errors:
        raise Damaged(
            f"{errors} of the objects or refs are damaged or missing",
            hint="delete the damaged files; modelops-bundle fetch-blob --manifest VERSION brings back what is "
            "published, modelops-bundle add . what is on disk",
        )


def _findings(project: Project, digests: Iterable[Digest], connectivity: bool) -> Iterator[Finding]:
    yield from verify_objects(project.objects, digests)
    if connectivity:
        yield from verify_refs(project)
