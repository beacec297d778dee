"""S3, and what speaks like it, through boto3.

Uploads in parts are ours, since boto3's own cannot be made conditional on absence.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, BinaryIO, TypeVar

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from modelops_bundle.blob_stores.blob_store import BlobStat
from modelops_bundle.blob_stores.checked_content import CheckedContent
from modelops_bundle.blob_stores.kept_digest import DIGEST_KEY, kept_digest
from modelops_bundle.blob_stores.location import Container
from modelops_bundle.blob_stores.parts import PART, fetch_parts
from modelops_bundle.blob_stores.putting import put_unless_there
from modelops_bundle.blob_stores.s3_checksum import entity_checksum
from modelops_bundle.blob_stores.s3_client import s3_client
from modelops_bundle.blob_stores.s3_errors import s3_error
from modelops_bundle.blob_stores.s3_upload import MultipartUpload
from modelops_bundle.blob_stores.storage_access import StorageAccess
from modelops_bundle.blob_stores.store_errors import MissingBlob, check_size
from modelops_bundle.digest import Digest, hex_of
from modelops_bundle.remote import BlobStatus
from modelops_bundle.tier import Tier

_CLASSES = {Tier.HOT: "STANDARD", Tier.COOL: "STANDARD_IA", Tier.ARCHIVE: "GLACIER"}

T = TypeVar("T")


class S3Store:
    """A bucket of S3."""

    def __init__(self, container: Container, access: StorageAccess) -> None:
        self._container = container
        self._jobs = access.jobs
        self._retries = access.retries
        self._client = s3_client(access)

    @property
    def name(self) -> str:
        return self._container.uri()

    def uri(self, key: str) -> str:
        return self._container.uri(key)

    def stat(self, key: str) -> BlobStat | None:
        try:
            found = self._head(key)
        except MissingBlob:
            return None
        named = found.get("StorageClass", _CLASSES[Tier.HOT])
        tier = next((tier for tier, name in _CLASSES.items() if name == named), None)
        return BlobStat(found["ContentLength"], kept_digest(found.get("Metadata")), tier, entity_checksum(found))

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
            properties: dict[str, Any] = {"Metadata": {DIGEST_KEY: hex_of(digest)}}
            if tier:
                properties["StorageClass"] = _CLASSES[tier]
            condition = {} if overwrite else {"IfNoneMatch": "*"}
            if size <= PART:
                data = content.read()
                where = {"Bucket": self._container.name, "Key": key}
                self._ask(key, lambda: self._client.put_object(Body=data, **where, **properties, **condition))
                return
            upload = MultipartUpload(self._client, self._container.name, key, lambda call: self._ask(key, call))
            upload.send(content, properties, condition, self._jobs)

        return put_unless_there(self, key, size, open_content, digest, send, replace=replace)

    def read(self, key: str, size: int, offset: int = 0) -> Iterator[bytes]:
        def fetch(start: int, end: int) -> bytes:
            data = self._ask(key, lambda: self._read(key, start, end))
            check_size(self.uri(key), start + len(data), end)
            return data

        try:
            found = self._head(key)
        except MissingBlob:
            # The answer to HEAD has no body that would tell what is missing.
            self._ask("", lambda: self._client.head_bucket(Bucket=self._container.name))
            raise
        check_size(self.uri(key), found["ContentLength"], size)
        yield from fetch_parts(offset, size, self._jobs, fetch)

    def close(self) -> None:
        self._client.close()

    def _head(self, key: str) -> dict[str, Any]:
        return self._ask(key, lambda: self._client.head_object(Bucket=self._container.name, Key=key))

    def _read(self, key: str, start: int, end: int) -> bytes:
        """Return bytes of a blob; botocore tries requests again, but not answers that break off."""
        tries_left = self._retries
        while True:
            part = self._client.get_object(Bucket=self._container.name, Key=key, Range=f"bytes={start}-{end - 1}")
            try:
                with closing(part["Body"]) as body:
                    return bytes(body.read())
            except (IncompleteReadError, ReadTimeoutError, ResponseStreamingError):
                if not tries_left:
                    raise
                tries_left -= 1

    def _ask(self, key: str, call: Callable[[], T]) -> T:
        """Return what a call of the SDK returns; its errors become ours, without them as the context."""
        try:
            return call()
        except (BotoCoreError, ClientError) as error:
            problem = s3_error(error, self._container, key)
        raise problem
