"""Quirks of known registries, for the stub registry; each returns a copy that a test may change.

Sources: issues named in the comments, and vendors' documentation.
"""

from tests.support.stub_registry import Quirks

_IMAGE_TYPES = r"application/vnd\.(oci\.image|docker|cncf\.helm)\..*"


def quay() -> Quirks:
    """Reading a repository that does not exist needs the right to create it (helm#30987)."""
    return Quirks(auth="bearer", hides_new_repositories=True)


def ghcr() -> Quirks:
    """Public packages with tokens for anybody, blobs behind signed URLs that end soon (stargz-
    snapshotter#167).
    """
    return Quirks(auth="bearer", public=True, redirect_blobs=True, signed_url_uses=1, token_seconds=None)


def ecr(*repositories: str) -> Quirks:
    """Basic login; repositories must exist; blobs behind signed URLs; tags may be immutable."""
    return Quirks(auth="basic", repositories=set(repositories), redirect_blobs=True, immutable_tags=True)


def gitlab() -> Quirks:
    """Custom types are refused (buildkit#3610)."""
    return Quirks(auth="bearer", media_types=_IMAGE_TYPES)


def azure() -> Quirks:
    """Blobs at a storage that answers 400 to a login (Azure/acr#217); refresh tokens by POST; referrers."""
    return Quirks(auth="bearer", redirect_blobs=True, referrers=True)


def harbor_proxy() -> Quirks:
    """A proxy cache: ranges are ignored (harbor#23875), nothing is mounted."""
    return Quirks(ranges=False, mounts=False)


def docker_2() -> Quirks:
    """An old registry: no digest header, absolute locations, null for no tags, ranges only closed."""
    return Quirks(content_digest=False, location="absolute", null_tags=True, open_ranges=False)
