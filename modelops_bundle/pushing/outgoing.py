"""A push on its way: what we have, what the tag names, what moving it means, and the sending itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.manifest import parse_manifest
from modelops_bundle.bundles.media_types import OCI_MANIFEST, TREE_ANNOTATION
from modelops_bundle.bundles.places import External, LinkTarget, Nowhere, Place, Terms, TitledLayer
from modelops_bundle.bundles.tree import Tree
from modelops_bundle.checkout.index import Index
from modelops_bundle.checkout.project import Project
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, short
from modelops_bundle.packs.packing import Known
from modelops_bundle.packs.reuse import reusable
from modelops_bundle.packs.writer import FinishedPack
from modelops_bundle.progress import OnEvent, ignore_events
from modelops_bundle.pushing.encoding import encode
from modelops_bundle.pushing.external import (
    Places,
    external_in,
    missing_external,
    placed_by,
    places_of,
    push_external,
)
from modelops_bundle.pushing.known_blobs import known_blobs, mount_sources
from modelops_bundle.pushing.publishing import PackUploads, Route, Tracking, push_contents, push_packs
from modelops_bundle.remote import BlobsMissing, BlobStatus, Remote
from modelops_bundle.storage.policy import Decision, Placement
from modelops_bundle.storage.stores import Storage
from modelops_bundle.sync.plan import PushPlan
from modelops_bundle.sync.state import Synced
from modelops_bundle.transfer import UPLOADS, in_parallel


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is to be published: a tree, or a `version` that is known already, under a tag that names `theirs`."""

    tree: Tree
    theirs: Bundle | None
    plan: PushPlan
    index: Index = field(default_factory=Index)
    version: Bundle | None = None
    afresh: bool = False

    @property
    def up_to_date(self) -> bool:
        """Whether the tag names this content already, and nobody wants it sent afresh."""
        return not self.afresh and self.theirs is not None and self.theirs.config.tree == self.tree.digest()


