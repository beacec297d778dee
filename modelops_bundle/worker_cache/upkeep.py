"""Look after a worker's cache: what is in it, whether it is sound, and making room.

All of it may run beside workers. A bundle that a living process was given is never removed.
"""

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.digest import Digest, hex_of
from modelops_bundle.errors import BundleError, Busy
from modelops_bundle.objects import ObjectCorrupt, ObjectMissing
from modelops_bundle.worker_cache.completion import read_completion
from modelops_bundle.worker_cache.examination import damaged
from modelops_bundle.worker_cache.layout import CacheLayout


@dataclass(frozen=True, slots=True)
class CachedBundle:
    """One bundle in a cache; `size` in bytes, `used` in seconds since the epoch."""

    digest: Digest
    remote: str
    name: str
    directory: Path
    files: int
    size: int
    used: float


@dataclass(frozen=True, slots=True)
class Damage:
    """Something in a cache that is not what it should be: a file of a bundle, or an object where `path` is ''."""

    digest: Digest
    path: str


def cached_bundles(layout: CacheLayout) -> list[CachedBundle]:
    """Return the bundles that were completed, the one used last first."""
    found = []
    for record in layout.records():
        known = read_completion(record)
        with suppress(FileNotFoundError):  # somebody prunes
            used = record.stat().st_mtime
            if known:
                directory, files = layout.tree(record.stem), len(known.files)
                found.append(
                    CachedBundle(known.digest, known.remote, record.stem, directory, files, known.size, used)
                )
    return found


def verify_cache(layout: CacheLayout, bundles: Iterable[CachedBundle]) -> Iterator[Damage]:
    """Hash everything and yield what is damaged; what is yielded is repaired when a worker next asks for it.

    Damaged objects are removed. A damaged file is touched, so that no record vouches for it any more.
    """
    objects = layout.objects
    for digest in objects:
        try:
            objects.verify(digest)
        except ObjectMissing:  # somebody prunes
            continue
        except ObjectCorrupt:
            objects.discard(digest)
            yield Damage(digest, "")
    for bundle in bundles:
        try:
            documents = layout.store(bundle.digest).bundle(bundle.digest)
        except BundleError:
            yield Damage(bundle.digest, "")
            continue
        for path in damaged(bundle.directory, documents, documents.tree):
            with suppress(OSError):
                os.utime(bundle.directory / path, follow_symlinks=False)
            yield Damage(bundle.digest, path)


def prune(layout: CacheLayout, older_than: float, *, dry_run: bool = False) -> list[CachedBundle]:
    """Remove bundles that nobody asked for in `older_than` seconds, and return them.

    Those that a living process was given stay. Objects that no bundle needs any more go too.
    """
    gone = [bundle for bundle in cached_bundles(layout) if time.time() - bundle.used >= older_than]
    if dry_run:
        return gone
    gone = [bundle for bundle in gone if _remove(layout, bundle, older_than)]
    with suppress(Busy), layout.unused_objects():
        _sweep(layout)
        _remove_leftovers(layout, older_than)
    return gone


def _remove(layout: CacheLayout, bundle: CachedBundle, older_than: float) -> bool:
    """Remove a bundle unless it is in use, or was used since; tell whether it was removed."""
    if bundle.name not in layout.names(bundle.digest):  # then another bundle's lock is that of the directory
        return False
    record, tmp = layout.record(bundle.name), layout.store(bundle.digest).tmp
    try:
        with layout.unused(bundle.digest):
            if not record.exists() or time.time() - record.stat().st_mtime < older_than:
                return False
            # The record goes first: a directory without one is never served.
            record.unlink()
            tmp.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                bundle.directory.rename(tmp / "old")
            shutil.rmtree(tmp)
    except Busy:
        return False
    return True


def _sweep(layout: CacheLayout) -> None:
    """Remove the objects and pack indexes that no bundle in the cache needs."""
    objects: set[Digest] = set()
    packs: set[str] = set()
    for bundle in cached_bundles(layout):
        store = layout.store(bundle.digest)
        try:
            documents = store.bundle(bundle.digest)
        except BundleError:  # what it needs is not known, and it is fetched again when it is repaired
            continue
        objects |= documents.documents().keys() | {entry.digest for entry in documents.tree.values()}
        packs |= {hex_of(digest) for digest in documents.packs}
    for digest in layout.objects:
        if digest not in objects:
            layout.objects.discard(digest)
    for index in (layout.root / "packs").glob("*"):
        if index.name not in packs:
            index.unlink(missing_ok=True)


def _remove_leftovers(layout: CacheLayout, older_than: float) -> None:
    """Remove what killed processes left: directories without a record, and what they had fetched by halves."""
    known = {bundle.name for bundle in cached_bundles(layout)}
    left = [path for path in (layout.root / "bundles").glob("*") if path.name not in known]
    for path in (layout.root / "tmp").glob("*"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime >= older_than:
                left.append(path)
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
