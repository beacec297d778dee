"""Records on stdin and stdout: one a line, the path last, or NUL-terminated with `-z`.

Without `-z`, paths that hold control characters, `"` or `\\` are quoted as git quotes them.
"""

import os
import re
import sys
from collections.abc import Iterator
from typing import BinaryIO

from modelops_bundle.digest import PREFIX, Digest, parse_digest
from modelops_bundle.errors import ExitCode, Invalid

MAX_RECORD_BYTES = 1 << 20
NO_DIGEST = PREFIX + "0" * 64
"""What stands in a record where there is no digest."""
_ESCAPES = {
    7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\",
}  # fmt: skip
_UNESCAPES = {text[1]: byte for byte, text in _ESCAPES.items()}
_ESCAPE = re.compile(r"\\([0-7]{3}|.)", re.DOTALL)
_SPECIAL = re.compile(r'[\x00-\x1f"\\\x7f]')


def quote_path(path: str) -> str:
    """Return a path quoted the way git does if it needs it, else as it is."""
    if not _SPECIAL.search(path):
        return path
    raw = path.encode("utf-8", "surrogateescape")
    return '"' + "".join(_ESCAPES.get(b, chr(b) if 0x20 <= b < 0x7F else f"\\{b:03o}") for b in raw) + '"'


def unquote_path(text: str) -> str:
    """Return the path that `quote_path` made a text of; raise Invalid when it made no such text."""
    if not text.startswith('"'):
        return text
    raw = bytearray()
    at = 1
    while at < len(text) - 1:
        match = _ESCAPE.match(text, at)
        if not match:
            if text[at] == '"':
                break
            raw += text[at].encode("utf-8", "surrogateescape")
            at += 1
            continue
        code = match[1]
        if len(code) == 3 and int(code, 8) < 256:
            raw.append(int(code, 8))
        elif code in _UNESCAPES:
            raw.append(_UNESCAPES[code])
        else:
            break
        at = match.end()
    if at != len(text) - 1 or not text.endswith('"'):
        raise Invalid(f"badly quoted path: {text[:200]}", hint="use -z for paths of any kind")
    return raw.decode("utf-8", "surrogateescape")


class RecordWriter:
    """Writes records to stdout; a reader that went away ends the program with exit code 141."""

    def __init__(self, *, nul: bool = False) -> None:
        self._nul = nul
        self._end = b"\0" if nul else b"\n"
        self._stream = sys.stdout.buffer

    def record(self, fields: str, path: str | None = None) -> None:
        """Write one record: the fixed fields, and a path after a TAB if there is one."""
        text = fields
        if path is not None:
            shown = path if self._nul else quote_path(path)
            text = f"{fields}\t{shown}" if fields else shown
        self.raw(text.encode("utf-8", "surrogateescape") + self._end)

    def raw(self, data: bytes) -> None:
        """Write bytes as they are."""
        try:
            self._stream.write(data)
        except BrokenPipeError:
            raise _reader_is_gone() from None

    def end(self) -> None:
        """End a record whose bytes were written raw."""
        self.raw(self._end)

    def flush(self) -> None:
        """Hand everything written to the reader now."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            raise _reader_is_gone() from None


def _reader_is_gone() -> SystemExit:
    # The interpreter flushes stdout once more at exit, and would complain about the same pipe.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return SystemExit(int(ExitCode.BROKEN_PIPE))


def read_records(stream: BinaryIO, *, nul: bool) -> Iterator[str]:
    """Yield the records of a stream, in constant memory; empty ones are left out.

    Raises Invalid when a record is longer than MAX_RECORD_BYTES.
    """
    for raw in _split(stream, b"\0" if nul else b"\n"):
        text = raw.decode("utf-8", "surrogateescape")
        if not nul:
            text = text.removesuffix("\r")
        if text:
            yield text


def read_paths(stream: BinaryIO, *, nul: bool) -> Iterator[str]:
    """Yield one path a record, unquoted."""
    for record in read_records(stream, nul=nul):
        yield record if nul else unquote_path(record)


def split_path(record: str, *, nul: bool) -> tuple[str, str]:
    """Split a record into its fixed fields and the path after the TAB; raise Invalid without a TAB."""
    fields, tab, path = record.partition("\t")
    if not tab:
        raise Invalid(f"no TAB and path in record '{record[:200]}'", hint="see docs/scripting.md")
    return fields, path if nul else unquote_path(path)


def leading_digest(record: str) -> Digest:
    """Return the digest that is the first field of a record; raise Invalid."""
    return parse_digest(re.split("[ \t]", record, maxsplit=1)[0])


def _split(stream: BinaryIO, end: bytes) -> Iterator[bytes]:
    if end == b"\n":
        while line := stream.readline(MAX_RECORD_BYTES + 2):
            line = line.removesuffix(end)
            if len(line) > MAX_RECORD_BYTES:
                raise _too_long()
            yield line
        return
    rest = b""
    while block := stream.read1(1 << 16):  # type: ignore[attr-defined]
        *whole, rest = (rest + block).split(end)
        # Only the first can have grown over several blocks, and a block is far shorter than the limit.
        if max(len(record) for record in (*whole[:1], rest)) > MAX_RECORD_BYTES:
            raise _too_long()
        yield from whole
    if rest:
        yield rest


def _too_long() -> Invalid:
    return Invalid(f"record longer than {MAX_RECORD_BYTES} bytes on stdin", hint="did you forget -z?")
