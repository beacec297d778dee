"""The digest that a blob's metadata keeps, so that a store can tell what it holds without reading it."""

from collections.abc import Mapping

from modelops_bundle.digest import PREFIX, Digest, is_digest

DIGEST_KEY = "sha256"
"""A name that all three clouds take; Azure wants metadata named like a C# variable."""


def kept_digest(metadata: Mapping[str, str] | None) -> Digest | None:
    """Return the digest in a blob's metadata, or None when there is none."""
    found = PREFIX + (metadata or {}).get(DIGEST_KEY, "")
    return Digest(found) if is_digest(found) else None
