"""Move blobs between the object store and a remote: parallel, verified, in bounded memory.

Write order: blobs, then the manifest by digest, then the tag. Read order is the reverse. A blob that is
being fetched lies in `tmp/partial/<hex>`; what a killed command left there is hashed and continued.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import BinaryIO, Protocol, TypeVar

from blake3 import blake3

from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of, hex_of
from modelops_bundle.errors import IntegrityError
from modelops_bundle.files.hashing import Content
from modelops_bundle.files.lockfile import hold
from modelops_bundle.objects import ObjectStore
from modelops_bundle.progress import Meter, OnEvent, ignore_events
from modelops_bundle.remote import BlobStatus, Remote

UPLOADS = 4
DOWNLOADS = 8
PARTIAL = "partial"
_BLOCK = 1 << 20

T = TypeVar("T")
R = TypeVar("R")

OpenContent = Callable[[], BinaryIO]


class DownloadSource(Protocol):
    """What blobs are read from: a remote, or one blob of a blob store."""

    @property
    def name(self) -> str: ...

    def read_blob(self, blob: Descriptor, offset: int = 0) -> Iterator[bytes]: ...


class WrongBytes(IntegrityError):
    """A remote served bytes that do not match the digest that they were asked for by."""

    def __init__(self, digest: Digest, remote: str) -> None:
        super().__init__(
            f"blob '{digest}' from '{remote}' does not match its digest",
            hint="the remote or something on the way is damaged; nothing was changed",
        )


def fetch_document(remote: Remote, blob: Descriptor, limit: int) -> bytes:
    """Return the verified bytes of a small blob of at most `limit` bytes; raise WrongBytes."""
    if blob.size > limit:
        raise IntegrityError(f"blob '{blob.digest}' of '{remote.name}' claims {blob.size} bytes: too large")
    data = b"".join(remote.read_blob(blob))
    if len(data) != blob.size or digest_of(data) != blob.digest:
        raise WrongBytes(blob.digest, remote.name)
    return data


def download(remote: DownloadSource, blob: Descriptor, target: Path, meter: Meter | None = None) -> Content:
    """Fetch a blob into a file, continuing what is there, and return its verified content.

    Raises WrongBytes, after which the file is gone.
    """
    while True:
        begun = target.stat().st_size if target.exists() else 0
        content = _continue(remote, blob, target, meter or Meter("fetch", ignore_events))
        if (content.digest, content.size) == (blob.digest, blob.size):
            return content
        target.unlink()
        # What a power cut left may be anything: only a file that came whole from the remote tells about it.
        if not begun:
            raise WrongBytes(blob.digest, remote.name)


def _continue(remote: DownloadSource, blob: Descriptor, target: Path, meter: Meter) -> Content:
    """Fetch what a file lacks of a blob and return the file's content; take back its progress if it is wrong."""
    sha256, fast, size = hashlib.sha256(), blake3(), 0
    with target.open("a+b") as stream:
        stream.seek(0)
        while block := stream.read(_BLOCK):
            sha256.update(block)
            fast.update(block)
            size += len(block)
        counted = min(size, blob.size)
        if counted:
            meter.advance(counted)
        if size < blob.size:
            for block in remote.read_blob(blob, size):
                stream.write(block)
                sha256.update(block)
                fast.update(block)
                size += len(block)
                counted += len(block)
                meter.advance(len(block))
    content = Content(size, sha256.digest(), fast.digest())
    if content.digest != blob.digest:
        meter.advance(-counted)
    return content


def partial_path(objects: ObjectStore, digest: Digest) -> Path:
    """Return where a blob lies while it is being fetched."""
    folder = objects.tmp / PARTIAL
    folder.mkdir(exist_ok=True)
    return folder / hex_of(digest)


@contextmanager
def alone(objects: ObjectStore) -> Iterator[None]:
    """Let one process at a time fetch into a store: two would write to the same partial files. Raises Busy."""
    with hold(objects.tmp / PARTIAL / "lock"):
        yield


