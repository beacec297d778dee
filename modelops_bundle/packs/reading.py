"""Read bytes that lie in packs of a remote, and nothing else of those packs."""

from collections.abc import Mapping

from modelops_bundle.bundles.places import Terms
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.packs.cache import PackCache
from modelops_bundle.packs.chunking import chunk_id
from modelops_bundle.packs.format import PackIndex
from modelops_bundle.remote import Remote
from modelops_bundle.transfer import WrongBytes


def verified_chunk(index: PackIndex, number: int, stored: bytes | memoryview) -> bytes | memoryview | None:
    """Return the raw bytes of a chunk from its stored ones, or None when those are not what was packed."""
    chunk = index.chunks[number]
    try:
        raw = index.read(chunk, stored)
    except MalformedDocument:
        return None
    return raw if chunk_id(raw) == chunk.id else None


def read_terms(
    remote: Remote, cache: PackCache, packs: Mapping[Digest, Descriptor], place: Terms, size: int
) -> bytes:
    """Return the `size` bytes of a place, each chunk verified; one request for each run of chunks.

    Raises WrongBytes, and MalformedDocument when the chunks do not fit the size. For what fits into memory.
    """
    indexes = cache.fetch(remote, (packs[pack] for pack, _, _ in place.terms))
    parts: list[bytes] = []
    left = place.skip + size
    for pack, first, count in place.terms:
        chunks = indexes[pack].chunks[first : first + count]
        if len(chunks) != count:
            raise MalformedDocument(f"pack '{pack}' has no chunk {first + count - 1}")
        left -= sum(chunk.raw for chunk in chunks)
        # All is held in memory: no chunk may be there for nothing.
        if left <= -chunks[-1].raw:
            raise MalformedDocument(f"chunks of pack '{pack}' lie beyond the end of the content")
        start, end = chunks[0].offset, chunks[-1].offset + chunks[-1].stored
        data = memoryview(b"".join(remote.read_blob(packs[pack], start, end - start)))
        for number, chunk in enumerate(chunks, first):
            at = chunk.offset - start
            raw = verified_chunk(indexes[pack], number, data[at : at + chunk.stored])
            if raw is None:
                raise WrongBytes(pack, remote.name)
            parts.append(bytes(raw))
    if left > 0:
        raise MalformedDocument(f"chunks end {left} bytes before the content does")
    return b"".join(parts)[place.skip : place.skip + size]
