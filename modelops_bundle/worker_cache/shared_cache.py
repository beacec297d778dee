"""The cache itself: give a bundle's directory, whatever must be done before it can be served.

One process at a time fills or repairs a bundle, under a lock that the kernel frees when that process dies; the
others wait, and then find it done, or why it cannot be. What is served was hashed when it was written. Afterwards
the stat of its files vouches for it: of all of them when a process first asks, then of some at each call, in turn.
"""

import logging
import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.digest import Digest
from modelops_bundle.errors import BundleError
from modelops_bundle.fetching.cached import fetch_cached_version
from modelops_bundle.fetching.contents import Origin
from modelops_bundle.files.shared_lock import Use
from modelops_bundle.store.store import Store
from modelops_bundle.worker_cache.cache_errors import CacheUnusable, is_of_others
from modelops_bundle.worker_cache.cache_mark import mark
from modelops_bundle.worker_cache.completion import (
    Completion,
    FileStat,
    changed_since,
    is_unchanged,
    read_completion,
    stats_of,
    write_completion,
)
from modelops_bundle.worker_cache.contents import restore
from modelops_bundle.worker_cache.examination import clear_the_way, damaged
from modelops_bundle.worker_cache.last_failure import leave_failure, read_failure
from modelops_bundle.worker_cache.layout import CacheLayout
from modelops_bundle.worker_cache.permissions import open_directories, restore_modes, shut_directories

OpenOrigin = Callable[[], AbstractContextManager[Origin]]
"""Opens the remote that has a bundle, when it is needed."""

