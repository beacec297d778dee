"""Which blobs a repository holds for certain: those of versions that we saw its tags name."""

from collections.abc import Callable

from modelops_bundle.bundles.manifest import parse_manifest
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest


def known_blobs(project: Project, repository: str) -> frozenset[Digest]:
    """Return the blobs of every version that a tag of a repository was last seen to name.

    A registry may have lost them since; it says so when a manifest that names them is pushed.
    """
    prefix = f"remotes/{repository}/"
    known: set[Digest] = set()
    for name, digest in project.refs:
        if name.startswith(prefix) and "/" not in name.removeprefix(prefix) and digest in project.objects:
            manifest = parse_manifest(project.objects.read(digest), f"'{digest}'")
            known.update(blob.digest for blob in (*manifest.layers, manifest.config))
    return frozenset(known)


def mount_sources(project: Project, repository: str) -> Callable[[Digest], str | None]:
    """Return a function that names another repository of the same registry that holds a blob, if one does."""
    host = repository.partition("/")[0]
    seen = {name.removeprefix("remotes/").rpartition("/")[0] for name, _ in project.refs}
    sources: dict[Digest, str] = {}
    for other in sorted(seen - {repository}):
        if other.startswith(f"{host}/") and not host.startswith("oci:"):
            sources |= dict.fromkeys(known_blobs(project, other), other.partition("/")[2])
    return sources.get
