"""A remote without a server: an OCI image layout directory, as skopeo and oras read and write it.

Source: https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md. `index.json` is the only
file that changes; it is replaced under a lock, so here a tag really is compared before it is set.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from modelops_bundle.bundles.manifest import parse_manifest
from modelops_bundle.bundles.media_types import OCI_INDEX, OCI_MANIFEST, REF_NAME
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of, digest_of_stream, hex_of, is_digest, parse_digest
from modelops_bundle.errors import IntegrityError, NotFound, RemoteMoved, TransferFailed
from modelops_bundle.files import canonical_json
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.files.durable import replacing, write_file
from modelops_bundle.files.lockfile import hold
from modelops_bundle.remote import MAX_MANIFEST_BYTES, BlobsMissing, BlobStatus, RemoteManifest
from modelops_bundle.tags import check_tag, is_referrers_tag, is_tag

MARKER = "oci-layout"
_PARTS = {MARKER, "index.json", "blobs", ".lock"}
MARKER_BYTES = b'{"imageLayoutVersion":"1.0.0"}'
_MAX_INDEX_BYTES = 64 << 20
_BLOCK = 1 << 20


class LayoutRemote:
    """A `Remote` in a directory, which the first push creates."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @property
    def name(self) -> str:
        return f"oci:{self._directory}"

    def resolve_tag(self, tag: str) -> Digest | None:
        check_tag(tag)
        return self._named(self._entries(), tag)

    def list_tags(self) -> list[str]:
        names = {_tag_of(entry) for entry in self._entries()}
        # Other programs put whole image names there, too.
        return sorted(name for name in names if is_tag(name) and not is_referrers_tag(name))

    def versions(self) -> dict[Digest, list[str]]:
        """Return every manifest that the layout lists, with its tags."""
        found: dict[Digest, list[str]] = {}
        for entry in self._entries():
            tags = found.setdefault(Descriptor.from_json(entry, f"the index of '{self.name}'").digest, [])
            if is_tag(tag := _tag_of(entry)):
                tags.append(tag)
        return found

    def fetch_manifest(self, reference: str) -> RemoteManifest:
        digest = parse_digest(reference) if is_digest(reference) else self.resolve_tag(reference)
        if digest is None:
            raise NotFound(
                f"no tag '{reference}' at '{self.name}'", hint=f"modelops-bundle ls-remote --remote {self.name}"
            )
        if is_layout(self._directory) and not self.path(digest).exists():
            raise NotFound(
                f"no version '{digest}' at '{self.name}'", hint=f"modelops-bundle ls-remote --remote {self.name}"
            )
        data = self._read(digest, MAX_MANIFEST_BYTES)
        value = canonical_json.decode(data, f"manifest '{digest}'", max_bytes=MAX_MANIFEST_BYTES)
        media_type = value.get("mediaType") if isinstance(value, dict) else None
        return RemoteManifest(digest, str(media_type or OCI_MANIFEST), data)

    def push_manifest(self, data: bytes, media_type: str) -> Digest:
        digest = digest_of(data)
        manifest = parse_manifest(data, f"'{digest}'")
        missing = tuple(blob.digest for blob in (manifest.config, *manifest.layers) if not self.holds(blob))
        if missing:
            raise BlobsMissing(f"'{self.name}' lacks {len(missing)} blobs of manifest '{digest}'", missing)
        self._create()
        write_file(self.path(digest), data, flush=True)
        return digest

    def set_tag(self, tag: str, data: bytes, media_type: str, expected: Digest | None) -> None:
        check_tag(tag)
        digest = digest_of(data)
        with hold(self._directory / ".lock"):
            document = self._document()
            entries = document["manifests"]
            found = self._named(entries, tag)
            if found not in (expected, digest):
                raise RemoteMoved(
                    f"tag '{tag}' of '{self.name}' names {found or 'nothing'}, expected {expected or 'nothing'}",
                    hint="modelops-bundle pull",
                )
            value = canonical_json.decode(data, f"manifest '{digest}'", max_bytes=MAX_MANIFEST_BYTES)
            mine = Descriptor(media_type, digest, len(data), {REF_NAME: tag}, value.get("artifactType") or "")
            kept = [entry for entry in entries if _tag_of(entry) != tag]
            index = canonical_json.encode({**document, "manifests": [*kept, mine.to_json()]})
            write_file(self._directory / "index.json", index, flush=True)

    def has_blob(self, digest: Digest) -> bool:
        return self.path(digest).is_file()

    def blob_size(self, digest: Digest) -> int:
        try:
            return self.path(digest).stat().st_size
        except FileNotFoundError:
            raise self._missing(digest) from None

    def read_blob(self, blob: Descriptor, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        left = blob.size - offset if length is None else min(length, blob.size - offset)
        try:
            with self.path(blob.digest).open("rb", buffering=0) as stream:
                stream.seek(offset)
                while left > 0 and (block := stream.read(min(left, _BLOCK))):
                    left -= len(block)
                    yield block
        except FileNotFoundError:
            raise self._missing(blob.digest) from None
        if left > 0:
            raise IntegrityError(f"blob '{blob.digest}' of '{self.name}' is cut short")

    def push_blob(self, blob: Descriptor, open_content: Callable[[], BinaryIO]) -> BlobStatus:
        target = self.path(blob.digest)
        if self.holds(blob) and _digest_of_file(target) == blob.digest:
            return BlobStatus.EXISTS
        self._create()
        with open_content() as content, replacing(target, flush=True, mode=0o444) as stream:
            if digest_of_stream(content, stream) != (blob.digest, blob.size):
                raise IntegrityError(f"content of blob '{blob.digest}' changed while it was sent")
        return BlobStatus.PUSHED

    def blob_cost(self, blob: Descriptor) -> tuple[int, int]:
        return 0, 0 if self.has_blob(blob.digest) else blob.size

    def tag_cost(self) -> int:
        return 0

    def mount_blob(self, digest: Digest, source: str) -> bool:
        return False

    def close(self) -> None:
        pass

    def _create(self) -> None:
        marker = self._directory / MARKER
        if marker.exists():
            return
        # Another thread or process may be creating the same layout: its parts are no reason to refuse.
        found = {path.name for path in self._directory.iterdir()} if self._directory.exists() else set()
        if any(name not in _PARTS and not name.startswith(".tmp-") for name in found):
            raise TransferFailed(
                f"not an OCI image layout, and not empty: '{self._directory}'",
                hint="choose a new directory: modelops-bundle config remote oci:DIR",
            )
        (self._directory / "blobs" / "sha256").mkdir(parents=True, exist_ok=True)
        write_file(marker, MARKER_BYTES, flush=True)

    def _named(self, entries: list[dict[str, Any]], tag: str) -> Digest | None:
        entry = next((entry for entry in entries if _tag_of(entry) == tag), None)
        return Descriptor.from_json(entry, f"the index of '{self.name}'").digest if entry else None

    def _entries(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self._document()["manifests"]
        return entries

    def _document(self) -> dict[str, Any]:
        """Return index.json with everything that other programs wrote into it."""
        path = self._directory / "index.json"
        try:
            with path.open("rb") as stream:
                data = stream.read(_MAX_INDEX_BYTES + 1)
        except FileNotFoundError:
            return {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": []}
        value: Any = canonical_json.decode(data, f"'{path}'", max_bytes=_MAX_INDEX_BYTES)
        entries = value.get("manifests") if isinstance(value, dict) else None
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise MalformedDocument(f"not an OCI image index: '{path}'")
        document: dict[str, Any] = value
        return document

    def holds(self, blob: Descriptor) -> bool:
        """Tell whether a blob is here with all its bytes."""
        try:
            return self.path(blob.digest).stat().st_size == blob.size
        except FileNotFoundError:
            return False

    def path(self, digest: Digest) -> Path:
        """Return where a blob lies, whether it is here or not."""
        return self._directory / "blobs" / "sha256" / hex_of(digest)

    def _read(self, digest: Digest, limit: int) -> bytes:
        try:
            with self.path(digest).open("rb") as stream:
                data = stream.read(limit + 1)
        except FileNotFoundError:
            raise self._missing(digest) from None
        if digest_of(data) != digest:
            raise IntegrityError(f"blob '{digest}' of '{self.name}' does not match its digest")
        return data

    def _missing(self, digest: Digest) -> NotFound:
        here = self._directory
        hint = f"check that '{here}' is whole" if is_layout(here) else f"there is no image layout in '{here}'"
        return NotFound(f"no blob '{digest}' at '{self.name}'", hint=hint)


def _digest_of_file(file: Path) -> Digest:
    with file.open("rb") as stream:
        return digest_of_stream(stream)[0]


def _tag_of(entry: dict[str, Any]) -> str:
    annotations = entry.get("annotations")
    return str(annotations.get(REF_NAME, "")) if isinstance(annotations, dict) else ""


def is_layout(directory: Path) -> bool:
    """Tell whether a directory holds an OCI image layout."""
    return os.path.isfile(directory / MARKER)
