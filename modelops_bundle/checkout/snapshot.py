"""Take the content of working files into the object store, so that later edits cannot change it.

Files below the storage threshold become objects; larger ones are only hashed and read from the working tree
when they are sent, so that a 10 GB file does not take 20 GB.
"""

import os
import time
from pathlib import Path

from modelops_bundle.checkout.index import LINK_BITS, IndexEntry, mode_bits
from modelops_bundle.checkout.working_tree import entry_of, look
from modelops_bundle.files.durable import temporary
from modelops_bundle.files.hashing import SMALL, content_of, read_content, read_link, read_small
from modelops_bundle.objects import ObjectStore
from modelops_bundle.storage.config import DEFAULT_THRESHOLD


def take(
    objects: ObjectStore, root: Path, path: str, now: os.stat_result, threshold: int = DEFAULT_THRESHOLD
) -> IndexEntry:
    """Store the content of one file or symlink, unless it has `threshold` bytes or more; return its index entry.

    Raises FileChanged when it does not hold still, and Invalid when it cannot be read.
    """
    started = time.time_ns()
    full = f"{root}/{path}"
    if mode_bits(now) == LINK_BITS:
        target = read_link(full)
        entry = entry_of(now, content_of(target), started)
        objects.put_known(entry.digest, target)
        return entry
    if now.st_size >= threshold:
        return look(root, path, now)
    if now.st_size < SMALL:
        data, content, now = read_small(full)
        objects.put_known(content.digest, data)
        return entry_of(now, content, started)
    with temporary(objects.tmp) as (handle, copy):
        content, now = read_content(full, handle)
        objects.adopt(Path(copy), content.digest)
    return entry_of(now, content, started)
