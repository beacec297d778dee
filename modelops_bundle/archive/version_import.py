"""Import a version from an OCI image layout archive: into the object store, or to a remote.

An archive may leave out what the other side has (`export --since`). What is missing in it is looked for here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.archive.unpacking_archive import OpenArchive, unpack
from modelops_bundle.archive.version_archive import opener
from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.manifest import parse_manifest
from modelops_bundle.bundles.media_types import TITLE
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import PREFIX, Digest
from modelops_bundle.errors import IntegrityError, NotFound, RemoteMoved, UnsupportedMediaType, shortened
from modelops_bundle.fetching.remote_version import fetch_version
from modelops_bundle.objects import ObjectStore
from modelops_bundle.progress import OnEvent, ignore_events
from modelops_bundle.remote import Remote
from modelops_bundle.remotes.oci_layout import LayoutRemote, is_layout
from modelops_bundle.safe_path import printable
from modelops_bundle.store.store import Store
from modelops_bundle.transfer import push_blobs

_BLOBS = "blobs/sha256/"


class Gathered(LayoutRemote):
    """What an archive holds, completed from the object store and, if there is one, a remote."""

    def __init__(self, directory: Path, objects: ObjectStore, elsewhere: Remote | None) -> None:
        super().__init__(directory)
        self._objects = objects
        self._elsewhere = elsewhere

    def path(self, digest: Digest) -> Path:
        unpacked = super().path(digest)
        return self._objects.path(digest) if digest in self._objects and not unpacked.exists() else unpacked

    def has_blob(self, digest: Digest) -> bool:
        return super().has_blob(digest) or bool(self._elsewhere and self._elsewhere.has_blob(digest))

    def blob_size(self, digest: Digest) -> int:
        if self._elsewhere and not super().has_blob(digest):
            return self._elsewhere.blob_size(digest)
        return super().blob_size(digest)

    def read_blob(self, blob: Descriptor, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        if self._elsewhere and not self.holds(blob):
            return self._elsewhere.read_blob(blob, offset, length)
        return super().read_blob(blob, offset, length)


@dataclass(frozen=True, slots=True)
class Imported:
    """A version of an archive, with the tags that the archive gives it."""

    bundle: Bundle
    tags: tuple[str, ...]


def unpack_layout(archive: OpenArchive, directory: Path) -> LayoutRemote:
    """Unpack a layout archive into a new directory, every blob verified.

    Raises UnsupportedMediaType when the archive holds something else.
    """
    for path, entry in unpack(archive, directory).items():
        if path.startswith(_BLOBS) and PREFIX + path.removeprefix(_BLOBS) != entry.digest:
            raise IntegrityError(f"'{path}' in archive '{archive.file}' does not match its name")
    if not is_layout(directory):
        raise UnsupportedMediaType(
            f"archive '{archive.file}' was neither made by export nor is it an OCI image layout",
            hint="unpack it with tar, then modelops-bundle add its files",
        )
    return LayoutRemote(directory)


def find_version(layout: LayoutRemote, wanted: str = "") -> tuple[Digest, tuple[str, ...]]:
    """Return the version of a layout that a tag or digest names, or its only one; raise NotFound."""
    versions = layout.versions()
    found = [digest for digest, tags in versions.items() if not wanted or wanted in (digest, *tags)]
    if len(found) != 1:
        names = [f"{' '.join(tags) or '(no tag)'}  {digest}" for digest, tags in versions.items()]
        what = f"no version '{wanted}'" if wanted else f"{len(versions)} versions"
        other = "export one: modelops-bundle export --oci-layout TAG OUT"
        hint = "name one of them: --version TAG" if versions else other
        raise NotFound(f"{what} in the archive", hint=hint, details=shortened(names))
    tags = tuple(versions[found[0]])
    # Asked for by one of its tags, it is imported as that.
    return found[0], (wanted,) if wanted in tags else tags


def gather(store: Store, source: Gathered, digest: Digest, tags: tuple[str, ...]) -> Imported:
    """Check that a version is complete with what is here and return it; raise NotFound telling what is missing."""
    manifest = parse_manifest(source.fetch_manifest(digest).data, f"'{digest}'")
    blobs = list({blob.digest: blob for blob in (manifest.config, *manifest.layers)}.values())
    missing = [blob for blob in blobs if not source.holds(blob) and not source.has_blob(blob.digest)]
    if missing:
        raise NotFound(
            f"the archive lacks {len(missing)} of {len(blobs)} blobs of '{digest}', and they are not here",
            hint="import or pull the version that it was exported --since first, or export it without --since",
            details=shortened([_shown(blob) for blob in missing]),
        )
    return Imported(fetch_version(store, source, digest), tags)


def keep_contents(store: Store, source: Gathered, version: Imported) -> None:
    """Move the blobs of an archive into the object store."""
    for blob in version.bundle.blobs():
        if source.holds(blob) and blob.digest not in store.objects:
            store.objects.adopt(source.path(blob.digest), blob.digest)


def send_version(
    remote: Remote,
    source: Gathered,
    version: Imported,
    tag: str,
    *,
    force: bool = False,
    on_event: OnEvent = ignore_events,
) -> None:
    """Publish a version at a remote and make the tag name it.

    Raises RemoteMoved when the tag names another version, unless `force` is given.
    """
    bundle = version.bundle
    before = remote.resolve_tag(tag)
    if before not in (None, bundle.digest) and not force:
        raise RemoteMoved(
            f"tag '{tag}' of '{remote.name}' names '{before}'", hint="import it as another: --tag TAG, or --force"
        )
    here = [(blob, opener(source.path(blob.digest))) for blob in bundle.blobs() if source.holds(blob)]
    push_blobs(remote, here, on_event)
    remote.push_manifest(bundle.data, bundle.manifest.media_type)
    remote.set_tag(tag, bundle.data, bundle.manifest.media_type, before)


def _shown(blob: Descriptor) -> str:
    title = blob.annotations.get(TITLE)
    return f"{blob.digest}  {blob.size} bytes" + (f"  '{printable(title)}'" if title else "")