def fetch_objects(
    remote: Remote,
    blobs: Iterable[Descriptor],
    objects: ObjectStore,
    on_event: OnEvent = ignore_events,
    jobs: int = DOWNLOADS,
) -> None:
    """Bring blobs that are missing into the object store, each verified before it gets its name."""
    wanted = list(blobs)
    if all(objects.holds(blob.digest, blob.size) for blob in wanted):
        return
    with alone(objects):
        _fetch_missing(remote, wanted, objects, on_event, jobs)


def _fetch_missing(
    remote: Remote, blobs: Iterable[Descriptor], objects: ObjectStore, on_event: OnEvent, jobs: int
) -> None:
    missing = list({blob.digest: blob for blob in blobs if not objects.holds(blob.digest, blob.size)}.values())
    size = sum(blob.size for blob in missing)

    def fetch(blob: Descriptor) -> None:
        target = partial_path(objects, blob.digest)
        download(remote, blob, target, meter)
        objects.adopt(target, blob.digest)
        meter.advance(0, 1)

    with Meter("fetch", on_event, len(missing), size) as meter:
        in_parallel(fetch, missing, jobs)


def fetch_partials(
    remote: Remote,
    blobs: Iterable[Descriptor],
    objects: ObjectStore,
    on_event: OnEvent = ignore_events,
    jobs: int = DOWNLOADS,
) -> dict[Digest, Content]:
    """Bring large blobs to `partial_path`, verified, and return their content."""
    wanted = list(blobs)
    if not wanted:
        return {}
    size = sum(blob.size for blob in wanted)

    def fetch(blob: Descriptor) -> tuple[Digest, Content]:
        content = download(remote, blob, partial_path(objects, blob.digest), meter)
        meter.advance(0, 1)
        return blob.digest, content

    with alone(objects), Meter("fetch", on_event, len(wanted), size) as meter:
        return dict(in_parallel(fetch, wanted, jobs))


def push_blobs(
    remote: Remote,
    blobs: Iterable[tuple[Descriptor, OpenContent]],
    on_event: OnEvent = ignore_events,
    jobs: int = UPLOADS,
    mount_from: Callable[[Digest], str | None] = lambda digest: None,
) -> dict[Digest, BlobStatus]:
    """Send blobs that the remote lacks and return what was done with each.

    `mount_from` names another repository of the same registry that is known to hold a blob.
    """
    wanted = {blob.digest: (blob, content) for blob, content in blobs}
    if not wanted:
        return {}
    size = sum(blob.size for blob, _ in wanted.values())

    def push(item: tuple[Descriptor, OpenContent]) -> tuple[Digest, BlobStatus]:
        blob, content = item
        source = mount_from(blob.digest)
        if source and remote.mount_blob(blob.digest, source):
            status = BlobStatus.MOUNTED
        else:
            status = remote.push_blob(blob, content)
        if status is BlobStatus.PUSHED:
            meter.advance(blob.size, 1)
        else:
            meter.skip(blob.size)
        return blob.digest, status

    with Meter("push", on_event, len(wanted), size) as meter:
        return dict(in_parallel(push, list(wanted.values()), jobs))


def in_parallel(work: Callable[[T], R], items: list[T], jobs: int) -> list[R]:
    """Do `work` for every item on up to `jobs` threads; the first failure stops what has not begun.

    Results come in the order of the items. An interrupt (Ctrl-C) is raised at once: nobody waits for the threads,
    which may be stuck at a silent server, and the program may end under them.
    """
    if len(items) <= 1 or jobs == 1:
        return [work(item) for item in items]
    results: dict[int, R] = {}
    failures: list[BaseException] = []
    todo: SimpleQueue[int] = SimpleQueue()
    for number in range(len(items)):
        todo.put(number)
    stop = Event()

    def work_on() -> None:
        with suppress(Empty):
            while not stop.is_set():
                number = todo.get_nowait()
                try:
                    results[number] = work(items[number])
                except BaseException as error:  # noqa: BLE001 - it is raised again by the caller's thread
                    failures.append(error)
                    stop.set()

    threads = [Thread(target=work_on, daemon=True) for _ in range(min(jobs, len(items)))]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        stop.set()
    if failures:
        raise failures[0]
    return [results[number] for number in range(len(items))]
