"""Where things lie in a worker's cache, and who may change them.

    modelops-bundle-cache  says that it is one (see `cache_mark`)
    bundles/<name>/        the files of one bundle, as they are served
    records/<name>.json    what was verified there, and the stat of every file (see `completion`)
    objects/ packs/        a store, shared by all bundles
    tmp/<hex>/             what is on its way; it belongs to the holder of the lock
    locks/<12 hex>.lock    held by who fills, repairs or prunes a bundle
    locks/<12 hex>.use     shared by the processes that were given a bundle
    locks/objects.use      shared by who needs objects that no record speaks of yet

A name is the first 12 hex digits of the bundle's digest, or all 64 where another bundle has the short one. Which
bundle a directory holds is never told by its name, but by the whole digest in its record.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from modelops_bundle.digest import Digest, hex_of
from modelops_bundle.errors import Busy, Invalid
from modelops_bundle.files.lockfile import hold
from modelops_bundle.files.shared_lock import Use, using
from modelops_bundle.objects import ObjectStore
from modelops_bundle.store.store import Store

STRUCTURES = {"digest_short": True, "digest": False}
"""Names of directories, as the platform calls them: short ones where possible, or whole digests always."""

_SHORT = 12
_WAIT = 3600.0
"""Seconds to wait for another process that fetches the same bundle. A dead one frees its lock at once."""


class CacheLayout:
    """The paths of one cache."""

    def __init__(self, root: Path, structure: str = "digest_short") -> None:
        if structure not in STRUCTURES:
            known = " or ".join(f"'{name}'" for name in STRUCTURES)
            raise Invalid(f"no such structure of a cache: '{structure}'", hint=f"it is {known}")
        self.root = root
        self._short = STRUCTURES[structure]

    def names(self, digest: Digest) -> tuple[str, ...]:
        """Return the names that a bundle's directory may have, the preferred one first."""
        name = hex_of(digest)
        return (name[:_SHORT], name) if self._short else (name,)

    def tree(self, name: str) -> Path:
        """Return the directory with a bundle's files."""
        return self.root / "bundles" / name

    def record(self, name: str) -> Path:
        """Return the completion record of a directory."""
        return self.root / "records" / f"{name}.json"

    def records(self) -> list[Path]:
        """Return all completion records, the one used last first."""
        found = []
        for path in (self.root / "records").glob("*.json"):
            try:
                found.append((path.stat().st_mtime_ns, path))
            except FileNotFoundError:  # somebody prunes
                continue
        return [path for _, path in sorted(found, reverse=True)]

    @property
    def objects(self) -> ObjectStore:
        """The objects of all bundles."""
        return ObjectStore(self.root / "objects", self.root / "tmp")

    def store(self, digest: Digest) -> Store:
        """Return the cache's store, with a place of the bundle's own for what is on its way."""
        return Store(self.root, self.root / "tmp" / hex_of(digest))

    @contextmanager
    def lock(self, digest: Digest, wait: float = _WAIT) -> Iterator[None]:
        """Keep other processes from changing a bundle, and those that may have its short name; raise Busy."""
        with ExitStack() as held:
            try:
                held.enter_context(hold(self._lock(digest, "lock"), wait=wait))
            except Busy as error:
                raise Busy(
                    f"another process is at work on '{digest}' in the cache '{self.root}'",
                    hint="look what it waits for; when it ends, however it does, the next one goes on",
                ) from error
            yield

    def use(self, digest: Digest) -> Use:
        """Keep a bundle from being pruned, as long as the result lives."""
        return Use(self._lock(digest, "use"))

    @contextmanager
    def unused(self, digest: Digest) -> Iterator[None]:
        """Keep a bundle from being used while it is removed; raise Busy when it is in use."""
        with self.lock(digest, 0), hold(self._lock(digest, "use"), wait=0):
            yield

    def using_objects(self) -> AbstractContextManager[None]:
        """Keep objects from being removed, during the block."""
        return using(self.root / "locks" / "objects.use")

    def unused_objects(self) -> AbstractContextManager[None]:
        """Keep others from using objects of which no record speaks; raise Busy when somebody does."""
        return hold(self.root / "locks" / "objects.use", wait=0)

    def _lock(self, digest: Digest, kind: str) -> Path:
        return self.root / "locks" / f"{hex_of(digest)[:_SHORT]}.{kind}"
