"""Where each file of a push goes, and what has to be put into blob stores for that."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from modelops_bundle.blob_stores.location import parse_uri, shown_uri
from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.places import NOWHERE, External, LinkTarget, Nowhere, Place, Terms, TitledLayer
from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import short
from modelops_bundle.errors import Invalid
from modelops_bundle.pushing.external import Wanted, external_in, placed_by, places_of
from modelops_bundle.pushing.outgoing import Outgoing
from modelops_bundle.remote import Remote
from modelops_bundle.storage.policy import NO_PROVIDER, UNCHANGED, Decision, Placement, StoragePolicy
from modelops_bundle.storage.published import PublishedPlaces
from modelops_bundle.storage.stores import Storage
from modelops_bundle.sync.published import seen_at


def external_of(project: Project, outgoing: Outgoing, storage: Storage) -> dict[str, External]:
    """Return the places of the files that are to lie in blob stores, by path."""
    if outgoing.version:
        return external_in(outgoing.version)
    return _policy(project, outgoing, storage).external(outgoing.tree.values())


def decisions_for(project: Project, outgoing: Outgoing, storage: Storage) -> dict[str, Decision]:
    """Return where each file goes and why, by path."""
    version = outgoing.version
    if version is None:
        policy = _policy(project, outgoing, storage)
        return {path: policy.decide(entry) for path, entry in outgoing.tree.items()}
    why = f"as in {short(version.digest)}"
    return {path: _decision(file.place, why) for path, file in version.index.files.items()}


def _decision(place: Place, why: str) -> Decision:
    match place:
        case External():
            return Decision(Placement.BLOB_STORE, why, place.tier)
        case TitledLayer() | Terms():
            return Decision(Placement.REGISTRY, why)
        case Nowhere() | LinkTarget():
            return Decision(Placement.INDEX, why)


def _policy(project: Project, outgoing: Outgoing, storage: Storage) -> StoragePolicy:
    return storage.policy(project.config.storage, () if outgoing.relocate else outgoing.published)


def places_to_put(
    project: Project, remote: Remote, outgoing: Outgoing, external: Mapping[str, External]
) -> Wanted:
    """Return what has to be in blob stores before the tag moves.

    What the version at the tag has there is left out: moving the tag makes that no worse. A tag that is new must
    not name what is gone, so the rest is asked for. Versions at the remote that were pushed from here, or pulled,
    were complete then; that has to do for who cannot ask a store.
    """
    trusted = placed_by(outgoing.theirs)
    places = places_of(outgoing.tree, external, () if outgoing.afresh else trusted)
    if not places:
        return Wanted(places)
    vouched = trusted.union(*(placed_by(version) for version in _complete(project, remote)))
    return Wanted(places, vouched, outgoing.afresh)


def _complete(project: Project, remote: Remote) -> Iterator[Bundle]:
    """Yield the versions at a remote that a push from here or a pull has seen to be whole."""
    bases = {digest for name, digest in project.refs if name.startswith(f"bases/{remote.name}/")}
    for digest in (bases | {project.head}) & seen_at(project, remote.name):
        if digest and digest in project.objects:
            yield project.bundle(digest)


@dataclass(frozen=True, slots=True)
class Move:
    """A file that goes elsewhere than before, in words; `before` is empty for one that was nowhere."""

    path: str
    before: str
    after: str
    why: str


def moves_of(project: Project, outgoing: Outgoing, storage: Storage) -> list[Move]:
    """Return the files that leave a blob store, and new ones that get into none for want of a provider.

    What goes into a blob store is no move: that is reported as stored there.
    """
    policy, published = _policy(project, outgoing, storage), PublishedPlaces(outgoing.published)
    moves = []
    for entry in _large(project, outgoing):
        place = published.of_path(entry.path)
        if place is not None and not isinstance(place, External):
            continue
        if outgoing.version:
            after, why = outgoing.version.index.files[entry.path].place, f"as in {short(outgoing.version.digest)}"
        else:
            after, why = policy.external([entry]).get(entry.path, NOWHERE), policy.decide(entry).why
        stray = why.startswith(NO_PROVIDER) and (published.any_external or why != NO_PROVIDER)
        if (place and _where(place) != _where(after)) or (place is None and stray):
            moves.append(Move(entry.path, _where(place) if place else "", _where(after), why))
    return moves


def stays_of(project: Project, outgoing: Outgoing, storage: Storage) -> list[TreeEntry]:
    """Return the files that stay where they are published, while the configuration names another place."""
    if outgoing.version or outgoing.relocate:
        return []
    policy, fresh = _policy(project, outgoing, storage), storage.policy(project.config.storage)
    entries = [entry for entry in _large(project, outgoing) if policy.decide(entry).why == UNCHANGED]
    now, then = policy.external(entries), fresh.external(entries)
    named = [entry for entry in entries if not fresh.decide(entry).why.startswith(NO_PROVIDER)]
    return [
        entry
        for entry in named
        if _where(now.get(entry.path, NOWHERE)) != _where(then.get(entry.path, NOWHERE))
    ]


def _large(project: Project, outgoing: Outgoing) -> Iterator[TreeEntry]:
    """Yield the files that may lie in a blob store: large ones, and those that did."""
    were = {path for version in outgoing.published for path in external_in(version)}
    limit = project.threshold_bytes
    return (entry for path, entry in outgoing.tree.items() if entry.size >= limit or path in were)


def _where(place: Place) -> str:
    """Return what has a file's bytes, for people."""
    if not isinstance(place, External):
        return "the registry"
    try:
        return parse_uri(place.uri).container.uri()
    except Invalid:  # another program's
        return shown_uri(place.uri)
