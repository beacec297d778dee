"""The index: which files are tracked, and what each held when it was last looked at.

It is a cache of the working tree, not a staging area: `push` publishes what is on disk. The file is laid out
to be unpacked by C code, so that 100,000 entries load in some tens of milliseconds (docs/formats/index.md):

    {"count": N, "paths": bytes, "tree": digest or "", "version": 1} LF
    N paths, sorted, each followed by NUL
    N rows, little-endian: u32 mode · i64 size, mtime, ctime · u64 inode · raw sha256 · raw BLAKE3
    BLAKE3 of everything before

Racy files (git's technical/racy-git): a stat vouches for content only if the file's mtime is older than the
moment we read it and older than the index file; `mtime_ns` 0 marks an entry whose stat must not be trusted.
"""

import os
import stat
import struct
from collections.abc import ItemsView, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from itertools import repeat
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from blake3 import blake3

from modelops_bundle.bundles.tree import Mode, Tree, TreeEntry, tree_of
from modelops_bundle.digest import PREFIX, Digest
from modelops_bundle.errors import IntegrityError, Invalid
from modelops_bundle.files import canonical_json
from modelops_bundle.files.durable import write_file

VERSION = 1
_MODES = {0o100644: Mode.FILE, 0o100755: Mode.EXECUTABLE, 0o120000: Mode.LINK}
LINK_BITS = 0o120000
_ROW = struct.Struct("<IqqqQ32s32s")
_STAT = struct.Struct("<4xqqqQ64x")
"""The part of a row that a stat is compared with."""
_CHECKSUM = 32
_MTIME = attrgetter("mtime_ns")
_ALWAYS = 1 << 63


class IndexEntry(NamedTuple):
    """What a tracked file held at its last look: size in bytes, times in ns, digests raw."""

    mode: int
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    sha256: bytes
    blake3: bytes

    @property
    def digest(self) -> Digest:
        return Digest(PREFIX + self.sha256.hex())

    def vouches_for(self, now: os.stat_result) -> bool:
        """Tell whether a stat says that the file is untouched since."""
        return self.mtime_ns != 0 and (now.st_mtime_ns, now.st_ctime_ns, now.st_size, now.st_ino) == (
            self.mtime_ns,
            self.ctime_ns,
            self.size,
            self.inode,
        )

    def tree_entry(self, path: str) -> TreeEntry:
        return TreeEntry(path, _MODES[self.mode], self.size, self.digest)


def mode_bits(now: os.stat_result) -> int:
    """Return the mode that we keep of a file: 0o100644, 0o100755 or 0o120000; 0 for anything else."""
    if stat.S_ISREG(now.st_mode):
        return 0o100755 if now.st_mode & stat.S_IXUSR else 0o100644
    return 0o120000 if stat.S_ISLNK(now.st_mode) else 0


def mode_text(bits: int) -> str:
    """Return the mode as trees spell it."""
    return _MODES[bits]


class Index(MutableMapping[str, IndexEntry]):
    """Tracked files by path. `tree_digest` is that of the entries, if it is known; a change forgets it.

    What was loaded is unpacked when an entry is asked for: where nothing changed, `stats` is all it takes.
    """

    def __init__(self, entries: Mapping[str, IndexEntry] | None = None, **more: IndexEntry) -> None:
        self._unpacked = {**(entries or {}), **more}
        self._packed: _Packed | None = None
        self.tree_digest: str = ""

    @classmethod
    def from_file(cls, packed: "_Packed", tree_digest: str) -> "Index":
        """Return an index that is still as it stands in its file."""
        index = cls()
        index._packed, index.tree_digest = packed, tree_digest
        return index

    @property
    def _entries(self) -> dict[str, IndexEntry]:
        if self._packed is not None:
            self._unpacked, self._packed = self._packed.entries(), None
        return self._unpacked

    def __len__(self) -> int:
        return len(self._unpacked if self._packed is None else self._packed.paths)

    def __iter__(self) -> Iterator[str]:
        return iter(self._unpacked if self._packed is None else self._packed.paths)

    def __getitem__(self, path: str) -> IndexEntry:
        return self._entries[path]

    def __setitem__(self, path: str, entry: IndexEntry) -> None:
        self.tree_digest = ""
        self._entries[path] = entry

    def __delitem__(self, path: str) -> None:
        self.tree_digest = ""
        del self._entries[path]

    def __contains__(self, path: object) -> bool:
        return path in self._entries

    def items(self) -> ItemsView[str, IndexEntry]:
        return self._entries.items()

    def stats(self) -> Iterable[tuple[str, tuple[int, int, int, int]]]:
        """Give the path of each file, and the size, mtime, ctime and inode of its entry.

        A stat vouches for content only if its mtime is not 0 and older than `vouching_before`.
        """
        if self._packed is not None:
            return self._packed.stats()
        return ((path, (entry.size, entry.mtime_ns, entry.ctime_ns, entry.inode)) for path, entry in self.items())

    @property
    def vouching_before(self) -> int:
        """When the file that this was loaded from was written, in ns since the epoch."""
        return _ALWAYS if self._packed is None else self._packed.written_ns

    def restat(self, entries: Mapping[str, IndexEntry]) -> None:
        """Take new stats of files whose content and mode are the same as before."""
        if entries:
            self._entries.update(entries)

    def tree(self) -> Tree:
        """Return the tree that the entries describe; raise UnsafePath when it cannot exist everywhere."""
        return tree_of(entry.tree_entry(path) for path, entry in self.items())


