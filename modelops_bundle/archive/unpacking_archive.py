"""Unpack an archive into a directory that appears only when all of it was verified."""

import hashlib
import math
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.archive.compression import decompressing
from modelops_bundle.archive.directory_archive import COMMENT
from modelops_bundle.archive.source_directory import check_member
from modelops_bundle.archive.tar_reader import Member, TarReader
from modelops_bundle.bundles.tree import Mode, Tree, TreeEntry, tree_of
from modelops_bundle.digest import PREFIX, Digest, is_digest
from modelops_bundle.errors import Busy, IntegrityError, Invalid, NotFound, TransferFailed, WorkingTreeConflict
from modelops_bundle.files.lockfile import hold, hold_passing
from modelops_bundle.remotes.oci_layout import is_layout
from modelops_bundle.safe_path import UnsafePath, printable

_STAGING = ".tmp-import-"
_LOCK = ".lock"
MAX_MEMBERS = 2_000_000
"""A million files, each in a directory of its own; a few compressed bytes may stand for any number."""


@dataclass(frozen=True, slots=True)
class OpenArchive:
    """An archive that is being read; `promised` is the tree digest that it carries, if it is of a directory."""

    reader: TarReader
    file: Path
    promised: Digest | None


@contextmanager
def open_archive(file: Path) -> Iterator[OpenArchive]:
    """Open an archive and read its beginning; raise NotFound and NotAnArchive."""
    if file.is_dir():
        hint = f"modelops-bundle clone oci:{file}" if is_layout(file) else "name an archive that export wrote"
        raise Invalid(f"a directory, and no archive: '{file}'", hint=hint)
    if not file.is_file():
        raise NotFound(f"no such file: '{file}'", hint="name the archive to import")
    with decompressing(file) as stream:
        reader = TarReader(stream, str(file))
        text = reader.comment.removeprefix(COMMENT)
        promised = Digest(text) if reader.comment.startswith(COMMENT) and is_digest(text) else None
        yield OpenArchive(reader, file, promised)


def restore_directory(archive: OpenArchive, target: Path) -> Tree:
    """Unpack the archive of a directory as `target`, which must not exist or be empty, all or nothing.

    An empty one stays what it is, a mount point or the current directory, say, and is filled when all is verified.
    Raises WorkingTreeConflict, Busy, and IntegrityError when the content is not what the archive promises.
    """
    _require_empty(target)
    if target.exists():
        with hold_passing(target / f"{_STAGING}target{_LOCK}", wait=0), _staging_below(target) as directory:
            tree = _unpack_promised(archive, directory)
            _require_empty(target)
            for child in sorted(directory.iterdir()):
                child.rename(target / child.name)
        return tree
    if not target.parent.is_dir():
        raise Invalid(f"no such directory: '{target.parent}'", hint=f"mkdir -p '{target.parent}'")
    with _staging_below(target.parent) as directory:
        tree = _unpack_promised(archive, directory)
        try:
            directory.rename(target)
        except OSError as error:
            if not os.path.lexists(target):
                raise
            raise _not_empty(target) from error
    return tree


def _unpack_promised(archive: OpenArchive, directory: Path) -> Tree:
    tree = unpack(archive, directory)
    if tree.digest() != archive.promised:
        raise IntegrityError(f"the content of '{archive.file}' is '{tree.digest()}', not '{archive.promised}'")
    return tree


def _require_empty(target: Path) -> None:
    if os.path.lexists(target) and (
        not target.is_dir() or any(not child.name.startswith(_STAGING) for child in target.iterdir())
    ):
        raise _not_empty(target)


def _not_empty(target: Path) -> WorkingTreeConflict:
    return WorkingTreeConflict(f"exists and is not empty: '{target}'", hint="name another directory")


@contextmanager
def _staging_below(place: Path) -> Iterator[Path]:
    """Give a new directory in another one; what killed imports left there goes first.

    Each has a lock of its own. Process ids tell nothing apart: containers that share a disk share those, too.
    """
    for lock in place.glob(f"{_STAGING}*{_LOCK}"):
        with suppress(Busy, OSError), hold_passing(lock, wait=0):
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
    directory = place / f"{_STAGING}{os.urandom(8).hex()}"
    with hold_passing(directory.with_suffix(_LOCK)), staging(directory):
        yield directory


@contextmanager
def staging_in(tmp: Path) -> Iterator[Path]:
    """Give a new directory in that of a store, after what a killed import left there is gone; raise Busy."""
    with hold(tmp / "import" / "lock"), staging(tmp / "import" / "unpacked") as directory:
        yield directory


@contextmanager
def staging(directory: Path) -> Iterator[Path]:
    """Make a directory, which is gone afterwards unless it was moved; what was left in it before goes first."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def unpack(archive: OpenArchive, directory: Path) -> Tree:
    """Write every member below a new directory and return the tree of what was written.

    Raises IntegrityError for a member that would leave it, that is there twice, or is one too many, and
    TransferFailed before more is written than there is room for.
    """
    entries: list[TreeEntry] = []
    free, needed = _room(directory), 0
    try:
        for count, member in enumerate(archive.reader, 1):
            needed += member.size
            if needed > free:
                raise TransferFailed(
                    f"archive '{archive.file}' takes {needed} bytes and more; only {free} bytes are free",
                    hint="make room, or unpack it on another disk",
                )
            if count > MAX_MEMBERS:
                raise IntegrityError(f"archive '{archive.file}' has more than {MAX_MEMBERS} files and directories")
            if member.path in ("", ".") and member.directory:
                continue
            target = directory / check_member(member.path, directory=member.directory)
            if member.directory:
                target.mkdir(parents=True, exist_ok=True)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                entries.append(_write(archive.reader, member, target))
        return tree_of(entries)
    except (FileExistsError, NotADirectoryError) as error:
        name = os.path.relpath(error.filename, directory)
        raise IntegrityError(f"archive '{archive.file}' holds a name twice: '{printable(name)}'") from None
    except UnsafePath as error:
        raise IntegrityError(f"archive '{archive.file}' is refused: {error.message}") from None


def _room(directory: Path) -> float:
    """Return the free bytes of a file system; some of those on a network do not tell."""
    usage = shutil.disk_usage(directory)
    return usage.free if usage.total else math.inf


def _write(reader: TarReader, member: Member, target: Path) -> TreeEntry:
    sha256 = hashlib.sha256()
    bits = 0o777 if member.executable else 0o666
    # No symlink is ever written, so nothing leads out of the directory.
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, bits)
    with os.fdopen(handle, "wb") as stream:
        for block in reader.blocks():
            sha256.update(block)
            stream.write(block)
    mode = Mode.EXECUTABLE if member.executable else Mode.FILE
    return TreeEntry(member.path, mode, member.size, Digest(PREFIX + sha256.hexdigest()))
