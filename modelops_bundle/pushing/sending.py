"""Send what a push takes along, or tell what that would take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.media_types import OCI_MANIFEST
from modelops_bundle.bundles.places import External
from modelops_bundle.checkout.project import Project
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest
from modelops_bundle.packs.packing import Known
from modelops_bundle.packs.reuse import reusable
from modelops_bundle.packs.writer import FinishedPack
from modelops_bundle.progress import OnEvent, ignore_events
from modelops_bundle.pushing.encoding import encode
from modelops_bundle.pushing.external import Outcome, missing_external, push_external
from modelops_bundle.pushing.known_blobs import known_blobs, mount_sources
from modelops_bundle.pushing.outgoing import Outgoing
from modelops_bundle.pushing.placing import external_of, places_to_put
from modelops_bundle.pushing.publishing import PackUploads, Route, Tracking, push_contents, push_packs
from modelops_bundle.remote import BlobsMissing, BlobStatus, Remote
from modelops_bundle.storage.stores import Storage
from modelops_bundle.sync.state import Synced
from modelops_bundle.transfer import UPLOADS, in_parallel


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

    `blobs` went to the remote, `external` to blob stores, by URI. `unchecked` are containers that did not let us
    look whether they still have what earlier versions put there.
    """

    bundle: Bundle
    blobs: Mapping[Digest, int] = field(default_factory=dict)
    external: Mapping[str, int] = field(default_factory=dict)
    unchecked: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return sum(self.blobs.values())

    @property
    def external_size(self) -> int:
        return sum(self.external.values())


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
    external = external_of(project, outgoing, storage)
    route = Route(remote, known, sources, push.on_event, push.jobs, storage.open)
    tracking = Tracking(project, outgoing.index)
    stored = push_external(tracking, places_to_put(project, remote, outgoing, external), route)
    try:
        reuse = reusable(_base(outgoing), outgoing.tree, project.packs)
        sent = _send_blobs(project, outgoing, route, reuse, external, push.origin)
        _publish(remote, sent.bundle, push.tag, expected, before_tag)
    except BlobsMissing:
        # A garbage collection took blobs that the last version vouched for: send all that is not there.
        if outgoing.version and outgoing.version.packs and push.origin is None:
            # Nobody has its packs any more; its content makes others.
            outgoing = replace(outgoing, version=None)
        external = external_of(project, outgoing, storage)
        route = replace(route, known=())
        again = push_external(tracking, places_to_put(project, remote, outgoing, external), route)
        stored = Outcome({**stored.sizes, **again.sizes}, stored.unchecked | again.unchecked)
        sent = _send_blobs(project, outgoing, route, Known(), external, push.origin)
        _publish(remote, sent.bundle, push.tag, expected, before_tag)
    return replace(sent, external=stored.sizes, unchecked=tuple(sorted(stored.unchecked)))


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
    external = external_of(project, outgoing, storage)
    places, tracking = places_to_put(project, remote, outgoing, external), Tracking(project, outgoing.index)
    stored = missing_external(tracking, places, storage.open, jobs or UPLOADS)
    bundle = outgoing.version
    if bundle is None:
        reuse = reusable(_base(outgoing), outgoing.tree, project.packs)
        bundle = encode(project, outgoing.tree, outgoing.index, reuse, _throw_away, external)
    known = frozenset[Digest]() if outgoing.afresh else known_blobs(project, remote.name)
    source = mount_sources(project, remote.name)
    wanted = [blob for blob in bundle.blobs() if blob.digest not in known]

    def cost(blob: Descriptor) -> tuple[int, int]:
        return (1, 0) if source(blob.digest) else remote.blob_cost(blob)

    costs = in_parallel(cost, wanted, jobs or UPLOADS)
    sizes = {blob.digest: size for blob, (_, size) in zip(wanted, costs, strict=True) if size}
    requests = sum(requests for requests, _ in costs) + remote.tag_cost()
    return Estimate(bundle, sizes, stored.sizes, tuple(sorted(stored.unchecked)), requests)


def _throw_away(pack: FinishedPack) -> None:
    pack.content.discard()


def _base(outgoing: Outgoing) -> Bundle | None:
    """Return a version at the remote whose packs may be named again: best the one that the tag names."""
    return None if outgoing.afresh else next(iter(outgoing.published), None)


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
