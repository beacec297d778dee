"""Publish a bundle whose documents say what a test wants, with digests that are right all the same.

    forged = ForgedBundle.read(layout)
    forged.add("../evil", b"content")
    forged.publish()

Only `json` and `hashlib` are used: what our own code would refuse to write is what readers must refuse to take.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TITLE = "org.opencontainers.image.title"
FILE = "application/vnd.modelops.bundle.file.v1"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def encode(value: Any) -> bytes:
    """Return the bytes that the format wants for a JSON value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


@dataclass
class ForgedBundle:
    """The documents of what tag `latest` of a layout names, to be changed and published in its place."""

    layout: Path
    manifest: dict[str, Any]
    config: dict[str, Any]
    index: dict[str, Any]

    @classmethod
    def read(cls, layout: Path) -> "ForgedBundle":
        entries = json.loads((layout / "index.json").read_bytes())["manifests"]
        manifest = cls._load(layout, entries[0]["digest"])
        config = cls._load(layout, manifest["config"]["digest"])
        return cls(layout, manifest, config, cls._load(layout, manifest["layers"][0]["digest"]))

    @property
    def files(self) -> list[dict[str, Any]]:
        """The files of the index."""
        files: list[dict[str, Any]] = self.index["files"]
        return files

    @property
    def layers(self) -> list[dict[str, Any]]:
        """The layers of the manifest but the index."""
        layers: list[dict[str, Any]] = self.manifest["layers"]
        return layers[1:]

    def file(self, path: str) -> dict[str, Any]:
        """Return a file's entry in the index."""
        return next(file for file in self.files if file["path"] == path)

    def layer(self, path: str) -> dict[str, Any]:
        """Return a file's layer in the manifest."""
        return next(layer for layer in self.layers if layer["annotations"][TITLE] == path)

    def add(self, path: str, content: bytes = b"evil\n") -> None:
        """Add a file, with its layer and its blob."""
        digest, size = sha256(content), len(content)
        self.write_blob(content)
        entry = {"layer": "data", "mode": "100644", "path": path, "place": "layer", "sha256": digest, "size": size}
        self.files.append(entry)
        self.manifest["layers"].append(
            {"mediaType": FILE, "digest": f"sha256:{digest}", "size": size, "annotations": {TITLE: path}}
        )

    def add_link(self, path: str, target: str) -> None:
        """Add a symlink."""
        raw = target.encode()
        place = {"link": target}
        entry = {
            "layer": "data",
            "mode": "120000",
            "path": path,
            "place": place,
            "sha256": sha256(raw),
            "size": len(raw),
        }
        self.files.append(entry)

    def count(self) -> None:
        """Bring the tree digest, and the numbers of files and bytes, up to date with the files."""
        self.files.sort(key=lambda file: str(file["path"]))
        tree = [[file["path"], file["mode"], file["size"], file["sha256"]] for file in self.files]
        digest = f"sha256:{sha256(encode(tree))}"
        self.config |= {"tree": digest, "files": len(tree), "size": sum(file["size"] for file in self.files)}
        self.manifest["annotations"]["io.modelops.bundle.tree"] = digest

    def link_index(self) -> None:
        """Let config and manifest name the index as it is now."""
        self.config["index"] = self._describe(self.manifest["layers"][0], encode(self.index))

    def publish(self) -> str:
        """Write the documents, let the tag name them, and return the manifest's digest."""
        self._describe(self.manifest["config"], encode(self.config))
        return self.publish_manifest(encode(self.manifest))

    def publish_manifest(self, data: bytes) -> str:
        """Let the tag name these bytes, whatever they are."""
        digest = self.write_blob(data)
        index_file = self.layout / "index.json"
        index = json.loads(index_file.read_bytes())
        index["manifests"][0] |= {"digest": digest, "size": len(data)}
        index_file.write_bytes(encode(index))
        return digest

    def write_blob(self, data: bytes) -> str:
        """Store a blob and return its digest."""
        digest = sha256(data)
        blob = self.layout / "blobs" / "sha256" / digest
        if not blob.exists():
            blob.write_bytes(data)
        return f"sha256:{digest}"

    def _describe(self, descriptor: dict[str, Any], data: bytes) -> str:
        digest = self.write_blob(data)
        descriptor |= {"digest": digest, "size": len(data)}
        return digest

    @staticmethod
    def _load(layout: Path, digest: str) -> dict[str, Any]:
        blob = layout / "blobs" / "sha256" / digest.removeprefix("sha256:")
        value: dict[str, Any] = json.loads(blob.read_bytes())
        return value
