"""Bring the content of a version's files here: into the object store, or staged for the working tree.

Titled layers become objects on the way, if they are small; what comes out of packs does not.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.media_types import BUNDLE_FILE
from modelops_bundle.bundles.places import External, Terms, TitledLayer
from modelops_bundle.checkout.writing import Checkout
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest
from modelops_bundle.fetching.external import fetch_external
from modelops_bundle.fetching.stored_first import StoredFirst
from modelops_bundle.files.hashing import Content
from modelops_bundle.packs.unpack_plan import UnpackPlan, plan_unpack
from modelops_bundle.packs.unpacking import allocate, take_from_seeds, unpack
from modelops_bundle.progress import OnEvent, ignore_events
from modelops_bundle.remote import BlobSource, Remote
from modelops_bundle.storage.stores import OpenBlobStore, Storage
from modelops_bundle.store.store import Store
from modelops_bundle.transfer import DOWNLOADS, alone, fetch_objects, fetch_partials, partial_path

Seeds = Mapping[bytes, tuple[Path, int]]
"""Chunks that files here hold: file and offset by id."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a version's content comes from, and who watches; `open_blob_store` is for files in blob stores."""

    remote: Remote
    on_event: OnEvent = ignore_events
    jobs: int = 0
    open_blob_store: OpenBlobStore = field(default_factory=lambda: Storage().open)

    @property
    def downloads(self) -> int:
        return self.jobs or DOWNLOADS


def stage_contents(
    store: Store, origin: Origin, bundle: Bundle, paths: Iterable[str], work: Checkout, seeds: Seeds
) -> None:
    """Stage files of a version for the working tree, verified, each content fetched once."""
    here: dict[Digest, Path] = {}

    def stage(file: BundleFile, source: Path, content: Content) -> None:
        here[file.entry.digest] = work.stage_verified(file, source, content)

    first, again = _each_once(bundle.index.files[path] for path in paths)
    titled = [_layer(file) for file in first if isinstance(file.place, TitledLayer)]
    titled = [blob for blob in titled if not store.objects.holds(blob.digest, blob.size)]
    small = [blob for blob in titled if blob.size < store.threshold_bytes]
    fetch_objects(origin.remote, small, store.objects, origin.on_event, origin.downloads)
    large = [blob for blob in titled if blob.size >= store.threshold_bytes]
    arrived = fetch_partials(origin.remote, large, store.objects, origin.on_event, origin.downloads)
    arrived |= _fetch_external(store, origin, first)
    packed = [file for file in first if isinstance(file.place, Terms) and not _is_here(store, file)]
    _unpack(store, origin, bundle, packed, stage, seeds)
    for file in (*first, *again):
        digest = file.entry.digest
        if digest in arrived and digest not in here:
            stage(file, partial_path(store.objects, digest), arrived[digest])
        elif file.entry.path not in work.staged:
            work.stage(file, lambda wanted: here.get(wanted) or store.objects.path(wanted))


def fetch_contents(store: Store, origin: Origin, bundle: Bundle, paths: Iterable[str]) -> None:
    """Bring the content of files of a version into the object store, whatever their size."""
    files, _ = _each_once(bundle.index.files[path] for path in paths)
    missing = [file for file in files if not _is_here(store, file)]
    titled = [_layer(file) for file in missing if isinstance(file.place, TitledLayer)]
    fetch_objects(origin.remote, titled, store.objects, origin.on_event, origin.downloads)
    for digest in _fetch_external(store, origin, missing):
        store.objects.adopt(partial_path(store.objects, digest), digest)

    def keep(file: BundleFile, source: Path, content: Content) -> None:
        store.objects.adopt(source, content.digest)

    packed = [file for file in missing if isinstance(file.place, Terms)]
    _unpack(store, origin, bundle, packed, keep, {})


