"""Look after a worker's cache: what is in it, whether it is sound, and making room.

All of it may run beside workers. A bundle that a living process was given is never removed.
"""

import os
import shutil
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.digest import PREFIX, Digest, hex_of, is_digest
from modelops_bundle.errors import BundleError, Busy
from modelops_bundle.objects import ObjectCorrupt, ObjectMissing
from modelops_bundle.worker_cache.cache_mark import is_marked
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


@dataclass(frozen=True, slots=True)
class Other:
    """A file or directory of a cache, and its size in bytes."""

    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed: bundles, and what belongs to no bundle."""

    bundles: list[CachedBundle]
    others: list[Other]


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


def prune(layout: CacheLayout, older_than: float, *, dry_run: bool = False) -> Pruned:
    """Remove bundles that nobody asked for in `older_than` seconds, and what no other bundle needs of the rest.

    Bundles that a living process was given stay, and so does whatever has another name than workers give. Returns
    all that went, or would go: nothing, where no worker made a cache.
    """
    if not is_marked(layout.root):
        return Pruned([], [])
    old = [bundle for bundle in cached_bundles(layout) if time.time() - bundle.used >= older_than]
    gone = [bundle for bundle in old if _remove(layout, bundle, older_than, dry_run=dry_run)]
    digests = {bundle.digest for bundle in gone}
    others: list[Other] = []
    with suppress(Busy), layout.unused_objects():
        stay = [bundle for bundle in cached_bundles(layout) if bundle.digest not in digests]
        others = [*_unneeded(layout, stay), *_left_by_killed(layout, older_than)]
        for other in others if not dry_run else ():
            _unlink(other.path)
    return Pruned(gone, others)


def _remove(layout: CacheLayout, bundle: CachedBundle, older_than: float, *, dry_run: bool) -> bool:
    """Remove a bundle unless it is in use, or was used since; tell whether it was removed, or would be."""
    if bundle.name not in layout.names(bundle.digest):  # then another bundle's lock is that of the directory
        return False
    record, tmp = layout.record(bundle.name), layout.store(bundle.digest).tmp
    try:
        with layout.unused(bundle.digest):
            if not record.exists() or time.time() - record.stat().st_mtime < older_than:
                return False
            if not dry_run:
                tmp.mkdir(parents=True, exist_ok=True)
                # The record goes first: a directory without one is never served.
                record.unlink()
                with suppress(FileNotFoundError):
                    bundle.directory.rename(tmp / "old")
                shutil.rmtree(tmp)
    except Busy:
        return False
    return True


def _unneeded(layout: CacheLayout, bundles: Iterable[CachedBundle]) -> Iterator[Other]:
    """Yield the objects and pack indexes that none of the bundles needs."""
    objects: set[Digest] = set()
    packs: set[str] = set()
    for bundle in bundles:
        store = layout.store(bundle.digest)
        try:
            documents = store.bundle(bundle.digest)
        except BundleError:  # what it needs is not known, and it is fetched again when it is repaired
            continue
        objects |= documents.documents().keys() | {entry.digest for entry in documents.tree.values()}
        packs |= {hex_of(digest) for digest in documents.packs}
    unneeded = [layout.objects.path(digest) for digest in layout.objects if digest not in objects]
    unneeded += [path for path in _named_by_digests(layout.root / "packs") if path.name not in packs]
    for path in unneeded:
        with suppress(FileNotFoundError):
            now = path.lstat()
            if stat.S_ISREG(now.st_mode):
                yield Other(path, now.st_size)


def _left_by_killed(layout: CacheLayout, older_than: float) -> Iterator[Other]:
    """Yield what killed processes had fetched by halves, and the directories of bundles without a record."""
    known = {bundle.name for bundle in cached_bundles(layout)}
    for tmp in _named_by_digests(layout.root / "tmp"):
        with suppress(FileNotFoundError):
            if tmp.is_dir() and time.time() - tmp.stat().st_mtime >= older_than:
                names = layout.names(Digest(f"{PREFIX}{tmp.name}"))
                trees = [layout.tree(name) for name in names if name not in known]
                yield from (Other(path, _size(path)) for path in (*trees, tmp) if path.is_dir())


def _named_by_digests(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*")) if is_digest(f"{PREFIX}{path.name}")]


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def _unlink(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
