"""A file's content on its way into a store: what comes out at its end has been checked.

A store commits a blob only after it has read its content to the end, so refusing the last bytes keeps wrong
content out: a file that changed while it was being sent is never stored under the old digest.
"""

import hashlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import BinaryIO, Protocol

from modelops_bundle.blob_stores.store_errors import DamagedBlob
from modelops_bundle.digest import PREFIX, Digest

BLOCK = 1 << 20


class Hasher(Protocol):
    """What bytes are taken into one after the other."""

    def update(self, data: bytes, /) -> None: ...


class CheckedContent:
    """The bytes of a blob, to be read in order; reading the last of them raises DamagedBlob if they are wrong.

    An SDK may go back (`seek`) to send again what a connection lost; what was read before is not hashed twice.
    """

    def __init__(self, uri: str, size: int, open_content: Callable[[], BinaryIO], digest: Digest) -> None:
        self.size = size
        self._uri = uri
        self._digest = digest
        self._stream = open_content()
        self._sha256 = hashlib.sha256()
        self._hashers: list[Hasher] = [self._sha256]
        self._position = 0
        self._hashed = 0
        # Hashing goes on while a part that was read is being sent: both let other threads run.
        self._beside = ThreadPoolExecutor(1) if size > BLOCK else None
        self._pending: Future[None] | None = None

    def __enter__(self) -> "CheckedContent":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._beside:
            self._beside.shutdown()
        self._stream.close()

    def read(self, size: int = -1) -> bytes:
        """Return `size` bytes, fewer only at the end; raise DamagedBlob with the last ones."""
        wanted = self.size - self._position if size < 0 else min(size, self.size - self._position)
        blocks = []
        while wanted:
            block = self._stream.read(wanted)
            if not block:
                raise self._damaged(f"has {self._position} bytes, not {self.size}")
            self._take(block)
            blocks.append(block)
            wanted -= len(block)
        if self._hashed == self.size:
            self._check_end()
        return blocks[0] if len(blocks) == 1 else b"".join(blocks)

    @property
    def seen(self) -> int:
        """How many bytes have been read so far, however often."""
        return self._hashed

    def hash_also(self, hasher: Hasher) -> None:
        """Take all bytes into another hasher, too, which is complete once the last of them was read."""
        self._hashers.append(hasher)

    def fill(self, buffer: bytearray) -> None:
        """Read into all of a buffer, which becomes shorter only at the end; raise DamagedBlob as `read` does."""
        filled = 0
        while filled < len(buffer) and (block := self.read(min(BLOCK, len(buffer) - filled))):
            buffer[filled : filled + len(block)] = block
            filled += len(block)
        del buffer[filled:]

    def tell(self) -> int:
        """Return how many bytes lie before the next one."""
        return self._position

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go back to a byte that was read before."""
        if whence or offset > self._hashed:
            raise ValueError("content is read in order")
        self._stream.seek(offset)
        self._position = offset
        return offset

    def _take(self, block: bytes) -> None:
        self._position += len(block)
        new = self._position - self._hashed
        if new > 0:
            self._hash(block[len(block) - new :])
            self._hashed = self._position

    def _hash(self, data: bytes) -> None:
        if self._beside is None:
            self._update(data)
            return
        if self._pending:
            self._pending.result()
        self._pending = self._beside.submit(self._update, data)

    def _update(self, data: bytes) -> None:
        for hasher in self._hashers:
            hasher.update(data)

    def _check_end(self) -> None:
        if self._position == self.size and self._stream.read(1):
            raise self._damaged(f"has more than {self.size} bytes")
        if self._pending:
            self._pending.result()
        if f"{PREFIX}{self._sha256.hexdigest()}" != self._digest:
            raise self._damaged(f"does not match '{self._digest}'")

    def _damaged(self, why: str) -> DamagedBlob:
        return DamagedBlob(
            f"what was to become '{self._uri}' {why}",
            hint="let the program that writes the file finish, then run the command again",
        )
