"""ls-objects: list the objects in the store."""

from collections.abc import Iterator
from contextlib import suppress

import click

from modelops_bundle.digest import Digest
from modelops_bundle.objects import ObjectMissing, ObjectStore
from modelops_bundle.plumbing._records import RecordWriter
from modelops_bundle.plumbing._session import Session, nul_option, pass_session


def ls_objects(objects: ObjectStore) -> Iterator[tuple[Digest, int]]:
    """Yield every object's digest and size in bytes, sorted by digest."""
    for digest in objects:
        # Another command may remove an object while we are on our way through.
        with suppress(ObjectMissing):
            yield digest, objects.size(digest)


@click.command()
@nul_option
@pass_session
def command(session: Session, nul: bool) -> None:
    """Print `digest size` for every object, sorted by digest. Nothing is verified: see verify-objects."""
    out = RecordWriter(nul=nul)
    for digest, size in ls_objects(session.project.objects):
        out.record(f"{digest} {size}")
