"""Find the version that a name on the command line stands for: here if it is known here, else at the remote."""

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.checkout.local_config import read_local_config
from modelops_bundle.errors import NotFound
from modelops_bundle.fetching.remote_version import fetch_tag, fetch_version
from modelops_bundle.objects import ObjectMissing
from modelops_bundle.plumbing._session import Session
from modelops_bundle.remotes.opening import choose_remote
from modelops_bundle.remotes.remote_reference import parse_version
from modelops_bundle.resolving.versions import find_ref
from modelops_bundle.store.refs import HEAD, tag_ref
from modelops_bundle.sync.state import base_of


def version_of(session: Session, name: str, remote: str = "") -> Bundle:
    """Return the version that a digest, a local tag, a ref or a tag of the remote names.

    What is known here costs no request, be it that a remote's tag was moved since it was last seen.
    Raises NotFound.
    """
    project = session.project
    digest = find_ref(project, name)
    if digest:
        try:
            return project.bundle(digest)
        except ObjectMissing:
            pass  # a tag or a digest of which we know nothing else: the remote has its documents
    elif name == HEAD:
        raise NotFound("nothing was pushed or pulled yet: HEAD names no version", hint="modelops-bundle push")
    elif "/" in name:
        raise NotFound(f"no such ref: '{name}'", hint="modelops-bundle for-each-ref")
    wanted = digest or parse_version(name)
    if not remote and choose_remote(project, session.settings) is None:
        raise NotFound(
            f"no version '{name}' here, and no remote to ask",
            hint="modelops-bundle config remote HOST/REPOSITORY, or oci:DIRECTORY",
        )
    with session.remote(remote) as opened:
        return fetch_version(project, opened, wanted)


def published_version(session: Session, name: str, remote: str = "") -> Bundle:
    """Return the version that a tag of the remote names *now*; all other names are as in `version_of`.

    A tag that the remote does not have may be one of our own. Raises NotFound.
    """
    project = session.project
    is_tag = name != HEAD and "/" not in name and not parse_version(name).startswith("sha256:")
    if is_tag and (remote or choose_remote(project, session.settings)):
        with session.remote(remote) as opened:
            own = project.refs.read(tag_ref(name))
            return fetch_tag(project, opened, name) or fetch_version(project, opened, own or name)
    return version_of(session, name, remote)


def base_version(session: Session) -> Bundle | None:
    """Return the version that a push to the project's tag builds on, or None before the first one."""
    project = session.project
    choice = choose_remote(project, session.settings)
    tag = read_local_config(project.local_path).tag
    digest = base_of(project, choice.name, tag) if choice else project.head
    return version_of(session, digest) if digest else None
