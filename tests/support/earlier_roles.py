"""Publish what the earlier modelops-bundles published: a bundle manifest, an index for each layer, and files."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.support.foreign_layout import TITLE, descriptor, manifest_of, sha256

JSON = "application/json"
ROLE_MANIFEST = "application/vnd.modelops.bundle.manifest+json"
LAYER_INDEX = "application/vnd.modelops.layer+json"
ROLES = {"default": ["code", "config"], "training": ["code", "config", "data"]}


@dataclass
class Publication:
    """One bundle; `typed` ones have media types of their own, others are told by titles.

    The first ones are `bare`: bundle manifest and indexes are manifests, with none around them, and tell no sizes.
    `recorded` replaces the digests of indexes that the bundle manifest names, and `document` all of it; `padding`
    makes its indexes larger.
    """

    typed: bool
    bare: bool = False
    recorded: dict[str, str] | None = None
    document: object = None
    manifest_title: str = "bundle.manifest.json"
    padding: str = ""
    entries: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    contents: list[bytes] = field(default_factory=list)

    def add(self, layer: str, path: str, data: bytes) -> None:
        """Add a file that lies in the registry."""
        place = {"digest": sha256(data)} if self.bare else {"oras": {"digest": sha256(data), "size": len(data)}}
        self.entries.setdefault(layer, []).append({"path": path, "layer": layer, **place})
        self.contents.append(data)

    def add_external(self, layer: str, path: str, uri: str, data: bytes) -> None:
        """Add a file that lies in a blob store."""
        digest = sha256(data).removeprefix("sha256:")
        place = {"external": {"uri": uri, "sha256": digest, "size": len(data), "tier": "cool"}}
        self.entries.setdefault(layer, []).append({"path": path, "layer": layer, **place})

    @property
    def indexes(self) -> dict[str, bytes]:
        return {
            layer: json.dumps(
                {"mediaType": LAYER_INDEX, "layer": layer, "entries": entries, "comment": self.padding}
            ).encode()
            for layer, entries in self.entries.items()
        }

    @property
    def bundle_manifest(self) -> bytes:
        digests = self.recorded or {layer: sha256(index) for layer, index in self.indexes.items()}
        layers: dict[str, Any] = {"layers": list(digests), "layer_indexes": digests} if self.typed else {}
        document = {"mediaType": ROLE_MANIFEST, "name": "my-model", "version": "1.0.0", "roles": ROLES}
        value = {**document, **(layers or {"layers": digests}), "external_index_present": True}
        return json.dumps(value if self.document is None else self.document).encode()

    @property
    def blobs(self) -> tuple[bytes, ...]:
        return (b"{}", self.bundle_manifest, *self.indexes.values(), *self.contents)

    @property
    def manifest_data(self) -> bytes:
        return json.dumps(self.manifest).encode()

    @property
    def manifest(self) -> dict[str, Any]:
        """The OCI manifest that holds all of it, or the bundle manifest in its place."""
        if self.bare:
            document: dict[str, Any] = json.loads(self.bundle_manifest)
            return document
        media_type, title = (ROLE_MANIFEST, {}) if self.typed else (JSON, {TITLE: self.manifest_title})
        layers = [descriptor(media_type, self.bundle_manifest, title)]
        for layer, index in self.indexes.items():
            named = {} if self.typed else {TITLE: f"layer.{layer}.json"}
            layers.append(descriptor(LAYER_INDEX if self.typed else JSON, index, named))
        layers += [descriptor("application/octet-stream", data) for data in self.contents]
        return manifest_of(layers, config_type="application/vnd.oci.empty.v1+json")
