"""What an object is. Objects carry no type, so their content decides; a wrong guess harms nobody.

    manifest  an image manifest: a JSON object of `schemaVersion` 2 with `config` and `layers`
    config    a bundle's config: a JSON object with `required`, and digests as `tree` and `index`
    index     a bundle's index: begins with `{"files":[` and ends with `],"version":N}`
    blob      everything else: the content of a file

No more is read of an object than this takes: a few bytes, unless it is a JSON object of at most 4 MiB.
"""

import os
import re
from enum import StrEnum
from typing import Any

from modelops_bundle.bundles.manifest import MAX_CONFIG_BYTES
from modelops_bundle.digest import Digest, is_digest
from modelops_bundle.files import canonical_json
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.objects import ObjectStore
from modelops_bundle.remote import MAX_MANIFEST_BYTES

_INDEX_HEAD = b'{"files":['
_INDEX_TAIL = re.compile(rb'\],"version":[0-9]+\}\Z')
_TAIL_BYTES = 32
_MAX_BYTES = max(MAX_MANIFEST_BYTES, MAX_CONFIG_BYTES)


class ObjectType(StrEnum):
    """What an object is."""

    MANIFEST = "manifest"
    CONFIG = "config"
    INDEX = "index"
    BLOB = "blob"


def type_of(objects: ObjectStore, digest: Digest) -> ObjectType:
    """Return what an object is, reading a few bytes of most; raise ObjectMissing."""
    with objects.open(digest) as stream:
        head = stream.read(len(_INDEX_HEAD))
        if head[:1] != b"{":
            return ObjectType.BLOB
        size = os.fstat(stream.fileno()).st_size
        if head == _INDEX_HEAD:
            stream.seek(max(0, size - _TAIL_BYTES))
            return ObjectType.INDEX if _INDEX_TAIL.search(stream.read()) else ObjectType.BLOB
        data = head + stream.read() if size <= _MAX_BYTES else b""
    try:
        return _type_of_document(canonical_json.decode(data, "an object", max_bytes=_MAX_BYTES))
    except MalformedDocument:
        return ObjectType.BLOB


def _type_of_document(value: Any) -> ObjectType:
    match value:
        case {"schemaVersion": 2, "config": dict(), "layers": list()}:
            return ObjectType.MANIFEST
        case {"required": list(), "tree": str(tree), "index": str(index)} if is_digest(tree) and is_digest(index):
            return ObjectType.CONFIG
        case _:
            return ObjectType.BLOB
