"""Find the version that a name stands for, from what we know ourselves."""

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from modelops_bundle.errors import NotFound
from modelops_bundle.remotes.remote_reference import parse_version
from modelops_bundle.store.refs import HEAD, tag_ref


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
