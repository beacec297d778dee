"""The working tree: find files, and tell what changed since the index last looked.

Nothing here follows a symlink: a tracked path whose directory became a link counts as deleted.
"""

import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from modelops_bundle.checkout.index import LINK_BITS, Index, IndexEntry, mode_bits
from modelops_bundle.errors import BundleError, Invalid, NotFound
from modelops_bundle.files.hashing import (
    Content,
    FileChanged,
    Unreadable,
    blake3_of_stream,
    content_of,
    open_regular,
    read_content,
    read_link,
    same_moment,
)
from modelops_bundle.safe_path import METADATA_DIR

if TYPE_CHECKING:
    from modelops_bundle.checkout.ignore import IgnoreRules

RACY_NS = 20_000_000
"""A file written less than this before we read it may change again under the same timestamp: two kernel
ticks of 10 ms. File systems with coarser stamps are caught by `_coarse`."""

_DIRECTORY = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, slots=True)
class Observation:
    """What a look at the tracked files found.

    `changed` holds entries whose content or mode is new, `touched` those whose stat alone is, `missing` the
    paths that are not on disk (or are no file any more). What is `unreadable` may hold anything by now: it is
    being written, or the system does not let us look.
    """

    changed: dict[str, IndexEntry] = field(default_factory=dict)
    touched: dict[str, IndexEntry] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    unreadable: dict[str, BundleError] = field(default_factory=dict)

    def apply(self, index: Index) -> bool:
        """Bring the index up to date, keeping entries of missing files; tell whether anything was new."""
        index.restat(self.touched)
        for path, entry in self.changed.items():
            index[path] = entry
        return bool(self.changed or self.touched)


Look = Callable[[Path, str, os.stat_result, IndexEntry], IndexEntry]
"""Reads one file, as `look` does."""


def observe(root: Path, index: Index, read: Look | None = None) -> Observation:
    """Compare every tracked file's stat with the index and read those that it does not vouch for, by `look`."""
    read = read or look
    changed: dict[str, IndexEntry] = {}
    touched: dict[str, IndexEntry] = {}
    missing: list[str] = []
    unreadable: dict[str, BundleError] = {}
    lstat = os.lstat
    vouching_before = index.vouching_before
    parent = None
    with _Entrance(root) as entrance:
        for path, (size, mtime, ctime, inode) in index.stats():
            directory, _, name = path.rpartition("/")
            if directory != parent:
                parent, barred = directory, None
                try:
                    real = entrance.enter(directory)
                except OSError as error:
                    real, barred = False, error
                prefix, handle = entrance.prefix, entrance.handle
            try:
                now = lstat(prefix + name, dir_fd=handle) if real else None
            except (FileNotFoundError, NotADirectoryError):
                now = None
            except OSError as error:
                unreadable[path] = Unreadable(f"{root}/{path}", error)
                continue
            if (
                now is not None
                and now.st_mtime_ns == mtime != 0
                and mtime < vouching_before
                and now.st_ctime_ns == ctime
                and now.st_size == size
                and now.st_ino == inode
            ):
                continue
            if barred:
                unreadable[path] = Unreadable(f"{root}/{path}", barred)
                continue
            entry = index[path]
            fresh = _read_again(read, root, path, now, entry) if now and mode_bits(now) else None
            if fresh is None:
                missing.append(path)
            elif isinstance(fresh, BundleError):
                unreadable[path] = fresh
            else:
                same = fresh.sha256 == entry.sha256 and fresh.mode == entry.mode
                (touched if same else changed)[path] = fresh
    return Observation(changed, touched, tuple(missing), unreadable)


def _read_again(
    read: Look, root: Path, path: str, now: os.stat_result, entry: IndexEntry
) -> IndexEntry | BundleError | None:
    """Return what a file holds, None if it is gone since we looked, or why it cannot be read."""
    try:
        return read(root, path, now, entry)
    except NotFound:
        return None
    except (Invalid, FileChanged) as problem:
        return problem
    except OSError as error:
        return Unreadable(f"{root}/{path}", error)