@dataclass(frozen=True, slots=True)
class _Packed:
    """The paths of an index file, sorted, and the rows as they stand in it."""

    paths: list[str]
    rows: memoryview
    written_ns: int

    def stats(self) -> Iterable[tuple[str, tuple[int, int, int, int]]]:
        return zip(self.paths, _STAT.iter_unpack(self.rows), strict=True)

    def entries(self) -> dict[str, IndexEntry]:
        """Return the entries by path; the stats of racy ones vouch for nothing."""
        # `IndexEntry._make` would be one more call for each row.
        unpacked = map(tuple.__new__, repeat(IndexEntry), _ROW.iter_unpack(self.rows))
        entries = dict(zip(self.paths, unpacked, strict=True))
        if max(map(_MTIME, entries.values()), default=0) >= self.written_ns:
            racy = {path: entry for path, entry in entries.items() if entry.mtime_ns >= self.written_ns}
            entries.update({path: entry._replace(mtime_ns=0) for path, entry in racy.items()})
        return entries


class IndexDamaged(IntegrityError):
    """The index file is not what we wrote."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"index is damaged ({why}): '{path}'",
            hint=f"delete it, then 'modelops-bundle add .' tracks the files again: rm '{path}'",
        )


def load_index(path: Path) -> Index:
    """Read the index; empty when there is none. Raises IndexDamaged, and Invalid for a newer version."""
    try:
        with path.open("rb") as stream:
            written_ns = os.fstat(stream.fileno()).st_mtime_ns
            data = stream.read()
    except FileNotFoundError:
        return Index()
    body, checksum = memoryview(data)[:-_CHECKSUM], data[-_CHECKSUM:]
    head = data.find(b"\n") + 1
    if len(data) < _CHECKSUM or not head or blake3(body).digest() != checksum:
        raise IndexDamaged(path, "checksum")
    try:
        header = canonical_json.decode(data[:head], "the index header", max_bytes=4096)
        if header["version"] != VERSION:
            raise Invalid(
                f"index has version {header['version']}, written by a newer modelops-bundle: '{path}'",
                hint="pip install --upgrade modelops-bundle",
            )
        rows = head + header["paths"]
        paths = bytes(body[head:rows]).decode("utf-8", "surrogateescape").split("\0")[: header["count"]]
        packed = _Packed(paths, body[rows:], written_ns)
        if len(paths) != header["count"] or len(packed.rows) != len(paths) * _ROW.size:
            raise ValueError
        return Index.from_file(packed, header["tree"])
    except (IntegrityError, KeyError, TypeError, ValueError):
        raise IndexDamaged(path, "layout") from None


def write_index(path: Path, index: Index, tmp: Path | None = None) -> None:
    """Replace the index file in one step, flushed to disk; `tmp` as in `durable.replacing`."""
    items = sorted(index.items())
    paths = b"".join(name.encode("utf-8", "surrogateescape") + b"\0" for name, _ in items)
    header = {"count": len(items), "paths": len(paths), "tree": index.tree_digest, "version": VERSION}
    rows = b"".join([_ROW.pack(*entry) for _, entry in items])
    body = canonical_json.encode(header) + b"\n" + paths + rows
    write_file(path, body + blake3(body).digest(), flush=True, tmp=tmp)
