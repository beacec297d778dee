"""Which versions a remote holds that the working tree stands on: a push names what they have put there."""

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest


def published_at(project: Project, remote: str, theirs: Digest | None) -> tuple[Bundle, ...]:
    """Return the versions that are known here: what the tag names, and HEAD, if a tag of the remote names it."""
    head = project.head if project.head in seen_at(project, remote) else None
    known = dict.fromkeys(digest for digest in (theirs, head) if digest and digest in project.objects)
    return tuple(project.bundle(digest) for digest in known)


def seen_at(project: Project, remote: str) -> set[Digest]:
    """Return the versions that tags of a remote were last seen to name."""
    return {digest for name, digest in project.refs if name.startswith(f"remotes/{remote}/")}
