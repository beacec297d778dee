"""Publish a tree: packs are sent while later ones are built, then the other blobs, and the manifest last."""

import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.media_types import BUNDLE_PACK, TITLE
from modelops_bundle.checkout.content import ContentGone, source_of
from modelops_bundle.checkout.index import Index
from modelops_bundle.checkout.project import Project
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of_stream
from modelops_bundle.errors import IntegrityError
from modelops_bundle.files.hashing import FileChanged
from modelops_bundle.packs.content import PackContent
from modelops_bundle.packs.writer import FinishedPack
from modelops_bundle.progress import Meter, OnEvent, ignore_events
from modelops_bundle.remote import BlobStatus, Remote
from modelops_bundle.storage.stores import OpenBlobStore, Storage
from modelops_bundle.transfer import UPLOADS, OpenContent, download, partial_path, push_blobs

_WAITING = 2
"""Finished packs that may wait for a free connection; more would only fill the disk."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a version goes, what is known to be there or to be mountable, and who watches.

    `open_blob_store` opens the blob stores that large files go to.
    """

    remote: Remote
    known: Collection[Digest] = ()
    mount_from: Callable[[Digest], str | None] = lambda digest: None
    on_event: OnEvent = ignore_events
    jobs: int = 0
    open_blob_store: OpenBlobStore = field(default_factory=lambda: Storage().open)

    @property
    def uploads(self) -> int:
        return self.jobs or UPLOADS


class PackUploads:
    """A sink for finished packs that sends them in the background; leaving the context waits for all."""

    def __init__(self, project: Project, route: Route) -> None:
        self.statuses: dict[Digest, BlobStatus] = {}
        self._project = project
        self._route = route
        self._room = threading.Semaphore(route.uploads + _WAITING)
        self._pool = ThreadPoolExecutor(route.uploads)
        self._pending: list[Future[None]] = []
        self._contents: list[PackContent] = []
        self._meter: Meter | None = None

    def __enter__(self) -> "PackUploads":
        return self

    def __exit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        # An interrupt ends the program at once, be a server silent or not.
        self._pool.shutdown(wait=kind is not KeyboardInterrupt, cancel_futures=kind is not None)
        # Those that were never sent, because something else failed.
        for content in self._contents:
            content.discard()
        if kind is None:
            self._raise_failures()
            if self._meter:
                self._meter.__exit__(None, None, None)

    def __call__(self, pack: FinishedPack) -> None:
        self._contents.append(pack.content)
        self._raise_failures()
        if self._meter is None:
            self._meter = Meter("push", self._route.on_event)
        self._meter.expect(pack.layer.size)
        self._room.acquire()
        self._pending.append(self._pool.submit(self._send, pack, self._meter))

    def _send(self, pack: FinishedPack, meter: Meter) -> None:
        try:
            status = self._route.remote.push_blob(pack.layer, pack.content.open)
            self.statuses[pack.layer.digest] = status
            self._project.packs.keep(pack.layer, pack.payload)
            if status is BlobStatus.PUSHED:
                meter.advance(pack.layer.size, 1)
            else:
                meter.skip(pack.layer.size)
        except IntegrityError as error:
            raise pack.content.changed_file() or error from None
        finally:
            pack.content.discard()
            self._room.release()

    def _raise_failures(self) -> None:
        for future in self._pending:
            if future.done():
                future.result()


@dataclass(frozen=True, slots=True)
class Tracking:
    """What is to be published: the project and its index, which tells more about large files than the tree."""

    project: Project
    index: Index = field(default_factory=Index)


def push_contents(tracking: Tracking, bundle: Bundle, route: Route) -> dict[Digest, BlobStatus]:
    """Send every blob of a version but its packs and those known to be at the remote; the config included.

    Content comes from the object store, large files from the working tree.
    Raises FileChanged when a working file is not what was tracked, and ContentGone.
    """
    blobs = [
        (blob, _opener(tracking, bundle, blob))
        for blob in bundle.blobs()
        if blob.digest not in route.known and blob.media_type != BUNDLE_PACK
    ]
    return push_tracked(tracking.project, blobs, route)


def push_tracked(
    project: Project, blobs: Sequence[tuple[Descriptor, OpenContent]], route: Route
) -> dict[Digest, BlobStatus]:
    """Send blobs, some of which are titled working files; raise FileChanged for one that is not what it was."""
    try:
        return push_blobs(route.remote, blobs, route.on_event, route.uploads, route.mount_from)
    except IntegrityError as error:
        for blob, open_content in blobs:
            working = TITLE in blob.annotations and blob.digest not in project.objects
            if working and not holds(open_content, blob.digest):
                raise FileChanged(blob.annotations[TITLE]) from error
        raise


def holds(open_content: OpenContent, digest: Digest) -> bool:
    """Tell whether content still is what it was tracked as; false for what is gone."""
    try:
        with open_content() as stream:
            return digest_of_stream(stream)[0] == digest
    except ContentGone:
        return False


def _opener(tracking: Tracking, bundle: Bundle, blob: Descriptor) -> OpenContent:
    path = blob.annotations.get(TITLE)
    if path is None:
        return lambda: tracking.project.objects.open(blob.digest)
    return source_of(tracking.project, bundle.index.files[path].entry, tracking.index).open


def push_packs(project: Project, bundle: Bundle, route: Route, origin: Remote | None) -> dict[Digest, BlobStatus]:
    """Send the packs of a known version, from the object store or from a remote that has them."""
    statuses: dict[Digest, BlobStatus] = {}
    for pack in bundle.packs.values():
        if pack.digest in route.known:
            continue
        source = route.mount_from(pack.digest)
        if source and route.remote.mount_blob(pack.digest, source):
            statuses[pack.digest] = BlobStatus.MOUNTED
        elif route.remote.has_blob(pack.digest):
            statuses[pack.digest] = BlobStatus.EXISTS
        elif pack.digest in project.objects or origin is None:
            statuses[pack.digest] = route.remote.push_blob(pack, _object(project, pack.digest))
        else:
            file = partial_path(project.objects, pack.digest)
            download(origin, pack, file)
            statuses[pack.digest] = route.remote.push_blob(pack, _file(file))
            file.unlink()
    return statuses


def _file(path: Path) -> OpenContent:
    return lambda: path.open("rb")


def _object(project: Project, digest: Digest) -> OpenContent:
    return lambda: project.objects.open(digest)
