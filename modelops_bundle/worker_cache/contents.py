"""Bring files of a bundle into a directory of the cache: from other bundles there, from objects, or by fetching.

Whatever they come from, they are hashed on the way, so that damage is never copied from one bundle to another.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.places import LinkTarget
from modelops_bundle.checkout.writing import Checkout
from modelops_bundle.digest import Digest
from modelops_bundle.errors import BundleError
from modelops_bundle.fetching.cached import stage_cached_contents
from modelops_bundle.fetching.contents import Origin, seeds_for
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.store.store import Store
from modelops_bundle.worker_cache.completion import Completion, read_completion
from modelops_bundle.worker_cache.layout import CacheLayout
from modelops_bundle.worker_cache.registered import check_registered

_NEIGHBOURS = 4
"""How many other versions are looked at for content that need not be fetched."""


def restore(
    layout: CacheLayout, store: Store, origin: Origin, bundle: Bundle, paths: Sequence[str], root: Path
) -> None:
    """Put files of a bundle into a directory, all or none of them.

    Raises RegistryMismatch before anything but the registry is fetched, and whatever fetching raises.
    """
    store.tmp.mkdir(parents=True, exist_ok=True)
    root.mkdir(parents=True, exist_ok=True)
    neighbours = _neighbours(layout, bundle.digest, origin.remote.name)
    seeds: dict[bytes, tuple[Path, int]] = {}
    for known, directory in neighbours:
        seeds |= seeds_for(store, directory, known, lambda path: True)
    with Checkout(root, store.tmp) as work:
        _take_from_neighbours(work, bundle, paths, neighbours)
        if REGISTRY_PATH in paths:
            stage_cached_contents(store, origin, bundle, [REGISTRY_PATH], work, seeds)
            check_registered(bundle, work.staged_at(REGISTRY_PATH))
        stage_cached_contents(store, origin, bundle, paths, work, seeds)
        work.commit((), lambda path: True)


def _neighbours(layout: CacheLayout, digest: Digest, remote: str) -> list[tuple[Bundle, Path]]:
    """Return bundles of the same remote in the cache that were used last, and where their files are."""
    found: list[tuple[Bundle, Path]] = []
    for record in layout.records():
        other = read_completion(record)
        if other and other.remote == remote and other.digest != digest and len(found) < _NEIGHBOURS:
            bundle = _documents(layout, other)
            if bundle:
                found.append((bundle, layout.tree(record.stem)))
    return found


def _documents(layout: CacheLayout, completion: Completion) -> Bundle | None:
    try:
        return layout.store(completion.digest).bundle(completion.digest)
    except BundleError:  # it is repaired when it is asked for
        return None


def _take_from_neighbours(
    work: Checkout, bundle: Bundle, paths: Iterable[str], neighbours: Iterable[tuple[Bundle, Path]]
) -> None:
    here: dict[Digest, Path] = {}
    for known, directory in neighbours:
        for path, file in known.index.files.items():
            if not isinstance(file.place, LinkTarget):
                here.setdefault(file.entry.digest, directory / path)
    for path in paths:
        file = bundle.index.files[path]
        if file.entry.digest in here:
            _take(work, file, here[file.entry.digest])


def _take(work: Checkout, file: BundleFile, source: Path) -> None:
    try:
        work.stage(file, lambda digest: source)
    except BundleError:  # gone, damaged or being written: then it is fetched
        return
