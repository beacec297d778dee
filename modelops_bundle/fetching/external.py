"""Bring files here that lie in blob stores: resumed, verified, several at a time, in bounded memory."""

from collections.abc import Iterable, Iterator

from modelops_bundle.blob_stores.blob_store import BlobStore
from modelops_bundle.blob_stores.location import BlobLocation, parse_uri
from modelops_bundle.blob_stores.parts import PART
from modelops_bundle.blob_stores.store_errors import REPAIR, DamagedBlob
from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.media_types import BUNDLE_FILE
from modelops_bundle.bundles.places import External
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest
from modelops_bundle.errors import Invalid, UnsupportedMediaType
from modelops_bundle.files.hashing import Content
from modelops_bundle.objects import ObjectStore
from modelops_bundle.progress import Meter, OnEvent, ignore_events
from modelops_bundle.storage.stores import OpenBlobStore
from modelops_bundle.transfer import DOWNLOADS, WrongBytes, alone, download, in_parallel, partial_path


class _StoredBlob:
    """One blob of a blob store, as something to download."""

    def __init__(self, store: BlobStore, key: str) -> None:
        self._store = store
        self._key = key

    @property
    def name(self) -> str:
        return self._store.uri(self._key)

    def read_blob(self, blob: Descriptor, offset: int = 0) -> Iterator[bytes]:
        return self._store.read(self._key, blob.size, offset)


def fetch_external(
    objects: ObjectStore,
    files: Iterable[BundleFile],
    open_blob_store: OpenBlobStore,
    on_event: OnEvent = ignore_events,
    jobs: int = DOWNLOADS,
) -> dict[Digest, Content]:
    """Bring files whose place is `External` to `partial_path`, verified, and return their content.

    Raises MissingBlob and DamagedBlob naming the URI, UnsupportedMediaType for a URI that we cannot read, and what
    opening a store raises.
    """
    wanted = [(file, _location(file, file.place.uri)) for file in files if isinstance(file.place, External)]
    if not wanted:
        return {}
    for _, location in wanted:
        open_blob_store(location.container)  # what is wrong with any of them is told before the first byte comes

    def fetch(number: int) -> tuple[Digest, Content]:
        file, location = wanted[number]
        source = _StoredBlob(open_blob_store(location.container), location.key)
        blob = Descriptor(BUNDLE_FILE, file.entry.digest, file.entry.size)
        try:
            content = download(source, blob, partial_path(objects, blob.digest), meter)
        except WrongBytes:
            raise DamagedBlob(
                f"'{source.name}' is not the '{file.entry.path}' of the bundle: its digest is another",
                hint=REPAIR,
            ) from None
        meter.advance(0, 1)
        return blob.digest, content

    small = [number for number, (file, _) in enumerate(wanted) if file.entry.size <= PART]
    large = [number for number, (file, _) in enumerate(wanted) if file.entry.size > PART]
    size = sum(file.entry.size for file, _ in wanted)
    with alone(objects), Meter("fetch", on_event, len(wanted), size) as meter:
        # A large file comes in several parts at a time by itself, all of which are in memory.
        return dict([*in_parallel(fetch, small, jobs), *map(fetch, large)])


def _location(file: BundleFile, uri: str) -> BlobLocation:
    try:
        return parse_uri(uri)
    except Invalid as error:
        # The bundle is to blame, not who asks for it.
        raise UnsupportedMediaType(f"'{file.entry.path}': {error.message}", hint=error.hint) from None
