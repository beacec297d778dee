"""The checksum that S3 keeps of an object: its entity tag, where that is one.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
"""

import re
from collections.abc import Mapping
from typing import Any

from modelops_bundle.blob_stores.checksum import Algorithm, Checksum
from modelops_bundle.blob_stores.parts import part_size
from modelops_bundle.blob_stores.s3_upload import MOST_PARTS

_TAG = re.compile('"?([0-9a-f]{32})(-[0-9]+)?"?')


def entity_checksum(found: Mapping[str, Any]) -> Checksum | None:
    """Return what an answer to HEAD tells of the content, if anything; parts are taken for as large as ours."""
    tag = _TAG.fullmatch(found.get("ETag", ""))
    # With keys of KMS or of the customer, it is of what was encrypted.
    encrypted = found.get("SSECustomerAlgorithm") or found.get("ServerSideEncryption", "AES256") != "AES256"
    if not tag or encrypted:
        return None
    part = part_size(found["ContentLength"], MOST_PARTS) if tag[2] else 0
    return Checksum(Algorithm.MD5, bytes.fromhex(tag[1]), part)
