"""The record that a bundle is whole: written when every file was verified, with the stat that each then had.

A file whose stat is still the same was not written to since, so that nothing is hashed again when it is served.
Inode and change time are part of it: whatever replaces or touches a file changes one of them.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from modelops_bundle.digest import Digest
from modelops_bundle.files.durable import write_file

VERSION = 1


class FileStat(NamedTuple):
    """What tells that a file was not changed."""

    mode: int
    size: int
    mtime: int
    ctime: int
    inode: int


@dataclass(frozen=True, slots=True)
class Completion:
    """A bundle that is whole: its digest, its tree's, the remote that it came from, and its files by path.

    A file without a stat is to be hashed before it is served again.
    """

    digest: Digest
    tree: Digest
    remote: str
    files: Mapping[str, FileStat | None]

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(stat.size for stat in self.files.values() if stat)


def stat_of(path: str) -> FileStat | None:
    """Return the stat of a file or symlink, or None when there is nothing."""
    try:
        now = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return FileStat(now.st_mode, now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino)


def stats_of(root: Path, paths: Iterable[str]) -> dict[str, FileStat | None]:
    """Return the stat of each file below a directory."""
    return {path: stat_of(f"{root}/{path}") for path in paths}


def changed_since(root: Path, completion: Completion) -> list[str]:
    """Return the paths whose files are not known to be what was verified."""
    return [path for path, known in completion.files.items() if not is_unchanged(f"{root}/{path}", known)]


def is_unchanged(path: str, known: FileStat | None) -> bool:
    """Tell whether a file is known, and still has the stat that it had."""
    try:
        now = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return (now.st_mode, now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino) == known


def read_completion(path: Path) -> Completion | None:
    """Return a record, or None where there is none that makes sense: its bundle then counts as absent."""
    try:
        value = json.loads(path.read_bytes())
        if value["version"] != VERSION:
            return None
        files = {name: FileStat(*map(int, stat)) if stat else None for name, stat in value["files"].items()}
        return Completion(Digest(value["digest"]), Digest(value["tree"]), str(value["remote"]), files)
    except (FileNotFoundError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None


def write_completion(path: Path, completion: Completion, tmp: Path) -> None:
    """Replace a record, flushed to disk."""
    document = {
        "version": VERSION,
        "digest": completion.digest,
        "tree": completion.tree,
        "remote": completion.remote,
        "files": completion.files,
    }
    write_file(path, json.dumps(document).encode(), flush=True, tmp=tmp)