_SPOT = 64
"""How many files are looked at when a bundle is asked for again: a quarter of a millisecond."""
_MARK_EVERY = 60.0
"""Seconds between two notes in the cache that a bundle is in use."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Served:
    """A bundle that this process was given before."""

    root: Path
    record: Path
    files: Sequence[tuple[str, FileStat | None]]
    next: int = 0
    marked: float = 0.0

    def is_sound(self) -> bool:
        """Look at the next few files, and tell whether they are as they were."""
        count = len(self.files)
        begin, self.next = self.next, (self.next + _SPOT) % max(count, 1)
        spot = self.files[begin : begin + _SPOT]
        return all(is_unchanged(path, known) for path, known in spot) and os.path.isdir(self.root)

    def mark(self) -> None:
        """Note in the cache that the bundle is in use, so that it is not pruned for its age."""
        now = time.monotonic()
        if now - self.marked >= _MARK_EVERY:
            self.marked = now
            with suppress(OSError):  # somebody else's cache that we may only read
                os.utime(self.record)


class SharedCache:
    """A cache of bundles below one directory. Threads and processes may use it at the same time."""

    def __init__(self, layout: CacheLayout) -> None:
        self._layout = layout
        self._served: dict[Digest, _Served] = {}
        self._uses: dict[Digest, Use] = {}

    def require(self, digest: Digest, remote: str, open_origin: OpenOrigin) -> Path:
        """Return the directory with a bundle's files, all as published; makes no request when it is whole.

        `remote` is the name of what `open_origin` opens. Raises NotFound, AuthRefused, TransferFailed and
        IntegrityError as fetching does, RegistryMismatch when the bundle contradicts its registry, Busy when
        another process fetches it for an hour, NotACache where something else keeps its objects, and CacheUnusable
        for a cache that is full or of somebody else, and lacks the bundle.
        """
        served = self._served.get(digest)
        if served is None or not served.is_sound():
            with suppress(OSError):  # what may only be read is served; nobody can add to it
                mark(self._layout.root)
            self._use(digest)
            try:
                served = self._look(digest) or self._make(digest, remote, open_origin)
            except OSError as error:
                served = self._verify(digest) if is_of_others(error) else None
                if served is None:
                    raise CacheUnusable(digest, self._layout.root, error) from error
            self._served[digest] = served
        served.mark()
        return served.root

    def _use(self, digest: Digest) -> None:
        """Tell others that this process uses a bundle, as long as it lives."""
        if digest not in self._uses:
            with suppress(OSError):  # a cache that we may only read is pruned by nobody, or not for our sake
                self._uses[digest] = self._layout.use(digest)

    def _look(self, digest: Digest) -> _Served | None:
        """Return a bundle that is whole, going by the stat of every file."""
        for name in self._layout.names(digest):
            known = read_completion(self._layout.record(name))
            if known and known.digest == digest and self._is_as_it_was(self._layout.tree(name), known):
                return self._serve(name, known)
        return None

    def _is_as_it_was(self, root: Path, known: Completion) -> bool:
        return not shut_directories(root, known) and not changed_since(root, known)

    def _verify(self, digest: Digest) -> _Served | None:
        """Return a bundle that is whole, hashing the files whose stat does not vouch for them; writes nothing."""
        for name in self._layout.names(digest):
            known = read_completion(self._layout.record(name))
            if known and known.digest == digest:
                root = self._layout.tree(name)
                try:
                    bundle = self._layout.store(digest).bundle(digest)
                except BundleError:
                    return None
                changed = changed_since(root, known)
                now = stats_of(root, changed)
                if not damaged(root, bundle, changed):
                    return self._serve(name, replace(known, files={**known.files, **now}))
        return None

    def _serve(self, name: str, known: Completion) -> _Served:
        root = self._layout.tree(name)
        return _Served(
            root, self._layout.record(name), [(f"{root}/{path}", stat) for path, stat in known.files.items()]
        )

    def _make(self, digest: Digest, remote: str, open_origin: OpenOrigin) -> _Served:
        store = self._layout.store(digest)
        left = store.tmp / "failure.json"
        before = read_failure(left)
        with self._layout.lock(digest), self._layout.using_objects():
            # Somebody may have done it while we waited, or found that it cannot be done.
            if served := self._look(digest):
                return served
            failed = read_failure(left)
            if failed and failed != before and failed.remote == remote:
                raise failed.error()
            store.tmp.mkdir(parents=True, exist_ok=True)
            try:
                with open_origin() as origin:
                    name, done = self._bring(digest, store, origin)
            except BundleError as error:
                leave_failure(left, remote, error)
                raise
            write_completion(self._layout.record(name), done, store.tmp)
            shutil.rmtree(store.tmp, ignore_errors=True)
            return self._serve(name, done)

    def _bring(self, digest: Digest, store: Store, origin: Origin) -> tuple[str, Completion]:
        """Fill or repair a bundle's directory; return its name and its record."""
        bundle = fetch_cached_version(store, origin.remote, digest)
        name, known = self._place(digest)
        if known:
            self._repair(name, known, bundle, store, origin)
        else:
            self._fill(name, bundle, store, origin)
        stats = stats_of(self._layout.tree(name), bundle.tree)
        return name, Completion(digest, bundle.config.tree, origin.remote.name, stats)

    def _place(self, digest: Digest) -> tuple[str, Completion | None]:
        """Return the name for a bundle's directory, and its record if it has one."""
        known = {name: read_completion(self._layout.record(name)) for name in self._layout.names(digest)}
        for name, found in known.items():
            if found and found.digest == digest:
                return name, found
        return next((name for name, found in known.items() if found is None), [*known][-1]), None

    def _fill(self, name: str, bundle: Bundle, store: Store, origin: Origin) -> None:
        """Make a bundle's directory beside its place, and move it there as a whole."""
        root, staging, old = self._layout.tree(name), store.tmp / "tree", store.tmp / "old"
        for left in staging, old:
            shutil.rmtree(left, ignore_errors=True)
        restore(self._layout, store, origin, bundle, list(bundle.tree), staging)
        root.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # what has no record was left by a killed process
            root.rename(old)
        staging.rename(root)

    def _repair(self, name: str, known: Completion, bundle: Bundle, store: Store, origin: Origin) -> None:
        """Put back what is damaged, file by file: simulations may be running in the directory."""
        root = self._layout.tree(name)
        open_directories(root, known)
        doubtful = [path for path in bundle.tree if not is_unchanged(f"{root}/{path}", known.files.get(path))]
        restore_modes(root, known, doubtful)
        wrong = damaged(root, bundle, doubtful)
        for path in wrong:
            _log.warning("'%s' was changed in the cache, and is put back: '%s'", path, root)
        clear_the_way(root, wrong)
        restore(self._layout, store, origin, bundle, wrong, root)
