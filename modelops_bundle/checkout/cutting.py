"""Look at a large file for a push: hash it and cut it in one pass, since what changed will be packed next."""

import hashlib
import os
import time
from collections.abc import MutableMapping
from functools import partial
from pathlib import Path
from typing import BinaryIO

from blake3 import blake3

from modelops_bundle.checkout.index import LINK_BITS, IndexEntry, mode_bits
from modelops_bundle.checkout.working_tree import entry_of, look
from modelops_bundle.digest import Digest
from modelops_bundle.files.hashing import Content, read_content
from modelops_bundle.packs.chunking import Cut, Cuts, chunk_id, cut
from modelops_bundle.packs.packing import CUT_FROM


def look_and_cut(
    cuts: MutableMapping[Digest, Cuts],
    root: Path,
    path: str,
    now: os.stat_result,
    known: IndexEntry | None = None,
) -> IndexEntry:
    """Read one file and return its index entry, as `working_tree.look` does; note the chunks of a large one."""
    if now.st_size < CUT_FROM or mode_bits(now) == LINK_BITS:
        return look(root, path, now, known)
    started = time.time_ns()
    content, now = read_content(f"{root}/{path}", read=partial(_hash_and_cut, cuts))
    return entry_of(now, content, started)


def _hash_and_cut(cuts: MutableMapping[Digest, Cuts], stream: BinaryIO) -> Content:
    sha256, fast = hashlib.sha256(), blake3()
    found: list[Cut] = []
    offset = 0
    for chunk in cut(stream, sha256, fast):
        found.append(Cut(chunk_id(chunk), offset, len(chunk)))
        offset += len(chunk)
    content = Content(offset, sha256.digest(), fast.digest())
    cuts[content.digest] = found
    return content
