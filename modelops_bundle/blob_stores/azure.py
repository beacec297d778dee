"""Azure Blob Storage through azure-storage-blob.

The blocks of a large blob are named by their number and content. So a second try, of this program or another
one, sends only those that the service does not have yet; it keeps them for a week.
"""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, TypeVar, cast

from azure.core import MatchConditions
from azure.core.exceptions import AzureError
from azure.storage.blob import BlobBlock, BlobClient, StandardBlobTier
from blake3 import blake3

from modelops_bundle.blob_stores.azure_client import container_client
from modelops_bundle.blob_stores.azure_errors import azure_error
from modelops_bundle.blob_stores.blob_store import BlobStat
from modelops_bundle.blob_stores.checked_content import CheckedContent
from modelops_bundle.blob_stores.checksum import Algorithm, Checksum
from modelops_bundle.blob_stores.kept_digest import DIGEST_KEY, kept_digest
from modelops_bundle.blob_stores.location import Container
from modelops_bundle.blob_stores.parts import PART, fetch_parts, part_size, send_parts
from modelops_bundle.blob_stores.putting import put_unless_there
from modelops_bundle.blob_stores.storage_access import StorageAccess
from modelops_bundle.blob_stores.store_errors import MissingBlob, check_size
from modelops_bundle.digest import Digest, hex_of
from modelops_bundle.remote import BlobStatus
from modelops_bundle.tier import Tier

MOST_BLOCKS = 50_000
"""https://learn.microsoft.com/rest/api/storageservices/understanding-block-blobs--append-blobs--and-page-blobs"""

_TIERS = {
    Tier.HOT: StandardBlobTier.HOT,
    Tier.COOL: StandardBlobTier.COOL,
    Tier.ARCHIVE: StandardBlobTier.ARCHIVE,
}

T = TypeVar("T")


class AzureStore:
    """A container of Azure Blob Storage."""

    def __init__(self, container: Container, access: StorageAccess) -> None:
        self._container = container
        self._jobs = access.jobs
        self._client = container_client(container, access)

    @property
    def name(self) -> str:
        return self._container.uri()

    def uri(self, key: str) -> str:
        return self._container.uri(key)

    def stat(self, key: str) -> BlobStat | None:
        try:
            found = self._ask(key, self._blob(key).get_blob_properties)
        except MissingBlob:
            return None
        tier = next((tier for tier, name in _TIERS.items() if name.value == found.blob_tier), None)
        # The service computes it for what comes in one request, and takes anybody's word for all else.
        md5 = found.content_settings.content_md5 if found.size <= PART else None
        checksum = Checksum(Algorithm.MD5, bytes(md5)) if md5 else None
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
            properties: dict[str, Any] = {"metadata": {DIGEST_KEY: hex_of(digest)}}
            if tier:
                properties["standard_blob_tier"] = _TIERS[tier]
            if size <= PART:
                data = content.read()
                self._ask(key, lambda: self._blob(key).upload_blob(data, overwrite=overwrite, **properties))
                return
            if not overwrite:
                properties["match_condition"] = MatchConditions.IfMissing
            blocks = self._send_blocks(key, content)
            self._ask(key, lambda: self._blob(key).commit_block_list(blocks, **properties))

        return put_unless_there(self, key, size, open_content, digest, send, replace=replace)

    def read(self, key: str, size: int, offset: int = 0) -> Iterator[bytes]:
        def fetch(start: int, end: int) -> bytes:
            download = self._ask(key, lambda: self._blob(key).download_blob(start, end - start))
            data = self._ask(key, download.readall)
            check_size(self.uri(key), start + len(data), end)
            return data

        found = self._ask(key, self._blob(key).get_blob_properties)
        check_size(self.uri(key), found.size, size)
        yield from fetch_parts(offset, size, self._jobs, fetch)

    def close(self) -> None:
        self._client.close()

    def _send_blocks(self, key: str, content: CheckedContent) -> list[BlobBlock]:
        """Send the blocks that the service lacks, and return all; the blob does not change yet."""
        blob = self._blob(key)
        there = self._uncommitted(key)

        def send(number: int, data: bytearray) -> BlobBlock:
            block = f"{number:05}-{blake3(data).hexdigest()[:32]}"
            if block not in there:
                # Any buffer will do, and a copy would cost as much memory again.
                self._ask(key, lambda: blob.stage_block(block, cast(bytes, data), len(data)))
            return BlobBlock(block)

        return send_parts(content, part_size(content.size, MOST_BLOCKS), self._jobs, send)

    def _uncommitted(self, key: str) -> set[str]:
        try:
            _, blocks = self._ask(key, lambda: self._blob(key).get_block_list("uncommitted"))
        except MissingBlob:
            return set()
        return {block.id for block in blocks}

    def _blob(self, key: str) -> BlobClient:
        return self._client.get_blob_client(key)

    def _ask(self, key: str, call: Callable[[], T]) -> T:
        """Return what a call of the SDK returns; its errors become ours, without them as the context."""
        try:
            return call()
        except AzureError as error:
            problem = azure_error(error, self._container, key)
        raise problem
