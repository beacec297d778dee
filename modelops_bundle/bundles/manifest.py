"""The OCI image manifest of a bundle and its config: deterministic bytes, verified reading.

No time, author or parent stands in them, so the same tree in the same profile has the same manifest digest
everywhere. Source: https://github.com/opencontainers/image-spec/blob/v1.1.0/manifest.md
"""

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from modelops_bundle.bundles.media_types import (
    BUNDLE,
    BUNDLE_CONFIG,
    FORMAT_ANNOTATION,
    OCI_MANIFEST,
    ROLE_MANIFEST,
    TREE_ANNOTATION,
)
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of, is_digest
from modelops_bundle.errors import UnsupportedMediaType
from modelops_bundle.files import canonical_json
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.remote import MAX_MANIFEST_BYTES
from modelops_bundle.safe_path import printable

FORMAT = 1
FEATURES = frozenset({"packs"})
"""Features that this version can read; a bundle's config lists those that its reader must know."""
MAX_CONFIG_BYTES = 4 << 20
"""skopeo and podman refuse larger ones."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """An OCI image manifest."""

    artifact_type: str
    config: Descriptor
    layers: tuple[Descriptor, ...]
    annotations: Mapping[str, str] = field(default_factory=dict)
    media_type: str = OCI_MANIFEST

    @property
    def foreign(self) -> bool:
        """Whether another tool made this: it is no bundle of ours, but its files may be readable as one."""
        return self.artifact_type != BUNDLE and self.config.media_type != BUNDLE_CONFIG

    def to_bytes(self) -> bytes:
        """Return the canonical JSON document, the bytes that are published."""
        value: dict[str, Any] = {
            "schemaVersion": 2,
            "mediaType": self.media_type,
            "artifactType": self.artifact_type,
            "config": self.config.to_json(),
            "layers": [layer.to_json() for layer in self.layers],
        }
        if self.annotations:
            value["annotations"] = dict(self.annotations)
        return canonical_json.encode(value)


class NotABundle(UnsupportedMediaType):
    """An artifact is something else, of which we cannot read files."""

    def __init__(self, manifest: Manifest, what: str) -> None:
        super().__init__(
            f"{what} is not a bundle but '{printable(manifest.artifact_type[:100])}'",
            hint="check the name and the tag: modelops-bundle ls-remote",
        )


def parse_manifest(data: bytes, what: str) -> Manifest:
    """Read an untrusted image manifest; `what` names it in errors.

    Raises MalformedDocument, and UnsupportedMediaType for an index of images.
    """
    where = f"the manifest of {what}"
    value = canonical_json.decode(data, where, max_bytes=MAX_MANIFEST_BYTES)
    if not isinstance(value, dict):
        raise MalformedDocument(f"{where} is not an object")
    if isinstance(value.get("manifests"), list):
        raise UnsupportedMediaType(
            f"{what} is an index of images, not a bundle",
            hint="check the name and the tag: modelops-bundle ls-remote",
        )
    if value.get("mediaType") == ROLE_MANIFEST:
        # The earlier modelops-bundles stored this document itself as the manifest, without one around it.
        itself = Descriptor(ROLE_MANIFEST, digest_of(data), len(data))
        return Manifest(ROLE_MANIFEST, itself, (), media_type=ROLE_MANIFEST)
    layers, annotations = value.get("layers"), value.get("annotations") or {}
    media_type, artifact_type = value.get("mediaType") or OCI_MANIFEST, value.get("artifactType") or ""
    if not isinstance(layers, list) or not isinstance(media_type, str) or not isinstance(artifact_type, str):
        raise MalformedDocument(f"{where} is not an image manifest")
    if not isinstance(annotations, dict) or not all(isinstance(text, str) for text in annotations.values()):
        raise MalformedDocument(f"the annotations of {where} are not text")
    config = Descriptor.from_json(value.get("config"), where)
    return Manifest(
        artifact_type=artifact_type or config.media_type,
        config=config,
        layers=tuple(Descriptor.from_json(layer, where) for layer in layers),
        annotations=annotations,
        media_type=media_type,
    )


@dataclass(frozen=True, slots=True)
class BundleConfig:
    """The config blob: what a reader must know before it reads anything else."""

    tree: Digest
    index: Digest
    files: int
    size: int
    required: tuple[str, ...] = ()
    models: Mapping[str, Any] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Return the canonical JSON document."""
        return canonical_json.encode(
            {
                "version": FORMAT,
                "required": sorted(self.required),
                "tree": self.tree,
                "index": self.index,
                "files": self.files,
                "size": self.size,
                "models": dict(self.models),
            }
        )


def parse_bundle_config(data: bytes, what: str) -> BundleConfig:
    """Read an untrusted config blob.

    Raises MalformedDocument, and UnsupportedMediaType when the bundle needs a newer reader.
    """
    value = canonical_json.decode(data, f"the config of {what}", max_bytes=MAX_CONFIG_BYTES)
    if not isinstance(value, dict):
        raise MalformedDocument(f"the config of {what} is not an object")
    version, required = value.get("version"), value.get("required") or []
    if type(version) is not int or not isinstance(required, list) or not all(isinstance(n, str) for n in required):
        raise MalformedDocument(f"the config of {what} is malformed")
    if version != FORMAT or not FEATURES.issuperset(required):
        raise UnsupportedMediaType(
            f"{what} needs a newer reader (format {version}, features {reprlib.repr(required)})",
            hint="pip install --upgrade modelops-bundle",
        )
    tree, index, files, size = (value.get(key) for key in ("tree", "index", "files", "size"))
    models = value.get("models") or {}
    if not (isinstance(tree, str) and is_digest(tree) and isinstance(index, str) and is_digest(index)):
        raise MalformedDocument(f"the config of {what} names no tree or index")
    if type(files) is not int or type(size) is not int or not isinstance(models, dict):
        raise MalformedDocument(f"the config of {what} is malformed")
    return BundleConfig(Digest(tree), Digest(index), files, size, tuple(required), models)


def bundle_manifest(
    config: BundleConfig, layers: tuple[Descriptor, ...], annotations: Mapping[str, str]
) -> Manifest:
    """Return the manifest of a bundle with these layers, the index first."""
    data = config.to_bytes()
    own = {FORMAT_ANNOTATION: str(FORMAT), TREE_ANNOTATION: config.tree}
    descriptor = Descriptor(BUNDLE_CONFIG, digest_of(data), len(data))
    return Manifest(BUNDLE, descriptor, layers, {**annotations, **own})