def seeds_for(store: Store, root: Path, base: Bundle | None, unchanged: Callable[[str], bool]) -> Seeds:
    """Return the chunks that unchanged large files of an old version hold, as far as its packs are known.

    `unchanged` tells whether the file at a path below `root` still is that version's.
    """
    seeds: dict[bytes, tuple[Path, int]] = {}
    for path, file in base.index.files.items() if base else ():
        if base and isinstance(file.place, Terms) and not file.place.skip and unchanged(path):
            offset = 0
            for pack, first, count in file.place.terms:
                index = store.packs.find(base.packs[pack])
                if index is None:
                    break
                for chunk in index.chunks[first : first + count]:
                    seeds[chunk.id] = (root / path, offset)
                    offset += chunk.raw
    return seeds


def plan_of(store: Store, source: BlobSource, bundle: Bundle, files: list[BundleFile]) -> UnpackPlan:
    """Plan taking files out of packs, asking the source for the indexes of packs that are not known."""
    packs = bundle.packs
    used = {pack for file in files if isinstance(file.place, Terms) for pack, _, _ in file.place.terms}
    indexes = store.packs.fetch(source, [packs[pack] for pack in sorted(used)])
    return plan_unpack(files, packs, indexes, partial_path(store.objects, bundle.digest).parent)


def _unpack(
    store: Store,
    origin: Origin,
    bundle: Bundle,
    files: list[BundleFile],
    stage: Callable[[BundleFile, Path, Content], None],
    seeds: Seeds,
) -> None:
    source = StoredFirst(store.objects, origin.remote)
    while files:
        plan = plan_of(store, source, bundle, files)
        with alone(store.objects):
            allocate(plan)
            take_from_seeds(plan, seeds)
            files = unpack(plan, source, stage, origin.on_event, origin.downloads)


def _fetch_external(store: Store, origin: Origin, files: Iterable[BundleFile]) -> dict[Digest, Content]:
    missing = [file for file in files if isinstance(file.place, External) and not _is_here(store, file)]
    return fetch_external(store.objects, missing, origin.open_blob_store, origin.on_event, origin.downloads)


def _each_once(files: Iterable[BundleFile]) -> tuple[list[BundleFile], list[BundleFile]]:
    """Split files into the first of each content and the others."""
    first: dict[Digest, BundleFile] = {}
    again = []
    for file in files:
        if first.setdefault(file.entry.digest, file) is not file:
            again.append(file)
    return list(first.values()), again


def _is_here(store: Store, file: BundleFile) -> bool:
    return store.objects.holds(file.entry.digest, file.entry.size)


def _layer(file: BundleFile) -> Descriptor:
    return Descriptor(BUNDLE_FILE, file.entry.digest, file.entry.size)


@dataclass(frozen=True, slots=True)
class Cost:
    """What fetching takes: requests and bytes, and how many bytes of content need not come from the remote."""

    requests: int
    size: int
    reused: int


def cost_of(store: Store, remote: Remote, bundle: Bundle, paths: Iterable[str], seeds: Seeds) -> Cost:
    """Return what `stage_contents` would fetch, without fetching it (indexes of packs are fetched and kept)."""
    files, _ = _each_once(bundle.index.files[path] for path in paths)
    missing = [file for file in files if file.entry.size and not _is_here(store, file)]
    whole = [file.entry.size for file in missing if isinstance(file.place, TitledLayer | External)]
    packed = [file for file in missing if isinstance(file.place, Terms)]
    plan = plan_of(store, StoredFirst(store.objects, remote), bundle, packed)
    for pack in list(plan.wanted):
        chunks = plan.indexes[pack].chunks
        plan.wanted[pack] = {n: pieces for n, pieces in plan.wanted[pack].items() if chunks[n].id not in seeds}
        if not plan.wanted[pack]:
            del plan.wanted[pack]
    requests, size = plan.cost()
    content = sum(file.entry.size for file in files)
    fetched = sum(whole) + sum(
        plan.indexes[pack].chunks[number].raw for pack, numbers in plan.wanted.items() for number in numbers
    )
    return Cost(len(whole) + requests, sum(whole) + size, max(0, content - fetched))
