"""Upload to S3 in parts, going on with those that an upload before left behind.

An upload that fails is left open for the next try, which sends only what is missing; so a bucket wants a
lifecycle rule that ends open uploads after some days, as every bucket does. Several programs may go on with one
upload: their parts are the same, whoever ends it wins, and the others hear that it is gone.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from modelops_bundle.blob_stores.checked_content import CheckedContent
from modelops_bundle.blob_stores.parts import part_size, send_parts
from modelops_bundle.blob_stores.store_errors import DamagedBlob, LostRace, StorageFailed, StorageRefused
from modelops_bundle.errors import BundleError

MOST_PARTS = 10_000
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html"""


class _Open(NamedTuple):
    """An upload that has begun, and the parts that the server has of it, by number from 1."""

    id: str
    parts: dict[int, dict[str, Any]]


class MultipartUpload:
    """Sends one blob; `ask` makes a call, and turns the SDK's errors into ours."""

    def __init__(self, client: Any, bucket: str, key: str, ask: Callable[[Callable[[], Any]], Any]) -> None:
        self._client = client
        self._where = {"Bucket": bucket, "Key": key}
        self._ask = ask

    def send(
        self, content: CheckedContent, properties: dict[str, Any], condition: dict[str, str], jobs: int
    ) -> None:
        """Send content and make it a blob, if `condition` still holds then; raise LostRace when it does not."""
        upload = self._find() or self._begin(properties)
        where = {**self._where, "UploadId": upload.id}

        def send_part(index: int, data: bytearray) -> dict[str, Any]:
            number = index + 1
            known = upload.parts.get(number, {})
            if known.get("Size") == len(data) and known["ETag"].strip('"') == _md5(data):
                return _receipt(number, known)
            return _receipt(
                number, self._ask(lambda: self._client.upload_part(**where, PartNumber=number, Body=data))
            )

        try:
            parts = send_parts(content, part_size(content.size, MOST_PARTS), jobs, send_part)
            self._ask(
                lambda: self._client.complete_multipart_upload(
                    **where, MultipartUpload={"Parts": parts}, **condition
                )
            )
        except (DamagedBlob, LostRace):
            with suppress(BundleError):  # what ended it is what matters
                self._ask(lambda: self._client.abort_multipart_upload(**where))
            raise

    def _find(self) -> _Open | None:
        """Return the newest upload of this blob that was begun and not ended; who may not list has none."""
        bucket, key = self._where["Bucket"], self._where["Key"]
        try:
            found = self._ask(lambda: self._client.list_multipart_uploads(Bucket=bucket, Prefix=key))
            begun = [upload for upload in found.get("Uploads", ()) if upload["Key"] == key]
            if not begun:
                return None
            upload_id = max(begun, key=lambda upload: upload["Initiated"])["UploadId"]
            pages = self._client.get_paginator("list_parts").paginate(**self._where, UploadId=upload_id)
            parts = self._ask(lambda: [part for page in pages for part in page.get("Parts", ())])
        except (StorageRefused, StorageFailed, LostRace):
            return None
        return _Open(upload_id, {part["PartNumber"]: part for part in parts})

    def _begin(self, properties: dict[str, Any]) -> _Open:
        begun = self._ask(lambda: self._client.create_multipart_upload(**self._where, **properties))
        return _Open(begun["UploadId"], {})


def _receipt(number: int, answer: dict[str, Any]) -> dict[str, Any]:
    """Return what ends an upload wants to know of a part: the checksum too, if it has one."""
    checksums = {
        name: value for name, value in answer.items() if name.startswith("Checksum") and name != "ChecksumType"
    }
    return {"PartNumber": number, "ETag": answer["ETag"], **checksums}


def _md5(data: bytearray) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
