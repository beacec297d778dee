"""resolve-ref: print the digest that a name stands for."""

import click

from modelops_bundle.bundle_reference import parse_version
from modelops_bundle.digest import Digest
from modelops_bundle.errors import NotFound
from modelops_bundle.plumbing._records import RecordWriter
from modelops_bundle.plumbing._session import Session, pass_session
from modelops_bundle.project import Project
from modelops_bundle.refs import HEAD, tag_ref


def resolve_ref(project: Project, name: str) -> Digest:
    """Return the digest of HEAD, a ref, a local tag, or of a digest itself; asks no remote.

    A tag without more is looked up in our own tags, then in what we last saw at remotes, if that is one version.
    Raises NotFound.
    """
    found = find_ref(project, name)
    if found is None:
        raise NotFound(f"no such ref: '{name}'", hint="modelops-bundle for-each-ref")
    return found


def find_ref(project: Project, name: str) -> Digest | None:
    """Return what `resolve_ref` would, or None."""
    if name == HEAD or "/" in name:
        return project.refs.read(name)
    version = parse_version(name)
    if version.startswith("sha256:"):
        return Digest(version)
    own = project.refs.read(tag_ref(version))
    if own:
        return own
    seen = {digest for ref, digest in project.refs if ref.startswith("remotes/") and ref.endswith(f"/{version}")}
    return seen.pop() if len(seen) == 1 else None


@click.command()
@click.option("--verify", is_flag=True, help="Check that the version's documents are in the object store.")
@click.argument("names", nargs=-1, required=True)
@pass_session
def command(session: Session, verify: bool, names: tuple[str, ...]) -> None:
    """Print the digest that each name stands for, one a line."""
    out = RecordWriter()
    for name in names:
        digest = resolve_ref(session.project, name)
        if verify:
            session.project.bundle(digest)
        out.record(digest)
