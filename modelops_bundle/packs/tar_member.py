"""Tar members with nothing but name, mode and size: for packs of small files and for archives.

Written here and not by `tarfile`, whose headers differ between Python versions: ours must not.
Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header Block".
"""

from modelops_bundle.bundles.tree import Mode

BLOCK = 512
END = bytes(2 * BLOCK)
"""Two empty blocks end an archive."""
_ZEROS = bytes(BLOCK)
_MODES = {Mode.FILE: 0o644, Mode.EXECUTABLE: 0o755}
_OWNER = b"0000000\0" * 2
_NAME_BYTES = 100
MAX_USTAR_SIZE = 0o77777777777
"""The eleven octal digits of ustar hold sizes below 8 GiB."""
_BACK = {kind: kind + bytes(100) + b"ustar\x0000" + bytes(247) for kind in (b"0", b"5", b"g", b"x")}
_BACK_SUM = {kind: sum(back) + 8 * 0x20 for kind, back in _BACK.items()}
"""The checksum counts its own field as spaces."""


def header(path: str, mode: Mode, size: int) -> bytes:
    """Return the header of a regular file: names and sizes that ustar cannot hold go to pax."""
    return _member(path, _MODES[mode], size, b"0")


def directory_header(path: str) -> bytes:
    """Return the header of a directory."""
    return _member(f"{path}/", 0o755, 0, b"5")


def comment_header(text: str) -> bytes:
    """Return a header that only says something about the archive, as the first one of `git archive` does."""
    record = _pax_record(b"comment=" + text.encode() + b"\n")
    return _ustar(b"pax_global_header", 0o644, len(record), b"g") + record + padding(len(record))


def padding(size: int) -> bytes:
    """Return what fills a member of `size` bytes up to whole blocks."""
    return _ZEROS[: -size % BLOCK]


def _member(path: str, mode: int, size: int, kind: bytes) -> bytes:
    name, records = path.encode(), b""
    if len(name) > _NAME_BYTES or not path.isascii():
        records = _pax_record(b"path=" + name + b"\n")
    if size > MAX_USTAR_SIZE:
        records += _pax_record(b"size=%d\n" % size)
        size = 0
    if not records:
        return _ustar(name, mode, size, kind)
    short = name[:_NAME_BYTES].decode("ascii", "replace").replace("\ufffd", "_").encode()
    extended = _ustar(b"././@PaxHeader", 0o644, len(records), b"x")
    return extended + records + padding(len(records)) + _ustar(short[:_NAME_BYTES], mode, size, kind)


def _ustar(name: bytes, mode: int, size: int, kind: bytes) -> bytes:
    front = name.ljust(_NAME_BYTES, b"\0") + b"%07o\0" % mode + _OWNER + b"%011o\0%011o\0" % (size, 0)
    return front + b"%06o\0 " % (sum(front) + _BACK_SUM[kind]) + _BACK[kind]


def _pax_record(text: bytes) -> bytes:
    length = len(text) + 1
    while len(b"%d" % length) + 1 + len(text) != length:
        length = len(b"%d" % length) + 1 + len(text)
    return b"%d " % length + text
