"""A directory as a blob store: one file per blob, readable by any tool, on a disk that a group shares."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from modelops_bundle.blob_stores.blob_store import BlobStat
from modelops_bundle.blob_stores.checked_content import BLOCK, CheckedContent
from modelops_bundle.blob_stores.location import Container
from modelops_bundle.blob_stores.store_errors import (
    MissingBlob,
    MissingContainer,
    StorageFailed,
    StorageRefused,
    check_size,
)
from modelops_bundle.digest import Digest, digest_of_stream
from modelops_bundle.errors import BundleError, NotFound
from modelops_bundle.files.durable import replacing
from modelops_bundle.files.hashing import open_regular
from modelops_bundle.remote import BlobStatus
from modelops_bundle.tier import Tier


class DirectoryStore:
    """Blobs below a directory, which must exist: one that does not is more likely a disk that is not mounted."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._root = Path(container.name)

    @property
    def name(self) -> str:
        return self._container.uri()

    def uri(self, key: str) -> str:
        return self._container.uri(key)

    def stat(self, key: str) -> BlobStat | None:
        self._check_root()
        try:
            return BlobStat((self._root / key).stat(follow_symlinks=False).st_size)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._problem(error) from error

    def put(
        self,
        key: str,
        size: int,
        open_content: Callable[[], BinaryIO],
        digest: Digest,
        tier: Tier | None = None,
        replace: bool = False,
    ) -> BlobStatus:
        if not replace and self._holds(key, size, digest):
            return BlobStatus.EXISTS
        with CheckedContent(self.uri(key), size, open_content, digest) as content:
            try:
                with replacing(self._root / key, flush=True, mode=0o444) as stream:
                    while block := content.read(BLOCK):
                        stream.write(block)
            except OSError as error:
                raise self._problem(error) from error
        return BlobStatus.PUSHED

    def read(self, key: str, size: int, offset: int = 0) -> Iterator[bytes]:
        self._check_root()
        try:
            with open_regular(str(self._root / key)) as stream:
                check_size(self.uri(key), os.fstat(stream.fileno()).st_size, size)
                stream.seek(offset)
                while block := stream.read(BLOCK):
                    yield block
        except NotFound:
            raise MissingBlob(self.uri(key)) from None
        except OSError as error:
            raise self._problem(error) from error

    def close(self) -> None:
        pass

    def _holds(self, key: str, size: int, digest: Digest) -> bool:
        """Tell whether a blob is there and whole: nothing beside it keeps its digest, so it is read."""
        found = self.stat(key)
        if found is None or found.size != size:
            return False
        try:
            with open_regular(str(self._root / key)) as stream:
                return digest_of_stream(stream)[0] == digest
        except OSError as error:
            raise self._problem(error) from error

    def _check_root(self) -> None:
        if not self._root.is_dir():
            raise MissingContainer(self.name, f"mount or make the directory: mkdir -p '{self._root}'")

    def _problem(self, error: OSError) -> BundleError:
        said = error.strerror or type(error).__name__
        if isinstance(error, PermissionError):
            return StorageRefused(self.name, said, "check who owns the directory and its permissions")
        return StorageFailed(self.name, said)
