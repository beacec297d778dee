"""What a push need not send again: content in packs that versions at the remote name.

Packs are retired when they hold little that is still needed, or when there are too many of them, or of small ones:
then their content counts as new, and is packed again together. At most `BUDGET` bytes are sent again by one push,
and more only to keep the number of layers below what registries take.
"""

from collections.abc import Iterable, Mapping

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.places import Terms
from modelops_bundle.bundles.tree import Tree
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest
from modelops_bundle.packs.cache import PackCache
from modelops_bundle.packs.format import PackKind
from modelops_bundle.packs.packing import Known, pack_size_for

BUDGET = 64 << 20
SMALL_PACK = 4 << 20
MAX_SMALL_PACKS = 16
MAX_PACKS = 200
"""Above this many packs, those that fit into one with another are retired, whatever they hold."""
LIVE = 0.5
"""A pack is retired when less than this part of it is needed."""
MAX_KNOWN_CHUNKS = 1 << 18
"""Chunks that are looked for in other versions; what is beyond is only sent again."""


def reusable(base: Bundle | None, tree: Tree, cache: PackCache) -> Known:
    """Return what of a version at the remote a new tree may name."""
    if base is None:
        return Known()
    packs = base.packs
    wanted = {entry.digest for entry in tree.values()}
    files: dict[Digest, Terms] = {}
    needed: list[Terms] = [base.document.terms] if base.document else []
    for path, file in base.index.files.items():
        if isinstance(file.place, Terms):
            if file.entry.digest in wanted:
                files[file.entry.digest] = file.place
            # A file that changed still has most of its old chunks.
            if file.entry.digest in wanted or path in tree:
                needed.append(file.place)
    retired = packs_to_retire(packs, _live_bytes(packs, needed, cache))
    kept = {digest: pack for digest, pack in packs.items() if digest not in retired}
    return Known(
        kept,
        {digest: place for digest, place in files.items() if not any(p in retired for p, _, _ in place.terms)},
        _chunks(kept, cache),
    )


def packs_to_retire(packs: Mapping[Digest, Descriptor], live: Mapping[Digest, int]) -> frozenset[Digest]:
    """Return packs whose content should be packed again; `live` says how many bytes of each are needed."""
    candidates = {pack for pack, descriptor in packs.items() if live[pack] < LIVE * descriptor.size}
    small = [pack for pack, descriptor in packs.items() if descriptor.size < SMALL_PACK]
    if len(small) > MAX_SMALL_PACKS:
        candidates.update(small)
    left = BUDGET
    if len(packs) > MAX_PACKS:
        size = pack_size_for(sum(live.values()))
        # Any two of these make one pack of the size that new ones get; of larger ones there are 256 at most.
        candidates.update(pack for pack, descriptor in packs.items() if descriptor.size <= size // 2)
        left = max(BUDGET, 2 * size)
    retired: set[Digest] = set()
    for pack in sorted(candidates, key=lambda pack: (live[pack], pack)):
        left -= live[pack]
        if left < 0:
            break
        retired.add(pack)
    return frozenset(retired)


def _live_bytes(
    packs: Mapping[Digest, Descriptor], needed: Iterable[Terms], cache: PackCache
) -> dict[Digest, int]:
    """Return how many bytes of each pack are needed: all of a pack whose index is not here."""
    indexes = {digest: cache.find(pack) for digest, pack in packs.items()}
    numbers: dict[Digest, set[int]] = {digest: set() for digest in packs}
    for place in needed:
        for pack, first, count in place.terms:
            numbers[pack].update(range(first, first + count))
    return {
        digest: sum(index.chunks[n].stored for n in numbers[digest] if n < len(index.chunks))
        if (index := indexes[digest])
        else packs[digest].size
        for digest in packs
    }


def _chunks(packs: Mapping[Digest, Descriptor], cache: PackCache) -> dict[bytes, tuple[Digest, int]]:
    known: dict[bytes, tuple[Digest, int]] = {}
    for digest, pack in packs.items():
        index = cache.find(pack)
        if index and index.kind is PackKind.CHUNKS and len(known) + len(index.chunks) <= MAX_KNOWN_CHUNKS:
            known |= {chunk.id: (digest, number) for number, chunk in enumerate(index.chunks)}
    return known
