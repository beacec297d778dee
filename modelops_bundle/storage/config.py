"""The `storage` section of `config.yaml`: how files travel, and which of them go to a blob store."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from modelops_bundle.blob_stores.location import (
    PROVIDERS,
    blob_key,
    container_of,
    credential_given,
    may_be_secret,
)
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import Invalid
from modelops_bundle.files.yaml_file import check_keys, shown, texts, unknown
from modelops_bundle.secret_text import looks_secret
from modelops_bundle.tier import Tier

DEFAULT_THRESHOLD = 50 << 20
"""50 MiB. Files from this size are large: they do not become objects, and a blob store takes them."""

KEYS = (
    *("layout", "mode", "threshold_bytes", "provider", "container", "prefix"),
    *("force_blob_patterns", "force_oci_patterns", "tier"),
)


class BundleLayout(StrEnum):
    """How files travel in the registry.

    `portable`: each is a layer of its own, which plain OCI clients can pull. `packed`: all are in packs.
    `auto`: up to 128 files below 8 MiB are layers of their own; more of them, and larger ones, are in packs.
    """

    AUTO = "auto"
    PORTABLE = "portable"
    PACKED = "packed"


class StorageMode(StrEnum):
    """Which files go to a blob store: the large ones if there is a provider, all, or none."""

    AUTO = "auto"
    BLOB = "blob"
    OCI = "oci"


@dataclass(frozen=True, slots=True)
class StorageConfig:
    """What `config.yaml` says of storage; empty text leaves provider and container to the environment.

    Without a tier, blobs are in the one that is the container's default.
    """

    layout: BundleLayout = BundleLayout.AUTO
    mode: StorageMode = StorageMode.AUTO
    threshold_bytes: int = DEFAULT_THRESHOLD
    provider: str = ""
    container: str = ""
    prefix: str = ""
    force_blob_patterns: tuple[str, ...] = ()
    force_oci_patterns: tuple[str, ...] = ()
    tier: Tier | None = None


def parse_storage(value: Mapping[str, Any], what: str) -> StorageConfig:
    """Read the section; raise Invalid naming `what`, the key and the value."""
    check_keys(value, KEYS, what)
    threshold = value.get("threshold_bytes", DEFAULT_THRESHOLD)
    if type(threshold) is not int or threshold < 1:
        raise Invalid(
            f"storage.threshold_bytes in '{what}' is not a number of bytes: {shown(threshold)}",
            hint=f"correct '{what}'",
        )
    provider = _word(value, "provider", tuple(PROVIDERS), "", what)
    tier = _word(value, "tier", tuple(Tier), "", what)
    container, prefix = _text(value, "container", what), _text(value, "prefix", what)
    try:
        if looks_secret(prefix):
            raise credential_given("storage.prefix")
        blob_key(prefix, digest_of(b""))
        if provider and container:
            container_of(provider, container)
        elif may_be_secret(provider, container):
            raise credential_given("storage.container")
    except Invalid as error:
        raise Invalid(f"storage in '{what}': {error.message}", hint=error.hint) from error
    return StorageConfig(
        BundleLayout(_word(value, "layout", tuple(BundleLayout), BundleLayout.AUTO, what)),
        StorageMode(_word(value, "mode", tuple(StorageMode), StorageMode.AUTO, what)),
        threshold,
        provider,
        container,
        prefix,
        _patterns(value, "force_blob_patterns", what),
        _patterns(value, "force_oci_patterns", what),
        Tier(tier) if tier else None,
    )


def _word(value: Mapping[str, Any], key: str, known: tuple[str, ...], default: str, what: str) -> str:
    word = value.get(key, default)
    if word != default and (not isinstance(word, str) or word not in known):
        raise unknown(shown(word), known, f"storage.{key} in '{what}'")
    return str(word)


def _patterns(value: Mapping[str, Any], key: str, what: str) -> tuple[str, ...]:
    return texts(value.get(key) or [], f"storage.{key}", "patterns", what)


def _text(value: Mapping[str, Any], key: str, what: str) -> str:
    text = value.get(key) or ""
    if not isinstance(text, str):
        raise Invalid(f"storage.{key} in '{what}' is not text: {shown(text)}", hint="put it in quotes")
    return text