@dataclass(frozen=True, slots=True)
class Push:
    """What is sent where; `before` is what the working tree was in sync with when its content was taken.

    `whole_tree` is false for a known version, which says nothing about the working tree; `origin` is a remote that
    has its packs. `storage` opens blob stores.
    """

    outgoing: Outgoing
    tag: str
    before: Synced
    whole_tree: bool = True
    on_event: OnEvent = ignore_events
    jobs: int = 0
    origin: Remote | None = None
    storage: Storage | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What a push published, and the sizes in bytes of what it sent for that.

    `blobs` went to the remote, `external` to blob stores, by URI.
    """

    bundle: Bundle
    blobs: Mapping[Digest, int] = field(default_factory=dict)
    external: Mapping[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(self.blobs.values())

    @property
    def external_size(self) -> int:
        return sum(self.external.values())


def known_version(project: Project, remote: str, tree: Digest) -> Bundle | None:
    """Return a version of a tree that a tag of this remote was last seen to name: its digest stays."""
    prefix = f"remotes/{remote}/"
    for name, digest in project.refs:
        if name.startswith(prefix) and "/" not in name.removeprefix(prefix) and digest in project.objects:
            manifest = parse_manifest(project.objects.read(digest), f"'{digest}'")
            if not manifest.foreign and manifest.annotations.get(TREE_ANNOTATION) == tree:
                return project.bundle(digest)
    return None


def send(project: Project, remote: Remote, push: Push, before_tag: Callable[[Digest], None]) -> Sent:
    """Publish and make the tag name it; `before_tag` is told the version right before the tag moves.

    Raises RemoteMoved when somebody moved the tag meanwhile, and FileChanged, with nothing published.
    """
    outgoing = push.outgoing
    if outgoing.up_to_date and outgoing.theirs:
        return Sent(outgoing.theirs)
    expected = outgoing.theirs.digest if outgoing.theirs else None
    sources = mount_sources(project, remote.name)
    known = frozenset[Digest]() if outgoing.afresh else known_blobs(project, remote.name)
    storage = push.storage or Storage()
    external = _external(project, outgoing, storage)
    route = Route(remote, known, sources, push.on_event, push.jobs, storage.open)
    base = _base(project, outgoing, remote)
    tracking = Tracking(project, outgoing.index)
    stored = push_external(tracking, _places(project, outgoing, remote, external), route)
    try:
        reuse = reusable(base, outgoing.tree, project.packs)
        sent = _send_blobs(project, outgoing, route, reuse, external, push.origin)
        _publish(remote, sent.bundle, push.tag, expected, before_tag)
    except BlobsMissing:
        # A garbage collection took blobs that the last version vouched for: send all that is not there.
        if outgoing.version and outgoing.version.packs and push.origin is None:
            # Nobody has its packs any more; its content makes others.
            outgoing = replace(outgoing, version=None)
        external = _external(project, outgoing, storage)
        route = replace(route, known=())
        stored |= push_external(tracking, places_of(outgoing.tree, external), route)
        sent = _send_blobs(project, outgoing, route, Known(), external, push.origin)
        _publish(remote, sent.bundle, push.tag, expected, before_tag)
    return replace(sent, external=stored)


@dataclass(frozen=True, slots=True)
class Estimate(Sent):
    """What a push would send, and in how many requests beside those that found this out."""

    requests: int = 0


def estimate(
    project: Project, remote: Remote, outgoing: Outgoing, jobs: int = 0, storage: Storage | None = None
) -> Estimate:
    """Return what `send` would send, down to the byte; builds packs and throws them away.

    Asks the remote and the blob stores for the blobs that nobody has seen there.
    """
    if outgoing.up_to_date and outgoing.theirs:
        return Estimate(outgoing.theirs)
    storage = storage or Storage()
    external = _external(project, outgoing, storage)
    places = _places(project, outgoing, remote, external)
    stored = missing_external(places, storage.open, jobs or UPLOADS)
    bundle = outgoing.version
    if bundle is None:
        reuse = reusable(_base(project, outgoing, remote), outgoing.tree, project.packs)
        bundle = encode(project, outgoing.tree, outgoing.index, reuse, _throw_away, external)
    known = frozenset[Digest]() if outgoing.afresh else known_blobs(project, remote.name)
    source = mount_sources(project, remote.name)
    wanted = [blob for blob in bundle.blobs() if blob.digest not in known]

    def cost(blob: Descriptor) -> tuple[int, int]:
        return (1, 0) if source(blob.digest) else remote.blob_cost(blob)

    costs = in_parallel(cost, wanted, jobs or UPLOADS)
    sizes = {blob.digest: size for blob, (_, size) in zip(wanted, costs, strict=True) if size}
    return Estimate(bundle, sizes, stored, sum(requests for requests, _ in costs) + remote.tag_cost())


def _throw_away(pack: FinishedPack) -> None:
    pack.content.discard()


def _base(project: Project, outgoing: Outgoing, remote: Remote) -> Bundle | None:
    """Return a version at the remote whose packs may be named again: best the one that the tag names."""
    if outgoing.afresh:
        return None
    if outgoing.theirs:
        return outgoing.theirs
    head = project.head
    return project.bundle(head) if head in _seen(project, remote) and head in project.objects else None


def _seen(project: Project, remote: Remote) -> set[Digest]:
    return {digest for name, digest in project.refs if name.startswith(f"remotes/{remote.name}/")}


def _external(project: Project, outgoing: Outgoing, storage: Storage) -> dict[str, External]:
    """Return the places of the files that are to lie in blob stores, by path."""
    if outgoing.version:
        return external_in(outgoing.version)
    return storage.policy(project.config.storage).external(outgoing.tree.values())


def decisions_for(project: Project, outgoing: Outgoing, storage: Storage) -> dict[str, Decision]:
    """Return where each file goes and why, by path."""
    version = outgoing.version
    if version is None:
        policy = storage.policy(project.config.storage)
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


def _places(project: Project, outgoing: Outgoing, remote: Remote, external: Mapping[str, External]) -> Places:
    """Return what has to be put into blob stores: all but what a version at the remote has put there."""
    placed = set(placed_by(_base(project, outgoing, remote)))
    version = outgoing.version
    if version and not outgoing.afresh and version.digest in _seen(project, remote):
        placed |= placed_by(version)
    return places_of(outgoing.tree, external, placed)


def _send_blobs(
    project: Project,
    outgoing: Outgoing,
    route: Route,
    reuse: Known,
    external: Mapping[str, External],
    origin: Remote | None,
) -> Sent:
    bundle = outgoing.version
    if bundle is None:
        with PackUploads(project, route) as uploads:
            bundle = encode(project, outgoing.tree, outgoing.index, reuse, uploads, external)
        statuses = uploads.statuses
    else:
        statuses = push_packs(project, bundle, route, origin)
    statuses |= push_contents(Tracking(project, outgoing.index), bundle, route)
    sizes = {blob.digest: blob.size for blob in bundle.blobs()}
    return Sent(bundle, {d: sizes[d] for d, status in statuses.items() if status is BlobStatus.PUSHED})


def _publish(
    remote: Remote, bundle: Bundle, tag: str, expected: Digest | None, before_tag: Callable[[Digest], None]
) -> None:
    before_tag(remote.push_manifest(bundle.data, OCI_MANIFEST))
    remote.set_tag(tag, bundle.data, OCI_MANIFEST, expected)
