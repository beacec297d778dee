"""The record that a bundle is whole: written when every file was verified, with the stat that each then had.

A file whose stat is still the same was not written to since, so that nothing is hashed again when it is served.
Inode and change time are part of it: whatever replaces or touches a file changes one of them.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from modelops_bundle.digest import Digest, parse_digest
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.files import canonical_json
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.files.durable import write_file
from modelops_bundle.files.hashing import Unreadable, open_regular
from modelops_bundle.safe_path import check_path

VERSION = 2
_MAX_BYTES = 512 << 20
"""Five times what a record of a million files takes; it has some 100 bytes for each."""


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
    """Return the stat of a file or symlink, or None when there is nothing, or nothing that we may look at."""
    try:
        now = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
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
    return known is not None and stat_of(path) == known


def read_completion(path: Path) -> Completion | None:
    """Return a record, or None where there is none that makes sense: its bundle then counts as absent.

    Others may write to the cache: what a record says becomes part of paths, and some of those are removed.
    """
    try:
        with open_regular(str(path)) as stream:
            value = canonical_json.decode(stream.read(_MAX_BYTES + 1), f"'{path}'", max_bytes=_MAX_BYTES)
        if value["version"] != VERSION or not isinstance(value["remote"], str):
            return None
        files = {check_path(name): _parse_stat(stat) for name, stat in value["files"].items()}
        return Completion(parse_digest(value["digest"]), parse_digest(value["tree"]), value["remote"], files)
    except Unreadable:
        raise
    except (Invalid, NotFound, MalformedDocument, KeyError, TypeError, ValueError, AttributeError):
        return None


def _parse_stat(text: str | None) -> FileStat | None:
    return None if text is None else FileStat(*map(int, text.split(" ")))


def write_completion(path: Path, completion: Completion, tmp: Path) -> None:
    """Replace a record, flushed to disk."""
    # Times and inodes are numbers that JSON cannot hold everywhere.
    files = {name: stat and " ".join(map(str, stat)) for name, stat in completion.files.items()}
    document = {
        "version": VERSION,
        "digest": completion.digest,
        "tree": completion.tree,
        "remote": completion.remote,
        "files": files,
    }
    write_file(path, canonical_json.encode(document), flush=True, tmp=tmp)
