"""Put files into the working tree: everything is staged and verified first, then renamed into place.

A killed checkout leaves each path with its old file or its new one. Nothing is written through a symlink:
every directory on the way is made or checked first (oras-go GHSA-8xwf-rjm4-xvhv).
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Container, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.bundle_index import BundleFile
from modelops_bundle.digest import Digest
from modelops_bundle.errors import IntegrityError, WorkingTreeConflict
from modelops_bundle.hashing import SMALL, Content, content_of, read_content, read_small
from modelops_bundle.index import IndexEntry
from modelops_bundle.places import LinkTarget
from modelops_bundle.tree import Mode
from modelops_bundle.working_tree import entry_of, is_real_directory, walk

_PREFIX = "checkout-"

FindContent = Callable[[Digest], Path]
"""Gives a file that holds these bytes, not necessarily verified."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that is ready to be renamed to its path."""

    temporary: Path
    content: Content


class Checkout:
    """One change of a working tree; use `stage`, then `commit`, inside a `with` block.

    One at a time: call with the project's lock held. What a killed one left in `tmp` is removed.
    """

    def __init__(self, root: Path, tmp: Path) -> None:
        for left in tmp.glob(f"{_PREFIX}*"):
            shutil.rmtree(left, ignore_errors=True)
        self._root = root
        self._tmp = Path(tempfile.mkdtemp(dir=tmp, prefix=_PREFIX))
        self._staged: dict[str, Staged] = {}
        self._count = 0

    def __enter__(self) -> "Checkout":
        return self

    def __exit__(self, *exc: object) -> None:
        for left in self._tmp.iterdir():
            left.unlink()
        self._tmp.rmdir()

    def stage(self, file: BundleFile, find: FindContent) -> None:
        """Prepare one file with its content and mode; raise IntegrityError when the content is not right."""
        self._count += 1
        temporary = self._tmp / str(self._count)
        if isinstance(file.place, LinkTarget):
            temporary.symlink_to(file.place.target)
            content = content_of(file.place.target.encode())
        elif not file.entry.size:
            content = content_of(b"")
            _write(temporary, b"", file.entry.mode)
        else:
            content = _copy(find(file.entry.digest), temporary, file.entry.mode)
        self._add(file, temporary, content)

    def stage_verified(self, file: BundleFile, source: Path, content: Content) -> Path:
        """Prepare one file by moving a private one of the same file system that holds just this content.

        Returns where it lies until it is committed.
        """
        self._count += 1
        temporary = self._tmp / str(self._count)
        source.chmod(_permissions(file.entry.mode) & ~_umask())
        source.rename(temporary)
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
        if content.digest != file.entry.digest:
            raise IntegrityError(
                f"content of '{file.entry.path}' does not match '{file.entry.digest}'",
                hint="modelops-bundle verify-objects",
            )
        self._staged[file.entry.path] = Staged(temporary, content)

    @property
    def staged(self) -> Collection[str]:
        """The paths that are ready."""
        return self._staged.keys()

    def drop(self, keep: Container[str]) -> None:
        """Forget staged files that are not wanted after all."""
        self._staged = {path: staged for path, staged in self._staged.items() if path in keep}

    def commit(self, delete: Iterable[str], unchanged: Callable[[str], bool]) -> dict[str, IndexEntry]:
        """Rename all staged files into place, delete others, and return the new files' index entries.

        `unchanged` tells whether a path still is what the plan was made for; if any is not, or a path is
        blocked by something that is not ours, WorkingTreeConflict is raised and nothing is written.
        """
        doomed = set(delete)
        paths = [*self._staged, *doomed]
        moved = [path for path in paths if not unchanged(path)] or self._blocked(doomed)
        if moved:
            raise WorkingTreeConflict(
                "the working tree changed meanwhile; nothing was written",
                hint="run the command again",
                details=tuple(sorted(moved)),
            )
        in_the_way = self._in_the_way(doomed)
        for path in sorted(in_the_way, reverse=True):
            self._unlink(path)
        started = time.time_ns()
        entries = {}
        for path, staged in self._staged.items():
            target = self._root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir() and not target.is_symlink():
                _remove_empty(target)
            os.replace(staged.temporary, target)
            entries[path] = entry_of(os.lstat(target), staged.content, started)
        for path in doomed - in_the_way:
            self._unlink(path)
        return entries

    def _blocked(self, doomed: set[str]) -> list[str]:
        """Return staged paths that have no real directory above them, or foreign files below them."""
        blocked = []
        for path in self._staged:
            parent = _existing_parent(self._root, path)
            beyond_link = parent not in doomed and not is_real_directory(self._root, parent)
            below = walk(self._root, None, path) if is_real_directory(self._root, path) else ()
            if beyond_link or any(found not in doomed for found, _ in below):
                blocked.append(path)
        return blocked

    def _in_the_way(self, doomed: set[str]) -> set[str]:
        """Return paths to delete before writing: a file where a directory is needed, or the reverse."""
        needed = {str(parent) for path in self._staged for parent in Path(path).parents}
        return {
            path
            for path in doomed
            if path in needed or any(str(parent) in self._staged for parent in Path(path).parents)
        }

    def _unlink(self, path: str) -> None:
        with suppress(FileNotFoundError):
            os.unlink(self._root / path)
        for parent in Path(path).parents:
            if str(parent) == ".":
                break
            try:
                os.rmdir(self._root / parent)
            except OSError:
                break


def _remove_empty(directory: Path) -> None:
    """Remove a directory that holds nothing but directories; OSError if it holds more after all."""
    for folder, _, _ in os.walk(directory, topdown=False):
        os.rmdir(folder)


def _existing_parent(root: Path, path: str) -> str:
    for parent in Path(path).parents:
        if str(parent) == ".":
            break
        if os.path.lexists(root / parent):
            return str(parent)
    return ""


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


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
