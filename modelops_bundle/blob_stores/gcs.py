"""Google Cloud Storage through google-cloud-storage.

A large blob goes up as one resumable upload, since the service takes parts side by side only without
conditions. The service compares a CRC32C of the whole.
"""

from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO, TypeVar

from google.cloud.storage.retry import DEFAULT_RETRY

from modelops_bundle.blob_stores.blob_store import BlobStat
from modelops_bundle.blob_stores.checked_content import CheckedContent
from modelops_bundle.blob_stores.checksum import Algorithm, Checksum
from modelops_bundle.blob_stores.gcs_client import gcs_client
from modelops_bundle.blob_stores.gcs_errors import SDK_ERRORS, gcs_error, missing_bucket
from modelops_bundle.blob_stores.gcs_upload import GcsUpload
from modelops_bundle.blob_stores.kept_digest import DIGEST_KEY, kept_digest
from modelops_bundle.blob_stores.location import Container
from modelops_bundle.blob_stores.parts import fetch_parts
from modelops_bundle.blob_stores.putting import put_unless_there
from modelops_bundle.blob_stores.storage_access import StorageAccess
from modelops_bundle.blob_stores.store_errors import DamagedBlob, MissingBlob, StorageFailed, check_size
from modelops_bundle.digest import Digest, hex_of
from modelops_bundle.errors import BundleError
from modelops_bundle.remote import BlobStatus
from modelops_bundle.tier import Tier

SMALL = 1 << 20
"""Bytes of a blob that goes up in one request, which is in memory up to four times."""

_TYPE = "application/octet-stream"
_CLASSES = {Tier.HOT: "STANDARD", Tier.COOL: "NEARLINE", Tier.ARCHIVE: "ARCHIVE"}

T = TypeVar("T")


class GcsStore:
    """A bucket of Google Cloud Storage."""

    def __init__(self, container: Container, access: StorageAccess) -> None:
        self._container = container
        self._jobs = access.jobs
        self._timeout = access.timeout
        self._retries = access.retries
        self._client = gcs_client(container, access)
        self._bucket = self._client.bucket(container.name)
        self._patience: dict[str, Any] = {
            "timeout": access.timeout,
            "retry": DEFAULT_RETRY.with_timeout(access.timeout) if access.retries else None,
        }

    @property
    def name(self) -> str:
        return self._container.uri()

    def uri(self, key: str) -> str:
        return self._container.uri(key)

    def stat(self, key: str) -> BlobStat | None:
        found = self._ask(key, lambda: self._bucket.get_blob(key, **self._patience))
        if found is None:
            return None
        tier = next((tier for tier, name in _CLASSES.items() if name == found.storage_class), None)
        checksum = Checksum(Algorithm.CRC32C, b64decode(found.crc32c)) if found.crc32c else None
        return BlobStat(found.size, kept_digest(found.metadata), tier, checksum)

    def put(
        self,
        key: str,
        size: int,
        open_content: Callable[[], BinaryIO],
        digest: Digest,
        tier: Tier | None = None,
        replace: bool = False,
    ) -> BlobStatus:
        def send(content: CheckedContent, overwrite: bool) -> None:
            blob = self._bucket.blob(key)
            blob.metadata = {DIGEST_KEY: hex_of(digest)}
            if tier:
                blob.storage_class = _CLASSES[tier]
            manners = self._patience.copy()
            if not overwrite:
                manners["if_generation_match"] = 0  # what does not exist has this one
            try:
                if size <= SMALL:
                    self._ask(key, lambda: blob.upload_from_file(content, size=size, checksum="crc32c", **manners))
                    return
                url = self._ask(key, lambda: blob.create_resumable_upload_session(_TYPE, size, **manners))
            except MissingBlob:  # what an upload can miss is its bucket
                raise missing_bucket(self._container) from None
            self._send_large(key, GcsUpload(url, content, self._timeout, self._retries))

        return put_unless_there(self, key, size, open_content, digest, send, replace=replace)

    def read(self, key: str, size: int, offset: int = 0) -> Iterator[bytes]:
        blob = self._bucket.blob(key)

        def fetch(start: int, end: int) -> bytes:
            manners = {**self._patience, "raw_download": True, "checksum": None}
            data = self._ask(key, lambda: bytes(blob.download_as_bytes(start=start, end=end - 1, **manners)))
            check_size(self.uri(key), start + len(data), end)
            return data

        found = self.stat(key)
        if found is None:
            # The answer is the same whether the blob or its bucket is missing.
            if not self._ask(key, lambda: self._bucket.exists(**self._patience)):
                raise missing_bucket(self._container)
            raise MissingBlob(self.uri(key))
        check_size(self.uri(key), found.size, size)
        yield from fetch_parts(offset, size, self._jobs, fetch)

    def close(self) -> None:
        self._client.close()

    def _send_large(self, key: str, upload: GcsUpload) -> None:
        """Send what becomes a blob; one that was altered on its way is taken back."""
        try:
            self._ask(key, upload.send)
        except MissingBlob:
            raise StorageFailed(self.name, "it has forgotten the upload") from None
        except DamagedBlob:
            if upload.generation:
                with suppress(BundleError):  # what ended it is what matters
                    blob, generation = self._bucket.blob(key), upload.generation
                    self._ask(key, lambda: blob.delete(if_generation_match=generation, **self._patience))
            raise

    def _ask(self, key: str, call: Callable[[], T]) -> T:
        """Return what a call of the SDK returns; its errors become ours, without them as the context."""
        try:
            return call()
        except SDK_ERRORS as error:
            problem = gcs_error(error, self._container, key)
        raise problem
