"""Publish to a layout directory what other tools publish, byte by byte, without any code of ours."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TITLE = "org.opencontainers.image.title"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
EARLIER_CONFIG = "application/vnd.modelops.bundle.index.v1+json"
TAR = "application/vnd.oci.image.layer.v1.tar"
"""What ORAS calls every file, tar archive or not."""


def sha256(data: bytes) -> str:
    """Return a digest as OCI spells it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def descriptor(media_type: str, data: bytes, annotations: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Describe a blob."""
    named = {"annotations": dict(annotations)} if annotations else {}
    return {"mediaType": media_type, "digest": sha256(data), "size": len(data), **named}


def titled(path: str, data: bytes, **annotations: str) -> dict[str, Any]:
    """Describe a file as ORAS does."""
    return descriptor(TAR, data, {TITLE: path, **annotations})


def manifest_of(
    layers: list[dict[str, Any]],
    config: bytes = b"{}",
    config_type: str = "application/vnd.unknown.config.v1+json",
) -> dict[str, Any]:
    """Return a manifest as oras-py makes it: without artifactType."""
    return {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor(config_type, config),
        "layers": layers,
        "annotations": {},
    }


@dataclass(frozen=True, slots=True)
class EarlierBundle:
    """What the earlier modelops-bundle published: an index as config, and each file as a layer."""

    index: dict[str, Any]
    contents: dict[str, bytes]

    @classmethod
    def read(cls, index_file: Path, contents: dict[str, bytes]) -> "EarlierBundle":
        return cls(json.loads(index_file.read_text("utf-8")), contents)

    def write(self, path: str, data: bytes) -> None:
        """Add or change a file."""
        self.contents[path] = data
        entry = {"path": path, "digest": sha256(data), "size": len(data), "storage": "oci"}
        self.index["files"][path] = {**entry, "mediaType": None, "blobRef": None}

    @property
    def config(self) -> bytes:
        """The config blob: indented, with its keys sorted."""
        return json.dumps(self.index, sort_keys=True, indent=2).encode()

    @property
    def manifest(self) -> dict[str, Any]:
        layers = [titled(path, data) for path, data in reversed(self.contents.items())]
        return manifest_of(layers, self.config, EARLIER_CONFIG)

    def publish(self, layout: Path, tag: str = "latest") -> str:
        """Let a tag name it, and return the manifest's digest."""
        return publish(layout, self.manifest, (self.config, *self.contents.values()), tag)


def publish(layout: Path, manifest: Mapping[str, Any], blobs: tuple[bytes, ...], tag: str = "latest") -> str:
    """Write blobs and a manifest into a layout, let a tag name it, and return its digest."""
    data = json.dumps(manifest, indent=2).encode()
    folder = layout / "blobs" / "sha256"
    folder.mkdir(parents=True, exist_ok=True)
    for blob in (*blobs, data):
        (folder / sha256(blob).removeprefix("sha256:")).write_bytes(blob)
    (layout / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    entry = descriptor(MANIFEST, data, {"org.opencontainers.image.ref.name": tag})
    index_file = layout / "index.json"
    present = json.loads(index_file.read_bytes())["manifests"] if index_file.exists() else []
    others = [one for one in present if one["annotations"] != entry["annotations"]]
    index_file.write_text(json.dumps({"schemaVersion": 2, "manifests": [*others, entry]}))
    return sha256(data)
