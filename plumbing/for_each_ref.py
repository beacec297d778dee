"""for-each-ref: list refs."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

import click

from modelops_bundle.digest import Digest
from modelops_bundle.plumbing._records import RecordWriter
from modelops_bundle.plumbing._session import Session, nul_option, pass_session
from modelops_bundle.store.refs import HEAD, RefStore


def for_each_ref(refs: RefStore, patterns: Sequence[str] = ()) -> Iterator[tuple[str, Digest]]:
    """Yield refs whose name matches a pattern (any name without patterns), HEAD first, the others sorted.

    `*` matches any characters, `/` among them. Raises IntegrityError when a ref holds no digest.
    """
    for name in (HEAD, *refs.names()):
        if not patterns or any(fnmatchcase(name, pattern) for pattern in patterns):
            digest = refs.read(name)
            if digest:
                yield name, digest


@click.command()
@nul_option
@click.argument("patterns", nargs=-1)
@pass_session
def command(session: Session, nul: bool, patterns: tuple[str, ...]) -> None:
    """Print `digest TAB ref` for HEAD and all refs, or for those that match one of PATTERNS."""
    out = RecordWriter(nul=nul)
    for name, digest in for_each_ref(session.project.refs, patterns):
        out.record(digest, name)
