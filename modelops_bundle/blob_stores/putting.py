"""Put a blob unless it is there: the steps that are the same for every cloud."""

from collections.abc import Callable
from typing import BinaryIO

from modelops_bundle.blob_stores.blob_store import BlobStat, BlobStore
from modelops_bundle.blob_stores.checked_content import CheckedContent
from modelops_bundle.blob_stores.store_errors import LostRace, StorageRefused
from modelops_bundle.digest import Digest
from modelops_bundle.remote import BlobStatus

_RACES = 3
"""How often somebody else may come in between before we give up."""


def put_unless_there(
    store: BlobStore,
    key: str,
    size: int,
    open_content: Callable[[], BinaryIO],
    digest: Digest,
    send: Callable[[CheckedContent, bool], None],
    *,
    replace: bool,
) -> BlobStatus:
    """Do what `BlobStore.put` promises; `send` sends content, and tells LostRace.

    Its second argument tells whether to overwrite a blob; otherwise it must not be there.
    """
    for races_left in reversed(range(_RACES)):
        found = _find(store, key)
        if not replace and found is not None and found.size == size and found.digest == digest:
            return BlobStatus.EXISTS
        with CheckedContent(store.uri(key), size, open_content, digest) as content:
            try:
                send(content, found is not None)
                break
            except LostRace:
                if not races_left:
                    raise
    return BlobStatus.PUSHED


def _find(store: BlobStore, key: str) -> BlobStat | None:
    """Return what is there; who may write but not list is refused here, and may still put."""
    try:
        return store.stat(key)
    except StorageRefused:
        return None
