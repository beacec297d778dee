"""Export a published version as an OCI image layout: in one file, or as a directory. No digest changes."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.archive.compression import ArchiveFile
from modelops_bundle.archive.tar_writer import writing_archive
from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.media_types import OCI_INDEX, REF_NAME
from modelops_bundle.bundles.tree import Mode
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of, hex_of
from modelops_bundle.errors import NotFound
from modelops_bundle.files import canonical_json
from modelops_bundle.progress import Meter, OnEvent, ignore_events
from modelops_bundle.remote import Remote
from modelops_bundle.remotes.oci_layout import MARKER, MARKER_BYTES, LayoutRemote
from modelops_bundle.store.store import Store
from modelops_bundle.transfer import OpenContent, alone, download, partial_path

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Supply:
    """Where the blobs of a version come from: the object store, else a remote that has them."""

    store: Store
    remote: Remote | None
    on_event: OnEvent = ignore_events

    @contextmanager
    def file(self, blob: Descriptor) -> Iterator[Path]:
        """Give a file with the bytes of a blob, fetched for as long as the block lasts if it is not here."""
        objects = self.store.objects
        if objects.holds(blob.digest, blob.size):
            yield objects.path(blob.digest)
            return
        if self.remote is None:
            raise NotFound(
                f"blob '{blob.digest}' is not here, and there is no remote to ask",
                hint="name the remote that has the version: --remote REMOTE",
            )
        file = partial_path(objects, blob.digest)
        download(self.remote, blob, file)
        yield file
        file.unlink()


@dataclass(frozen=True, slots=True)
class Written:
    """What was written and what was left to the side that has it: blobs without the version's documents."""

    blobs: int
    size: int
    left_out: int
    left_out_size: int


def write_version_archive(
    supply: Supply,
    bundle: Bundle,
    tag: str,
    out: ArchiveFile,
    known: Collection[Digest] = (),
) -> Written:
    """Write a version as an OCI image layout in a tar archive, without the content blobs in `known`.

    Its documents always take part, so that an import can tell what it misses.
    """
    sent, left = _split(bundle, known)
    documents = _documents(bundle, tag)
    contents = {f"blobs/sha256/{hex_of(blob.digest)}": blob for blob in sent}
    with (
        alone(supply.store.objects),
        Meter("write", supply.on_event, len(sent), _size(sent)) as meter,
        writing_archive(out) as writer,
    ):
        for path in sorted(["blobs", "blobs/sha256", *documents, *contents]):
            if path in documents:
                data = documents[path]
                writer.file(path, Mode.FILE, len(data), digest_of(data), [data])
            elif blob := contents.get(path):
                with supply.file(blob) as file:
                    writer.file(path, Mode.FILE, blob.size, blob.digest, meter.counted(_read(file)))
                meter.advance(0, 1)
            else:
                writer.directory(path)
    return Written(len(sent), _size(sent), len(left), _size(left))


def write_version_layout(supply: Supply, bundle: Bundle, tag: str, directory: Path) -> Written:
    """Write a version into an OCI image layout directory, beside what is there, and make the tag name it."""
    layout = LayoutRemote(directory)
    sent, _ = _split(bundle, ())
    documents = bundle.documents()
    with alone(supply.store.objects), Meter("write", supply.on_event, len(sent), _size(sent)) as meter:
        for blob in (bundle.manifest.config, *bundle.manifest.layers):
            if blob.digest in documents:
                supply.store.objects.put_known(blob.digest, documents[blob.digest])
            with supply.file(blob) as file:
                layout.push_blob(blob, opener(file))
            if blob in sent:
                meter.advance(blob.size, 1)
    layout.push_manifest(bundle.data, bundle.manifest.media_type)
    layout.set_tag(tag, bundle.data, bundle.manifest.media_type, layout.resolve_tag(tag))
    return Written(len(sent), _size(sent), 0, 0)


def opener(file: Path) -> OpenContent:
    """Return a function that opens a file for reading."""
    return lambda: file.open("rb")


def _split(bundle: Bundle, known: Collection[Digest]) -> tuple[list[Descriptor], list[Descriptor]]:
    """Return the content blobs of a version that are to be written, and those that are known."""
    documents = bundle.documents()
    contents = [blob for blob in bundle.blobs() if blob.digest not in documents]
    return (
        [blob for blob in contents if blob.digest not in known],
        [blob for blob in contents if blob.digest in known],
    )


def _documents(bundle: Bundle, tag: str) -> dict[str, bytes]:
    """Return the small files of the layout by path."""
    named = {bundle.manifest.config.digest, *(layer.digest for layer in bundle.manifest.layers), bundle.digest}
    small = {digest: data for digest, data in bundle.documents().items() if digest in named}
    entry = Descriptor(
        bundle.manifest.media_type,
        bundle.digest,
        len(bundle.data),
        {REF_NAME: tag} if tag else {},
        bundle.manifest.artifact_type,
    )
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [entry.to_json()]}
    return {
        "index.json": canonical_json.encode(index),
        MARKER: MARKER_BYTES,
        **{f"blobs/sha256/{hex_of(digest)}": data for digest, data in small.items()},
    }


def _read(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block


def _size(blobs: Collection[Descriptor]) -> int:
    return sum(blob.size for blob in blobs)
