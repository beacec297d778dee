"""Read a tar archive that a stranger wrote, in bounded memory: files and directories only, nothing is guessed.

`tarfile` holds an extended header of any size in memory, and knows member types that have no place here.
Source: POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from modelops_bundle.archive.compression import Readable
from modelops_bundle.errors import BundleError, IntegrityError, UnsupportedMediaType
from modelops_bundle.files.zstandard import ZstdError
from modelops_bundle.packs.tar_member import BLOCK

_MAX_EXTENDED = 64 << 10
"""Far more than the longest path takes."""
_MAX_HEADERS = 16
"""Extended headers of one member; writers use two, and one in front of all."""
_MAX_FILLING = 64
"""Reads behind the end; writers fill up a block of some KiB there."""
_USED = re.compile(r"(?:path|size)\Z|GNU\.sparse")
"""Keys of extended headers that say what a member is; others are of no use here, whatever their number."""
_READ = 1 << 20
_EMPTY = bytes(BLOCK)
_REGULAR = (b"0", b"\0")
_DIRECTORY = b"5"
_PAX, _PAX_GLOBAL, _LONG_NAME = b"x", b"g", b"L"


@dataclass(frozen=True, slots=True)
class Member:
    """One member: `path` as the archive has it, without './' in front and '/' behind; `size` in bytes."""

    path: str
    directory: bool
    executable: bool
    size: int


class DamagedArchive(IntegrityError):
    """An archive is cut short, or is not what tar allows."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"archive '{what}' is damaged: {reason}", hint="copy or export it again")


class NotAnArchive(UnsupportedMediaType):
    """A file is something else."""

    def __init__(self, what: str) -> None:
        super().__init__(f"not an archive: '{what}'", hint="modelops-bundle export makes archives")


class TarReader:
    """Yields members in their order; the `blocks` of one must be asked for before the next, or are skipped.

    `comment` is what the archive says about itself before its first member.
    """

    def __init__(self, stream: Readable, what: str) -> None:
        self.comment = ""
        self._stream = stream
        self._what = what
        self._begun = False
        self._left = 0
        self._padding = 0
        self._first = self._next()

    def __iter__(self) -> Iterator[Member]:
        member = self._first
        while member:
            yield member
            for _ in self.blocks():
                pass
            self._exactly(self._padding)
            member = self._next()

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes of the current member."""
        while self._left:
            block = self._exactly(min(self._left, _READ))
            self._left -= len(block)
            yield block

    def _next(self) -> Member | None:
        records: dict[str, str] = {}
        extended = 0
        while (block := self._exactly(BLOCK)) != _EMPTY:
            kind, size = self._checked(block)
            if kind in (_PAX, _PAX_GLOBAL, _LONG_NAME):
                extended += 1
                if extended > _MAX_HEADERS:
                    raise self._damaged("a member has too many extended headers")
                if size > _MAX_EXTENDED:
                    raise self._damaged("an extended header is too large")
                data = self._exactly(size)
                self._exactly(-size % BLOCK)
                if kind == _LONG_NAME:
                    records["path"] = self._text(data.rstrip(b"\0"))
                elif kind == _PAX:
                    records |= {key: value for key, value in self._records(data).items() if _USED.match(key)}
                else:
                    self.comment = self._records(data).get("comment", "")
                continue
            return self._member(block, kind, size, records)
        # What was compressed ends with a checksum, which is looked at when all of it was read.
        for _ in range(_MAX_FILLING):
            if not self._some(_READ):
                return None
        raise self._damaged("it goes on after its end")

    def _member(self, block: bytes, kind: bytes, size: int, records: dict[str, str]) -> Member:
        prefix = block[345:500].split(b"\0")[0] if block[257:263] == b"ustar\0" else b""
        name = self._text(block[:100].split(b"\0")[0])
        path = records.get("path") or (f"{self._text(prefix)}/{name}" if prefix else name)
        if kind not in (*_REGULAR, _DIRECTORY) or any(key.startswith("GNU.sparse") for key in records):
            raise UnsupportedMediaType(
                f"'{path}' in archive '{self._what}' is neither a file nor a directory",
                hint="only archives that modelops-bundle export or skopeo wrote can be imported",
            )
        if "size" in records:
            if not records["size"].isascii() or not records["size"].isdigit():
                raise self._damaged(f"'{path}' has no size")
            size = int(records["size"][:20])
        if kind == _DIRECTORY:
            size = 0
        self._left, self._padding = size, -size % BLOCK
        executable = bool(self._octal(block[100:108]) & 0o100)
        return Member(path.removeprefix("./").rstrip("/"), kind == _DIRECTORY, executable, size)

    def _checked(self, block: bytes) -> tuple[bytes, int]:
        """Return the type and size that a header tells, after a look at its checksum."""
        total = sum(block) - sum(block[148:156]) + 8 * 0x20
        if self._octal(block[148:156]) != total:
            raise self._damaged("a header does not match its checksum")
        self._begun = True
        field = block[124:136]
        size = int.from_bytes(field[1:]) if field[0] == 0x80 else self._octal(field)
        return block[156:157], size

    def _octal(self, field: bytes) -> int:
        digits = field.split(b"\0")[0].strip()
        if digits.strip(b"01234567"):
            raise self._damaged("a header holds no numbers")
        return int(digits or b"0", 8)

    def _records(self, data: bytes) -> dict[str, str]:
        records: dict[str, str] = {}
        while data:
            length, space, _ = data[:10].partition(b" ")
            end = int(length) if length.isdigit() else 0
            key, equals, value = data[len(length) + 1 : max(end - 1, 0)].partition(b"=")
            if not space or not equals or data[end - 1 : end] != b"\n":
                raise self._damaged("an extended header is malformed")
            records[self._text(key)] = self._text(value)
            data = data[end:]
        return records

    def _text(self, data: bytes) -> str:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            raise self._damaged("a name is not UTF-8") from None

    def _exactly(self, size: int) -> bytes:
        parts, left = [], size
        while left and (part := self._some(min(left, _READ))):
            parts.append(part)
            left -= len(part)
        if left:
            raise self._damaged("it is cut short")
        return b"".join(parts)

    def _some(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except (EOFError, ZstdError) as error:
            raise DamagedArchive(self._what, str(error)) from None

    def _damaged(self, reason: str) -> BundleError:
        return DamagedArchive(self._what, reason) if self._begun else NotAnArchive(self._what)
