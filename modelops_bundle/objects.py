"""The object store: immutable bytes named by their sha256, under `.modelops-bundle/objects`.

Layout: `objects/<first 2 hex>/<other 62>`, files 0444 (docs/formats/on-disk.md). Objects arrive by rename,
so a name always stands for whole bytes; they are not flushed to disk one by one (see `durable`), so every
read checks the digest and a damaged object counts as absent when it is stored again.
"""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from modelops_bundle.digest import PREFIX, Digest, digest_of, digest_of_stream, hex_of, is_digest
from modelops_bundle.errors import IntegrityError, NotFound
from modelops_bundle.files.durable import sync_directory, temporary

OBJECT_MODE = 0o444
_LEFT_ALONE = 24 * 3600.0
"""Temporary files younger than this many seconds may be in use."""


class ObjectMissing(NotFound):
    """An object is not in the store."""

    def __init__(self, digest: Digest) -> None:
        super().__init__(
            f"no such object: '{digest}'",
            hint="modelops-bundle fetch-manifest VERSION, then fetch-blob --manifest VERSION for its files",
        )
        self.digest = digest


class ObjectCorrupt(IntegrityError):
    """An object's bytes do not match its name."""

    def __init__(self, digest: Digest, path: Path) -> None:
        super().__init__(
            f"object '{digest}' is damaged: '{path}'",
            hint="delete that file, then 'modelops-bundle add .' brings it back, or what a remote has: "
            "'modelops-bundle fetch-manifest VERSION', 'modelops-bundle fetch-blob --manifest VERSION'",
        )
        self.digest = digest


class ObjectStore:
    """Objects in a directory; `tmp` is a directory of the same file system for files being written."""

    def __init__(self, root: Path, tmp: Path) -> None:
        self.root = root
        self._prefix = f"{root}/"
        self._tmp = tmp

    @cached_property
    def tmp(self) -> Path:
        """The directory for files being written, made when it is first asked for: a git clone has none."""
        self._tmp.mkdir(parents=True, exist_ok=True)
        return self._tmp

    def path(self, digest: Digest) -> Path:
        """Return where an object lies, whether it exists or not."""
        name = hex_of(digest)
        return self.root / name[:2] / name[2:]

    def _file(self, digest: Digest) -> str:
        # What is asked for every file of a bundle cannot afford a Path.
        name = hex_of(digest)
        return f"{self._prefix}{name[:2]}/{name[2:]}"

    def __contains__(self, digest: Digest) -> bool:
        return os.path.exists(self._file(digest))

    def holds(self, digest: Digest, size: int) -> bool:
        """Tell whether an object is here with all its bytes: a power cut may have cut it short."""
        try:
            return os.stat(self._file(digest)).st_size == size
        except FileNotFoundError:
            return False

    def size(self, digest: Digest) -> int:
        """Return an object's size in bytes; raise ObjectMissing."""
        try:
            return self.path(digest).stat().st_size
        except FileNotFoundError:
            raise ObjectMissing(digest) from None

    def open(self, digest: Digest) -> BinaryIO:
        """Open an object for reading, unbuffered and unverified; raise ObjectMissing."""
        try:
            return open(self._file(digest), "rb", buffering=0)  # type: ignore[return-value,unused-ignore]
        except FileNotFoundError:
            raise ObjectMissing(digest) from None

    def read(self, digest: Digest) -> bytes:
        """Return an object's bytes, verified; raise ObjectMissing or ObjectCorrupt. For small objects."""
        with self.open(digest) as stream:
            data = stream.read()
        if digest_of(data) != digest:
            raise ObjectCorrupt(digest, self.path(digest))
        return data

    def verify(self, digest: Digest) -> int:
        """Read an object to its end and return its size; raise ObjectMissing or ObjectCorrupt."""
        with self.open(digest) as stream:
            found, size = digest_of_stream(stream)
        if found != digest:
            raise ObjectCorrupt(digest, self.path(digest))
        return size

    def put(self, data: bytes, *, flush: bool = False) -> Digest:
        """Store bytes and return their digest; storing what exists is success."""
        digest = digest_of(data)
        self.put_known(digest, data, flush=flush)
        return digest

    def put_known(self, digest: Digest, data: bytes, *, flush: bool = False) -> None:
        """Store bytes whose digest the caller has just computed."""
        name, target = hex_of(digest), self._file(digest)
        if _holds(target, data):
            return
        with temporary(self.tmp, OBJECT_MODE) as (handle, file):
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
            if flush:
                os.fsync(handle)
            self._move(file, target)
        if flush:
            sync_directory(self.root / name[:2])

    def put_stream(self, stream: BinaryIO) -> Digest:
        """Store what a stream holds, in constant memory, and return its digest."""
        with temporary(self.tmp) as (handle, file):
            with os.fdopen(handle, "wb", closefd=False) as kept:
                digest, _ = digest_of_stream(stream, kept)
            self.adopt(Path(file), digest)
        return digest

    def _move(self, file: str, target: str) -> None:
        try:
            os.replace(file, target)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.replace(file, target)

    def adopt(self, file: Path, digest: Digest) -> None:
        """Move a verified file of the same file system into the store."""
        file.chmod(OBJECT_MODE)
        self._move(str(file), str(self.path(digest)))

    def lend(self, file: Path, digest: Digest) -> None:
        """Move a second name of a working file into the store; its content is one's own only after `protect`."""
        self._move(str(file), str(self.path(digest)))

    def protect(self, digest: Digest) -> None:
        """Make an object that was lent read-only, when no working file shares it any more."""
        self.path(digest).chmod(OBJECT_MODE)

    def flush(self, digest: Digest) -> None:
        """Make an object survive a power cut, for content that exists nowhere else."""
        path = self.path(digest)
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
        sync_directory(path.parent)

    def discard(self, digest: Digest) -> None:
        """Remove an object if it is there."""
        with suppress(FileNotFoundError):
            self.path(digest).unlink()

    def __iter__(self) -> Iterator[Digest]:
        """Yield every object's digest, sorted."""
        if not self.root.is_dir():
            return
        # Other programs leave files behind anywhere, above all desktops.
        for fan in sorted(name for name in os.listdir(self.root) if (self.root / name).is_dir()):
            for rest in sorted(os.listdir(self.root / fan)):
                if len(fan) == 2 and is_digest(PREFIX + fan + rest):
                    yield Digest(PREFIX + fan + rest)

    def remove_leftovers(self) -> None:
        """Remove the temporary files that killed commands left; call with the project's lock held.

        Young ones may belong to a command at work that needs no lock. Directories stay: half fetched blobs are
        gone on with, and a checkout removes what another one left.
        """
        with os.scandir(self.tmp) as entries:
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    with suppress(FileNotFoundError):
                        if entry.stat(follow_symlinks=False).st_mtime < time.time() - _LEFT_ALONE:
                            os.unlink(entry.path)


def _holds(file: str, data: bytes) -> bool:
    """Tell whether a file is there and holds just these bytes; a damaged one must be written again."""
    if not os.access(file, os.F_OK):  # says no at half the price of the exception that `open` would raise
        return False
    try:
        with open(file, "rb", buffering=0) as stream:
            return stream.read(len(data) + 1) == data
    except FileNotFoundError:
        return False
