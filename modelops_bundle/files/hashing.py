"""Read a file once and learn who it is: sha256 for identity, BLAKE3 for 'did it really change'."""

import hashlib
import os
import stat
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from blake3 import blake3

from modelops_bundle.digest import PREFIX, Digest
from modelops_bundle.errors import Invalid, NotFound, TransferFailed
from modelops_bundle.files.file_copy import copy_file

BLOCK = 4 << 20
SMALL = 1 << 20
"""Below this many bytes, a file is read in one go; threads would cost more than they save."""
_TRIES = 3


class Content(NamedTuple):
    """What a file held: size in bytes and both digests, raw."""

    size: int
    sha256: bytes
    blake3: bytes

    @property
    def digest(self) -> Digest:
        return Digest(PREFIX + self.sha256.hex())


class FileChanged(TransferFailed):
    """A file was being written while we read it."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"file changed while it was being read: '{path}'",
            hint="let the program that writes it finish, then run the command again",
        )


class Unreadable(Invalid):
    """The system does not let us read a file, or look at it."""

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(f"cannot read '{path}': {error.strerror}", hint="check who owns it and its permissions")


def content_of(data: bytes) -> Content:
    """Hash bytes in memory."""
    return Content(len(data), hashlib.sha256(data).digest(), blake3(data).digest())


def hash_stream(stream: BinaryIO) -> Content:
    """Hash a stream to its end in one pass and constant memory.

    The two hashes of a block are computed side by side: both release the interpreter.
    """
    from concurrent.futures import ThreadPoolExecutor

    sha256, fast, size = hashlib.sha256(), blake3(), 0
    buffers = memoryview(bytearray(BLOCK)), memoryview(bytearray(BLOCK))
    turn = 0
    with ThreadPoolExecutor(1) as beside:
        pending = beside.submit(fast.update, b"")
        while count := stream.readinto(buffers[turn]):  # type: ignore[attr-defined]
            block = buffers[turn][:count]
            pending.result()
            pending = beside.submit(fast.update, block)
            sha256.update(block)
            size += count
            turn ^= 1
        pending.result()
    return Content(size, sha256.digest(), fast.digest())


def blake3_of_stream(stream: BinaryIO, size: int) -> bytes:
    """Return the raw BLAKE3 of a stream of about `size` bytes, on as many cores as there are."""
    fast = blake3(max_threads=blake3.AUTO)
    buffer = memoryview(bytearray(min(BLOCK, size + 1)))
    while count := stream.readinto(buffer):  # type: ignore[attr-defined]
        fast.update(buffer[:count])
    return fast.digest()


def open_regular(path: str) -> BinaryIO:
    """Open a regular file for unbuffered reading, never following a symlink in its last component.

    Raises NotFound when it is gone and Invalid when it is something else than a readable file.
    """
    return os.fdopen(_open(path)[0], "rb", buffering=0)  # type: ignore[return-value,unused-ignore]


def _open(path: str) -> tuple[int, os.stat_result]:
    """Return the descriptor of a regular file, and its stat."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise NotFound(f"no such file: '{path}'", hint="modelops-bundle status shows what is there") from None
    except OSError as error:
        raise Unreadable(path, error) from error
    now = os.fstat(handle)
    if not stat.S_ISREG(now.st_mode):
        os.close(handle)
        raise Invalid(f"not a regular file: '{path}'", hint="only files and symlinks can be tracked")
    return handle, now


def same_moment(before: os.stat_result, after: os.stat_result) -> bool:
    """Tell whether two stats of an open file say that nobody wrote to it in between."""
    return (before.st_size, before.st_mtime_ns, before.st_ctime_ns) == (
        after.st_size,
        after.st_mtime_ns,
        after.st_ctime_ns,
    )


def read_link(path: str) -> bytes:
    """Return the target of a symlink; raise FileChanged when it is none any more."""
    try:
        return os.readlink(os.fsencode(path))
    except OSError:
        raise FileChanged(path) from None


def read_content(
    path: str, copy: int = -1, read: Callable[[BinaryIO], Content] = hash_stream
) -> tuple[Content, os.stat_result]:
    """Hash a regular file and return the stat that its content belongs to; `read` does it for large ones.

    With `copy`, the descriptor of an empty file, the content is first copied there and then hashed from the
    copy, so that both are the same whatever happens to the original.
    Raises FileChanged when the file does not hold still for the length of one read.
    """
    for _ in range(_TRIES):
        with open_regular(path) as stream:
            before = os.fstat(stream.fileno())
            if copy >= 0:
                os.ftruncate(copy, 0)
                copy_file(stream.fileno(), copy)
                os.lseek(copy, 0, os.SEEK_SET)
                content = hash_stream(os.fdopen(copy, "rb", buffering=0, closefd=False))
            elif before.st_size < SMALL:
                content = content_of(stream.read(before.st_size + 1))
            else:
                content = read(stream)
            after = os.fstat(stream.fileno())
        if same_moment(before, after) and content.size == after.st_size:
            return content, after
    raise FileChanged(path)


def read_small(path: str) -> tuple[bytes, Content, os.stat_result]:
    """Read a regular file of less than SMALL bytes; return its bytes too. Raises FileChanged."""
    for _ in range(_TRIES):
        handle, before = _open(path)
        try:
            data = os.read(handle, before.st_size + 1)
            after = os.fstat(handle)
        finally:
            os.close(handle)
        if same_moment(before, after) and len(data) == after.st_size:
            return data, content_of(data), after
    raise FileChanged(path)
