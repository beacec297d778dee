"""Put files into the working tree: everything is staged and verified first, then renamed into place.

A killed checkout leaves each path with its old file or its new one. Nothing is written through a symlink:
every directory on the way is made or checked first (oras-go GHSA-8xwf-rjm4-xvhv).
"""

import errno
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Collection, Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.places import LinkTarget
from modelops_bundle.bundles.tree import Mode
from modelops_bundle.checkout.index import IndexEntry
from modelops_bundle.checkout.placing import put, remove_leftover
from modelops_bundle.checkout.working_tree import RACY_NS, entry_of, is_real_directory
from modelops_bundle.digest import Digest
from modelops_bundle.errors import IntegrityError, WorkingTreeConflict
from modelops_bundle.files.hashing import SMALL, Content, content_of, read_content, read_small
from modelops_bundle.objects import ObjectMissing
from modelops_bundle.safe_path import parents_of

PREFIX = "checkout-"
_LARGE = 16 << 20
"""From this size on, reading a file once more takes longer than waiting for it to be old enough (RACY_NS)."""

FindContent = Callable[[Digest], Path]
"""Gives a file that holds these bytes, not necessarily verified."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that is ready to be renamed to its path."""

    temporary: Path
    content: Content


class Checkout:
    """One change of a working tree; use `stage`, then `commit`, inside a `with` block.

    One at a time (see `Project.checkout`): what a killed one left in `tmp` is removed.
    """

    def __init__(self, root: Path, tmp: Path) -> None:
        for left in tmp.glob(f"{PREFIX}*"):
            remove_leftover(left)
        self._root = root
        self._tmp = Path(tempfile.mkdtemp(dir=tmp, prefix=PREFIX))
        self._umask = _umask(self._tmp)
        self._staged: dict[str, Staged] = {}
        self._count = 0

    def __enter__(self) -> "Checkout":
        return self

    def __exit__(self, *exc: object) -> None:
        for left in self._tmp.iterdir():
            left.unlink()
        self._tmp.rmdir()

    def stage(self, file: BundleFile, find: FindContent) -> None:
        """Prepare one file with its content and mode.

        Raises ObjectMissing when the content is not there, and IntegrityError when it is not right.
        """
        self._count += 1
        temporary = self._tmp / str(self._count)
        if isinstance(file.place, LinkTarget):
            temporary.symlink_to(file.place.target)
            content = content_of(file.place.target.encode())
        elif not file.entry.size:
            content = content_of(b"")
            _write(temporary, b"", file.entry.mode)
        else:
            try:
                content = _copy(find(file.entry.digest), temporary, file.entry.mode)
            except FileNotFoundError:
                raise ObjectMissing(file.entry.digest) from None
        self._add(file, temporary, content)

    def stage_verified(self, file: BundleFile, source: Path, content: Content) -> Path:
        """Prepare one file by moving a private one that holds just this content, best within one file system.

        Returns where it lies until it is committed.
        """
        self._count += 1
        temporary = self._tmp / str(self._count)
        source.chmod(_permissions(file.entry.mode) & ~self._umask)
        try:
            source.rename(temporary)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _move_to_other_disk(source, temporary)
        self._add(file, temporary, content)
        return temporary

    def spare(self, path: str) -> Path:
        """Give the file at a path a second name, under which it lies until the end of the block, and return it.

        Where the file system knows no second names, it is a copy.
        """
        self._count += 1
        spared = self._tmp / str(self._count)
        try:
            os.link(self._root / path, spared, follow_symlinks=False)
        except OSError:
            shutil.copyfile(self._root / path, spared, follow_symlinks=False)
        return spared

    def _add(self, file: BundleFile, temporary: Path, content: Content) -> None:
        if (content.digest, content.size) != (file.entry.digest, file.entry.size):
            raise IntegrityError(
                f"content of '{file.entry.path}' does not match '{file.entry.digest}'",
                hint="modelops-bundle verify-objects",
            )
        self._staged[file.entry.path] = Staged(temporary, content)

    @property
    def staged(self) -> Collection[str]:
        """The paths that are ready."""
        return self._staged.keys()

    def staged_at(self, path: str) -> Path:
        """Return where a staged file lies until it is committed."""
        return self._staged[path].temporary

    def drop(self, keep: Container[str]) -> None:
        """Forget staged files that are not wanted after all."""
        self._staged = {path: staged for path, staged in self._staged.items() if path in keep}

    def commit(self, delete: Iterable[str], unchanged: Callable[[str], bool]) -> dict[str, IndexEntry]:
        """Rename all staged files into place, delete others, and return the new files' index entries.

        `unchanged` tells whether a path still is what the plan was made for; if any is not, or a path is
        blocked by something that is not ours, WorkingTreeConflict is raised and nothing is written.
        """
        doomed = dict.fromkeys(delete)
        moved = [path for path in (*self._staged, *doomed) if not unchanged(path)] or self._blocked(doomed)
        if moved:
            raise WorkingTreeConflict(
                "the working tree changed meanwhile; nothing was written",
                hint="run the command again",
                details=tuple(sorted(moved)),
            )
        _check_writable(self._root, (*self._staged, *doomed))
        in_the_way = self._in_the_way(doomed)
        for path in in_the_way:
            self._unlink(path)
        self._let_large_files_age()
        started = time.time_ns()
        entries = {}
        for path, staged in self._staged.items():
            target = f"{self._root}/{path}"
            put(staged.temporary, target)
            entries[path] = entry_of(os.lstat(target), staged.content, started, own=True)
        for path in doomed:
            if path not in in_the_way:
                self._unlink(path)
        return entries

    def _let_large_files_age(self) -> None:
        """Wait until the stat of large files can be trusted: reading one again takes far longer."""
        large = (each.temporary for each in self._staged.values() if each.content.size >= _LARGE)
        youngest = max((os.lstat(file).st_mtime_ns for file in large), default=0)
        time.sleep(max(0, min(RACY_NS, youngest + RACY_NS + 1_000_000 - time.time_ns())) / 1e9)

    def _blocked(self, doomed: Mapping[str, None]) -> list[str]:
        """Return paths that lie beyond something that is no directory, or have foreign files below them."""
        free = cache(lambda directory: _is_free(self._root, directory, doomed))
        return [
            path
            for path in {**doomed, **dict.fromkeys(self._staged)}
            if not free(path.rpartition("/")[0]) or _holds_others(self._root, path, doomed)
        ]

    def _in_the_way(self, doomed: Iterable[str]) -> set[str]:
        """Return paths to delete before writing: a file where a directory is needed, or the reverse."""
        paths = set(doomed)
        needed = {above for path in self._staged for above in parents_of(path)} if paths else set()
        return {path for path in paths if path in needed or any(up in self._staged for up in parents_of(path))}

    def _unlink(self, path: str) -> None:
        with suppress(FileNotFoundError):
            os.unlink(self._root / path)
        for parent in parents_of(path):
            try:
                os.rmdir(self._root / parent)
            except OSError:
                break