class _Entrance:
    """Opens one directory after the other, so that the files in it are looked at by their names alone.

    The system then need not find each from the root of the file system, which would be an eighth of `status`.
    `prefix` and a name, with `handle` as `dir_fd`, make a file of the directory entered last.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._is_real = DirectoryCheck(root)
        self.prefix = ""
        self.handle: int | None = None

    def __enter__(self) -> "_Entrance":
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def enter(self, directory: str) -> bool:
        """Enter a directory, given from the root; tell whether it is one, reached through no symlink."""
        self._leave()
        if not self._is_real(directory):
            return False
        path = f"{self._root}/{directory}"
        try:
            self.handle, self.prefix = os.open(path, _DIRECTORY), ""
        except OSError:  # not every system opens every directory
            self.prefix = f"{path}/"
        return True

    def _leave(self) -> None:
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None


class DirectoryCheck:
    """Tells whether a directory is one, and not a symlink somewhere on its way."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known = {"": True}

    def __call__(self, directory: str) -> bool:
        known = self._known.get(directory)
        if known is None:
            # `Path.is_dir` says no, in some versions of Python, to a directory that it may not look at.
            try:
                known = self(directory.rpartition("/")[0]) and stat.S_ISDIR(
                    os.lstat(f"{self._root}/{directory}").st_mode
                )
            except (FileNotFoundError, NotADirectoryError):
                known = False
            self._known[directory] = known
        return known


def is_real_directory(root: Path, directory: str) -> bool:
    """Tell whether a directory below the root is reached through no symlink."""
    return DirectoryCheck(root)(directory)


def look(root: Path, path: str, now: os.stat_result, known: IndexEntry | None = None) -> IndexEntry:
    """Read one file and return its index entry.

    A file of unchanged size is first read for its BLAKE3 alone, which is three times faster.
    Raises FileChanged, and Invalid when it cannot be read.
    """
    started = time.time_ns()
    full = f"{root}/{path}"
    if mode_bits(now) == LINK_BITS:
        return entry_of(now, content_of(read_link(full)), started)
    if known and known.size == now.st_size and known.mode != LINK_BITS:
        with open_regular(full) as stream:
            before = os.fstat(stream.fileno())
            fast = blake3_of_stream(stream, now.st_size)
            if fast == known.blake3 and same_moment(before, os.fstat(stream.fileno())):
                return entry_of(before, Content(known.size, known.sha256, fast), started)
    content, now = read_content(full)
    return entry_of(now, content, started)


def entry_of(now: os.stat_result, content: Content, started: int, *, own: bool = False) -> IndexEntry:
    """Return the index entry of a file read since `started` (ns since the epoch) whose stat was `now`.

    Its stat is not trusted when the file is so young that it could change again under the same timestamp. One of
    our `own`, written before `started` and put in its place since, changed a moment ago, but whoever writes into
    it now gives it a younger time of content than it has.
    """
    slack = 2_000_000_000 if _coarse(now) else RACY_NS
    youngest = now.st_mtime_ns if own else max(now.st_mtime_ns, now.st_ctime_ns)
    mtime = 0 if youngest > started - slack else now.st_mtime_ns
    return IndexEntry(
        mode_bits(now), content.size, mtime, now.st_ctime_ns, now.st_ino, content.sha256, content.blake3
    )


def _coarse(now: os.stat_result) -> bool:
    """Tell whether the file system seems to keep whole seconds only (FAT: two of them)."""
    return now.st_mtime_ns % 1_000_000_000 == 0 and now.st_ctime_ns % 1_000_000_000 == 0


def walk(root: Path, rules: "IgnoreRules | None", below: str = "") -> Iterator[tuple[str, os.stat_result]]:
    """Yield the path and stat of every file and symlink below a directory, sorted within each directory.

    With `rules`, ignored files and directories are left out. The metadata directory never takes part;
    what is neither file, symlink nor directory is yielded too, for the caller to refuse.
    """
    try:
        with os.scandir(root / below) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        path = f"{below}/{entry.name}" if below else entry.name
        directory = entry.is_dir(follow_symlinks=False)
        if entry.name == METADATA_DIR or (rules and rules.verdict(path, directory=directory).ignored):
            continue
        if directory:
            yield from walk(root, rules, path)
        else:
            # Programs come and go while we look; a file that is gone was not there.
            with suppress(FileNotFoundError):
                yield path, entry.stat(follow_symlinks=False)
