"""OCI content descriptors: media type, digest and size of a blob.

Source: https://github.com/opencontainers/image-spec/blob/v1.1.0/descriptor.md
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from modelops_bundle.digest import Digest, is_digest
from modelops_bundle.files.canonical_json import MAX_INTEGER, MalformedDocument


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A pointer to immutable bytes; `size` is in bytes."""

    media_type: str
    digest: Digest
    size: int
    annotations: Mapping[str, str] = field(default_factory=dict)
    artifact_type: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the image specification."""
        result: dict[str, Any] = {"mediaType": self.media_type, "digest": self.digest, "size": self.size}
        if self.artifact_type:
            result["artifactType"] = self.artifact_type
        if self.annotations:
            result["annotations"] = dict(self.annotations)
        return result

    @classmethod
    def from_json(cls, value: Any, what: str) -> "Descriptor":
        """Parse an untrusted JSON object; raise MalformedDocument naming `what`."""
        if not isinstance(value, dict):
            raise MalformedDocument(f"{what}: a descriptor is not an object")
        media_type, digest, size = value.get("mediaType"), value.get("digest"), value.get("size")
        annotations = value.get("annotations") or {}
        artifact_type = value.get("artifactType") or ""
        if not isinstance(media_type, str) or not isinstance(artifact_type, str):
            raise MalformedDocument(f"{what}: a descriptor has no media type")
        if not isinstance(digest, str) or not is_digest(digest):
            raise MalformedDocument(f"{what}: a descriptor's digest is not sha256")
        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= MAX_INTEGER:
            raise MalformedDocument(f"{what}: the size of '{digest}' is not a number of bytes")
        if not isinstance(annotations, dict) or not all(
            isinstance(key, str) and isinstance(text, str) for key, text in annotations.items()
        ):
            raise MalformedDocument(f"{what}: the annotations of '{digest}' are not text")
        return cls(media_type, Digest(digest), size, annotations, artifact_type)
