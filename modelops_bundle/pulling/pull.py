"""A pull from start to end: find the version, see what both sides come from, merge, and remember it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.bundles.tree_diff import same
from modelops_bundle.checkout.content_list import write_content_list
from modelops_bundle.checkout.local_config import read_local_config
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.writing import Checkout
from modelops_bundle.digest import Digest
from modelops_bundle.errors import Busy
from modelops_bundle.fetching.contents import (
    Cost,
    Origin,
    Seeds,
    cost_of,
    fetch_contents,
    seeds_for,
    stage_contents,
)
from modelops_bundle.fetching.remote_version import fetch_version, require_tag
from modelops_bundle.remote import Remote
from modelops_bundle.remotes.opening import choose_remote
from modelops_bundle.remotes.remote_reference import parse_version
from modelops_bundle.settings import Settings
from modelops_bundle.sync.ancestor import Ancestor
from modelops_bundle.sync.merge import Merge, ReadContent, merge, plan_merge
from modelops_bundle.sync.overtaken import base_before_overtaken_push
from modelops_bundle.sync.plan import PullOptions
from modelops_bundle.sync.state import Synced, base_of, record_seen, record_sync, synced
from modelops_bundle.tags import check_tag


@dataclass(frozen=True, slots=True)
class Incoming:
    """A version on its way into the working tree, and what it is merged from.

    `tag` is empty for a version named by digest. `base` is the version that the working tree comes from, and
    `ancestor` the one to merge from: an older one if another push overtook `overtaken`, ours. `elsewhere` says
    that the version is not of the project's own remote and tag. `before` is what we were in sync with.
    """

    bundle: Bundle
    tag: str
    base: Digest | None
    ancestor: Ancestor
    elsewhere: bool
    before: Synced
    overtaken: Digest | None = None


def named_version(project: Project, remote: Remote, tag: str | None = None, ref: str = "") -> tuple[Bundle, str]:
    """Return the version that a tag or `ref` names, by default the project's tag; and its tag, if it has one.

    Raises NotFound, Invalid, and what transfers raise.
    """
    own = read_local_config(project.local_path).tag
    version = parse_version(ref) if ref else own if tag is None else check_tag(tag)
    if version.startswith("sha256:"):
        return fetch_version(project, remote, Digest(version)), ""
    bundle = require_tag(project, remote, version)
    record_seen(project, remote.name, version, bundle.digest)
    return bundle, version


def find_incoming(
    project: Project, remote: Remote, settings: Settings, tag: str | None = None, ref: str = ""
) -> Incoming:
    """Find the version that a tag or `ref` names, by default the project's tag. Writes nothing but refs.

    Raises NotFound, Invalid, and what transfers raise.
    """
    own = read_local_config(project.local_path).tag
    bundle, named = named_version(project, remote, tag, ref)
    choice = choose_remote(project, settings)
    elsewhere = (remote.name, named) != (choice.name if choice else remote.name, own)
    before = synced(project, remote.name, named)
    base = before.head if elsewhere else base_of(project, remote.name, named, bundle.digest)
    ancestor = Ancestor(fetch_version(project, remote, base) if base else None)
    if not elsewhere and bundle.digest != base:
        earlier = base_before_overtaken_push(project, remote.name, named, bundle.tree)
        if earlier is not None:
            return Incoming(bundle, named, base, earlier, elsewhere, before, overtaken=base)
    return Incoming(bundle, named, base, ancestor, elsewhere, before)


def preview_pull(project: Project, origin: Origin, incoming: Incoming, options: PullOptions) -> tuple[Merge, Cost]:
    """Tell what a pull would do and what it would fetch. Writes nothing to the working tree."""
    read = _reader(project, origin, incoming)
    work = plan_merge(project, incoming.bundle, incoming.ancestor.tree, options, read)
    return work, cost_of(project, origin.remote, incoming.bundle, work.from_remote, _seeds(project, incoming.base))


def carry_out_pull(project: Project, origin: Origin, incoming: Incoming, options: PullOptions) -> Merge:
    """Merge a version into the working tree, and remember it in the same step.

    Raises WorkingTreeConflict, and Busy if another command brought in a version meanwhile, with nothing written.
    """
    with project.lock():
        project.objects.remove_leftovers()
    seeds = _seeds(project, incoming.base)

    def stage(staging: Checkout, paths: Sequence[str]) -> None:
        stage_contents(project, origin, incoming.bundle, paths, staging, seeds)

    step = _remembered(project, origin.remote.name, incoming, options)
    read = _reader(project, origin, incoming)
    return merge(project, incoming.bundle, incoming.ancestor.tree, options, stage, read, step)


@contextmanager
def _remembered(project: Project, remote: str, incoming: Incoming, options: PullOptions) -> Iterator[None]:
    """Remember what the working tree is in sync with after the block, unless that changed before it."""
    if synced(project, remote, incoming.tag) != incoming.before:
        raise Busy(
            f"another command brought a version into '{project.root}' meanwhile; nothing was changed",
            hint="run the same command again",
        )
    switched = options.overwrite or incoming.elsewhere or incoming.before.base is None
    yield
    write_content_list(project.root, incoming.bundle)
    record_sync(project, remote, incoming.tag, incoming.bundle.digest, "pull", switched=switched)


def _seeds(project: Project, base: Digest | None) -> Seeds:
    """Return the chunks that files here hold which are as they were in the version that we come from."""
    if base is None:
        return {}
    tree, index = project.bundle(base).tree, project.load_index()

    def unchanged(path: str) -> bool:
        entry = index.get(path)
        return bool(entry and entry.digest == tree[path].digest and (project.root / path).is_file())

    return seeds_for(project, project.root, project.bundle(base), unchanged)


def _reader(project: Project, origin: Origin, incoming: Incoming) -> ReadContent:
    """Return what reads a file of the version that is pulled, or of the one it is merged from."""
    bundle, ancestor = incoming.bundle, incoming.ancestor

    def read(entry: TreeEntry) -> bytes:
        if not entry.size:
            return b""
        if not project.objects.holds(entry.digest, entry.size):
            theirs = same(bundle.tree.get(entry.path), entry)
            version = bundle if theirs or ancestor.version is None else ancestor.version
            fetch_contents(project, origin, version, [entry.path])
        return project.objects.read(entry.digest)

    return read
