"""The provenance file, `.mops/.mops-manifest.json`: which version lies here, for which role, and what led to it.

Format: docs/formats/materialized.md. No time stands in it: the same request always writes the same bytes.
"""

from dataclasses import asdict
from pathlib import Path

from modelops_bundle.digest import Digest, is_digest
from modelops_bundle.errors import BundleError
from modelops_bundle.files import canonical_json
from modelops_bundle.files.hashing import open_regular
from modelops_bundle.resolving.resolution import ResolvedBundle
from modelops_bundle.safe_path import AREA

PROVENANCE = f"{AREA}/.mops-manifest.json"
_MAX_BYTES = 8 << 20
"""Twice the largest config.yaml, which roles and layers come from."""


def provenance(bundle: ResolvedBundle, role: str) -> bytes:
    """Return the canonical JSON document."""
    return canonical_json.encode(
        {
            "manifest_digest": bundle.manifest_digest,
            "media_type": bundle.media_type,
            "role": role,
            "roles": {name: list(layers) for name, layers in bundle.roles.items()},
            "layer_indexes": dict(bundle.layer_indexes),
            "ref": asdict(bundle.ref),
        }
    )


def materialized_digest(root: Path) -> Digest | None:
    """Return the version that was materialized here last, or None where nothing credible says so."""
    try:
        with open_regular(f"{root}/{PROVENANCE}") as stream:
            value = canonical_json.decode(stream.read(_MAX_BYTES + 1), PROVENANCE, max_bytes=_MAX_BYTES)
        digest = value["manifest_digest"]
    except (BundleError, KeyError, TypeError):
        return None
    return Digest(digest) if isinstance(digest, str) and is_digest(digest) else None
