"""What a directory holds that an archive takes; everything that it cannot hold is refused at once."""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from modelops_bundle.errors import Invalid, shortened
from modelops_bundle.files.durable import is_temporary
from modelops_bundle.safe_path import (
    AREA,
    METADATA_DIR,
    TRAVELLING,
    UnsafePath,
    check_collisions,
    check_path,
    printable,
)

LEFT_OUT = (".git", METADATA_DIR)
_KINDS = {
    stat.S_IFLNK: "symlink",
    stat.S_IFIFO: "named pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}


@dataclass(frozen=True, slots=True)
class Listing:
    """Paths relative to the directory: files with their stat, and directories; `left_out` is what stays here."""

    root: Path
    files: dict[str, os.stat_result] = field(default_factory=dict)
    directories: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def list_directory(source: Path, out: Path) -> Listing:
    """List a directory without the archive that is about to be written into it.

    Raises Invalid, naming the first of all the symlinks, special files and unsafe names in it.
    """
    if not source.is_dir():
        raise Invalid(f"no such directory: '{source}'", hint="name the directory to export")
    listing, offenders = Listing(source.resolve()), list[str]()
    _list(listing, "", out.parent.resolve() / out.name, offenders)
    if offenders:
        raise Invalid(
            f"cannot export '{source}': an archive holds files and directories only, with names that are safe",
            hint="put files in their place, or export what is published: modelops-bundle export --oci-layout",
            details=shortened(offenders),
        )
    check_collisions(listing.files)
    return listing


def check_member(path: str, *, directory: bool) -> str:
    """Return the path of a member if it may be written; raise UnsafePath."""
    if not directory or path not in (AREA, METADATA_DIR):
        check_path(path.removeprefix(f"{AREA}/"))
    return path


def _list(listing: Listing, below: str, out: Path, offenders: list[str]) -> None:
    with os.scandir(listing.root / below) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        path = f"{below}/{entry.name}" if below else entry.name
        now = entry.stat(follow_symlinks=False)
        if entry.name in LEFT_OUT:
            listing.left_out.append(path)
            if path == METADATA_DIR and stat.S_ISDIR(now.st_mode):
                _list_travelling(listing)
            continue
        if is_temporary(entry.name) or (stat.S_ISREG(now.st_mode) and listing.root / path == out):
            continue
        kind = _KINDS.get(stat.S_IFMT(now.st_mode))
        if kind:
            to = f" -> '{printable(os.readlink(entry.path))}'" if kind == "symlink" else ""
            offenders.append(f"{kind} '{printable(path)}'{to}")
            continue
        try:
            check_member(path, directory=stat.S_ISDIR(now.st_mode))
        except UnsafePath as problem:
            offenders.append(problem.message)
            continue
        if stat.S_ISDIR(now.st_mode):
            listing.directories.append(path)
            _list(listing, path, out, offenders)
        else:
            listing.files[path] = now


def _list_travelling(listing: Listing) -> None:
    for path in sorted(TRAVELLING):
        file = listing.root / path
        if file.is_file() and not file.is_symlink():
            if METADATA_DIR not in listing.directories:
                listing.directories.append(METADATA_DIR)
            listing.files[path] = file.stat()
