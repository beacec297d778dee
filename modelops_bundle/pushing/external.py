"""Put files into blob stores, before the manifest that names them: several at a time, in bounded memory."""

from collections.abc import Container, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import BinaryIO, NamedTuple

from modelops_bundle.blob_stores.location import BlobLocation, parse_uri
from modelops_bundle.blob_stores.parts import PART
from modelops_bundle.blob_stores.soundness import is_sound
from modelops_bundle.blob_stores.store_errors import ArchivedBlob, MissingExtra
from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.places import External
from modelops_bundle.bundles.tree import Tree, TreeEntry
from modelops_bundle.checkout.content import ContentGone, source_of
from modelops_bundle.errors import AuthRefused, IntegrityError, Invalid
from modelops_bundle.files.hashing import FileChanged
from modelops_bundle.progress import Meter
from modelops_bundle.pushing.counted_content import CountedContent
from modelops_bundle.pushing.publishing import Route, Tracking, holds
from modelops_bundle.remote import BlobStatus
from modelops_bundle.storage.stores import OpenBlobStore
from modelops_bundle.tier import Tier, tier_named
from modelops_bundle.transfer import OpenContent, in_parallel


class Stored(NamedTuple):
    """A file that is to be in a blob store, and the tier that it goes into."""

    entry: TreeEntry
    tier: Tier | None = None


Places = Mapping[BlobLocation, Stored]
"""The files that are to be in blob stores, each content once."""


class Wanted(NamedTuple):
    """What has to be in blob stores, and which of that was there when a version was complete that we know.

    For what is `vouched` for, a store that does not let us in need not be asked. If `doubted`, a blob has to prove
    that it is what it should be.
    """

    places: Places
    vouched: Container[BlobLocation] = frozenset()
    doubted: bool = False


class Outcome(NamedTuple):
    """The sizes of what was sent, by URI, and the containers that did not let us look."""

    sizes: Mapping[str, int] = MappingProxyType({})
    unchecked: frozenset[str] = frozenset()


def places_of(tree: Tree, external: Mapping[str, External], placed: Container[BlobLocation] = ()) -> Places:
    """Return where files of a tree go, whose places are given by path, but for what is `placed` already."""
    found = {parse_uri(place.uri): Stored(tree[path], tier_named(place.tier)) for path, place in external.items()}
    return {location: stored for location, stored in found.items() if location not in placed}


def external_in(bundle: Bundle) -> dict[str, External]:
    """Return the places of the files of a version that lie in blob stores, by path."""
    files = bundle.index.files.items()
    return {path: file.place for path, file in files if isinstance(file.place, External)}


def placed_by(bundle: Bundle | None) -> frozenset[BlobLocation]:
    """Return what a published version has put into blob stores."""
    found = set()
    for place in external_in(bundle).values() if bundle else ():
        try:
            found.add(parse_uri(place.uri))
        except Invalid:  # another program's: what we cannot read is sent again
            continue
    return frozenset(found)


def push_external(tracking: Tracking, wanted: Wanted, route: Route) -> Outcome:
    """Put files into blob stores unless they are there.

    Content comes from the object store, large files from the working tree. Raises FileChanged when a working file
    is not what was tracked, ContentGone for what is neither here nor there, and what the stores raise.
    """
    if not wanted.places:
        return Outcome()
    # What is wrong with any store is told before anything is sent.
    places, unchecked = _to_put(tracking, wanted, route.open_blob_store, route.uploads)

    def put(location: BlobLocation) -> tuple[str, int]:
        (entry, tier), store = places[location], route.open_blob_store(location.container)
        content = CountedContent(_content(tracking, entry, store.uri(location.key)), meter)
        try:
            status = store.put(location.key, entry.size, content.open, entry.digest, tier, wanted.doubted)
        except IntegrityError:
            working = entry.digest not in tracking.project.objects
            if working and not holds(source_of(tracking.project, entry, tracking.index).open, entry.digest):
                raise FileChanged(entry.path) from None
            raise
        if status is not BlobStatus.PUSHED:
            content.skip(entry.size)
            return store.uri(location.key), 0
        content.finish(entry.size)
        return store.uri(location.key), entry.size

    small = [location for location, stored in places.items() if stored.entry.size <= PART]
    large = [location for location, stored in places.items() if stored.entry.size > PART]
    size = sum(stored.entry.size for stored in places.values())
    with Meter("push", route.on_event, len(places), size) as meter:
        # A large file travels in several parts at a time by itself, all of which are in memory.
        done = [*in_parallel(put, small, route.uploads), *map(put, large)]
    return Outcome({uri: size for uri, size in done if size}, unchecked)


def missing_external(tracking: Tracking, wanted: Wanted, open_blob_store: OpenBlobStore, jobs: int) -> Outcome:
    """Return what `push_external` would do; asks the stores."""
    places, unchecked = _to_put(tracking, wanted, open_blob_store, jobs)

    def look(location: BlobLocation) -> tuple[str, int]:
        store, size = open_blob_store(location.container), places[location].entry.size
        found = None if wanted.doubted else store.stat(location.key)
        return store.uri(location.key), 0 if found and found.size == size else size

    return Outcome({uri: size for uri, size in in_parallel(look, list(places), jobs) if size}, unchecked)


def _to_put(
    tracking: Tracking, wanted: Wanted, open_blob_store: OpenBlobStore, jobs: int
) -> tuple[Places, frozenset[str]]:
    """Return what may have to be put, and the containers that did not let us look."""

    def look(location: BlobLocation) -> tuple[bool, str]:
        entry, vouched = wanted.places[location].entry, location in wanted.vouched
        try:
            store = open_blob_store(location.container)
            if wanted.doubted:
                content = _content(tracking, entry, store.uri(location.key))
                return not is_sound(store, location.key, entry.size, entry.digest, content), ""
            found = store.stat(location.key) if vouched else None
        except ArchivedBlob:
            return False, location.container.uri()
        except (AuthRefused, MissingExtra):
            if not vouched:
                raise
            return False, location.container.uri()
        return found is None or found.size != entry.size, ""

    looked = list(zip(wanted.places.items(), in_parallel(look, list(wanted.places), jobs), strict=True))
    places = {location: stored for (location, stored), (put, _) in looked if put}
    return places, frozenset(container for _, (_, container) in looked if container)


def _content(tracking: Tracking, entry: TreeEntry, uri: str) -> OpenContent:
    project, tracked = tracking.project, tracking.index.get(entry.path)

    def open_content() -> BinaryIO:
        # A working file of another version is no source of this one.
        if entry.digest in project.objects or (tracked and tracked.digest == entry.digest):
            with suppress(ContentGone):
                return source_of(project, entry, tracking.index).open()
        raise ContentGone(
            f"the content of '{entry.path}' is neither here nor at '{uri}'",
            hint="restore the file; or whoever has it puts it back by: modelops-bundle push --force",
        )

    return open_content