def _check_writable(root: Path, paths: Iterable[str]) -> None:
    """Raise PermissionError naming a directory in which a path could not be replaced, before any is."""
    for directory in {path.rpartition("/")[0] for path in paths}:
        place = f"{root}/{directory}" if directory else str(root)
        if os.path.isdir(place) and not os.access(place, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), place)


def _is_free(root: Path, directory: str, doomed: Container[str]) -> bool:
    """Tell whether a directory is one or can be made, where what is doomed is gone."""
    for above in (*reversed([*parents_of(directory)]), directory):
        try:
            mode = os.lstat(root / above).st_mode
        except FileNotFoundError:
            return True
        if not stat.S_ISDIR(mode):
            return above in doomed
    return True


def _holds_others(root: Path, path: str, doomed: Container[str]) -> bool:
    """Tell whether a path is a directory with files in it that are not doomed."""
    if not os.path.isdir(f"{root}/{path}") or not is_real_directory(root, path):
        return False
    for folder, folders, files in os.walk(root / path):
        links = (name for name in folders if os.path.islink(f"{folder}/{name}"))
        if any(os.path.relpath(f"{folder}/{name}", root) not in doomed for name in (*files, *links)):
            return True
    return False


def _move_to_other_disk(source: Path, target: Path) -> None:
    try:
        shutil.copy2(source, target, follow_symlinks=False)
    except OSError as error:
        # It names the source first, but what is full or read-only is where it goes.
        raise OSError(error.errno, error.strerror, str(target)) from None
    source.unlink()


def _copy(source: Path, target: Path, mode: Mode) -> Content:
    if source.stat().st_size < SMALL:
        data, content, _ = read_small(str(source))
        _write(target, data, mode)
        return content
    handle = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _permissions(mode))
    try:
        content, _ = read_content(str(source), handle)
    finally:
        os.close(handle)
    return content


def _write(target: Path, data: bytes, mode: Mode) -> None:
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _permissions(mode))
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
    finally:
        os.close(handle)


def _permissions(mode: Mode) -> int:
    """Return the permissions to create a file with; the user's umask takes its part, as with git."""
    return 0o777 if mode is Mode.EXECUTABLE else 0o666


def _umask(directory: Path) -> int:
    """Return the process's umask. It cannot be read without setting it, for all threads, so a file tells."""
    probe = directory / "umask"
    handle = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o777)
    try:
        return 0o777 & ~os.fstat(handle).st_mode
    finally:
        os.close(handle)
        probe.unlink()
