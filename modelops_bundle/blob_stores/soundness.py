"""Tell whether a blob in a store is what it should be, trusting nobody: what `push --force` repairs."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from modelops_bundle.blob_stores.blob_store import BlobStore
from modelops_bundle.blob_stores.store_errors import DamagedBlob, MissingBlob
from modelops_bundle.digest import PREFIX, Digest
from modelops_bundle.errors import NotFound


def is_sound(
    store: BlobStore, key: str, size: int, digest: Digest, open_content: Callable[[], BinaryIO]
) -> bool:
    """Tell whether a blob is there, with content of this digest and size.

    Compares a checksum that the service computed with that of our own content, if both are there, and else reads
    the blob. Raises ArchivedBlob for one that cannot be read.
    """
    found = store.stat(key)
    if found is None or found.size != size:
        return False
    if found.checksum:
        with suppress(NotFound), open_content() as content:  # ours may be gone
            if found.checksum.fits(content):
                return True
    # It may be that of other parts than ours, so this is no proof of the contrary.
    sha256 = hashlib.sha256()
    try:
        for block in store.read(key, size):
            sha256.update(block)
    except (DamagedBlob, MissingBlob):  # somebody else is at it
        return False
    return f"{PREFIX}{sha256.hexdigest()}" == digest
