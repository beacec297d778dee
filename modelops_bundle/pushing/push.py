"""A push from start to end: see where the tag stands, refuse what would be lost, send, and remember it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.tree import EMPTY, Tree
from modelops_bundle.checkout.content_list import write_content_list
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.tracking import snapshot
from modelops_bundle.digest import Digest
from modelops_bundle.errors import Invalid, RemoteMoved, shortened
from modelops_bundle.fetching.contents import Origin, fetch_contents
from modelops_bundle.fetching.remote_version import fetch_tag, fetch_version
from modelops_bundle.pushing.outgoing import Outgoing, known_version
from modelops_bundle.pushing.sending import Push, Sent, send
from modelops_bundle.remote import Remote
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.storage.stores import Storage
from modelops_bundle.sync.plan import PushPlan, plan_push
from modelops_bundle.sync.published import published_at
from modelops_bundle.sync.state import base_of, record_seen, record_sending, record_sync, synced

if TYPE_CHECKING:
    from modelops_bundle.models.renewal import Renewal


@dataclass(frozen=True, slots=True)
class Taken:
    """The content of the working tree, and what it makes of the registry, if there is one."""

    outgoing: Outgoing
    renewal: "Renewal | None" = None

    @property
    def stale(self) -> Mapping[str, str]:
        """What was stale and is registered anew, by id, and why."""
        return self.renewal.stale if self.renewal else {}

    def relocated(self) -> "Taken":
        """Return the same for a push that puts files where the configuration says now."""
        return replace(self, outgoing=replace(self.outgoing, version=None, relocate=True))

    def afresh(self, *, version: Bundle | None = None) -> "Taken":
        """Return the same for a push that trusts nobody that a blob is there."""
        return replace(self, outgoing=replace(self.outgoing, version=version, afresh=True))

    def renew(self, project: Project) -> tuple[str, ...]:
        """Make the working tree's registry the one that is published; return the files that are newly tracked."""
        if self.renewal is None:
            return ()
        from modelops_bundle.models.renewed_snapshot import carry_out

        return carry_out(project, self.renewal)


def take_working_tree(project: Project, remote: Remote, tag: str, *, check: bool = True) -> Taken:
    """Take the tracked files as they are on disk, and compare them with what the tag names now.

    Raises BrokenModels if `check`, FileChanged, and Invalid when there is nothing to push.
    """
    base = base_of(project, remote.name, tag)
    known = project.bundle(base).tree if base and base in project.objects else EMPTY
    renewal = None
    with project.lock():
        if os.path.exists(project.root / REGISTRY_PATH):
            from modelops_bundle.models.renewed_snapshot import snapshot_renewed

            tracked, renewal = snapshot_renewed(project, known, check=check)
        else:
            tracked = snapshot(project, known)
        tree = tracked.tree()
    if not tree:
        raise Invalid("nothing to push: no tracked file is on disk", hint="modelops-bundle add .")
    theirs, plan = _plan(project, remote, tag, tree)
    version = known_version(project, remote.name, tree.digest())
    published = published_at(project, remote.name, theirs.digest if theirs else None)
    return Taken(Outgoing(tree, theirs, plan, tracked.index, version, published), renewal)


def take_version(
    project: Project, remote: Remote, tag: str, version: Bundle, storage: Storage | None = None
) -> Outgoing:
    """Take a known version, and compare it with what the tag names now."""
    theirs, plan = _plan(project, remote, tag, version.tree)
    index, published = project.load_index(), published_at(project, remote.name, theirs.digest if theirs else None)
    if version.manifest.foreign:
        # It is published in our own format, for which its content must be here.
        missing = [
            path for path, entry in version.tree.items() if path not in index or index[path].digest != entry.digest
        ]
        fetch_contents(project, Origin(remote, open_blob_store=(storage or Storage()).open), version, missing)
        return Outgoing(version.tree, theirs, plan, index, published=(*published, version))
    return Outgoing(version.tree, theirs, plan, index, version, published)


def refuse_to_discard(outgoing: Outgoing, tag: str, remote: str) -> None:
    """Raise RemoteMoved when moving the tag would lose changes that are not here."""
    discards = outgoing.plan.discards
    if discards:
        files = "1 file" if len(discards) == 1 else f"{len(discards)} files"
        raise RemoteMoved(
            f"tag '{tag}' of '{remote}' holds changes that you do not have, in {files}",
            hint="modelops-bundle pull merges them; push --force discards them",
            details=shortened([f"{outgoing.plan.states[path]}: {path}" for path in discards]),
        )


def carry_out_push(project: Project, remote: Remote, push: Push) -> Sent:
    """Publish, move the tag, and remember it; files that left the bundle leave the index.

    If the working tree is in sync with something else by now, another command has switched it to another version,
    and it is not what was pushed. Raises RemoteMoved and FileChanged, with nothing published.
    """

    def before_tag(digest: Digest) -> None:
        with project.lock():
            if push.whole_tree and synced(project, remote.name, push.tag) == push.before:
                record_sending(project, remote.name, push.tag, digest)

    with project.lock():
        project.objects.remove_leftovers()
    sent = send(project, remote, push, before_tag)
    _remember(project, remote.name, push, sent.bundle)
    return sent


def _remember(project: Project, remote: str, push: Push, published: Bundle) -> None:
    with project.lock():
        if not push.whole_tree or synced(project, remote, push.tag) != push.before:
            record_seen(project, remote, push.tag, published.digest)
            return
        write_content_list(project.root, published)
        record_sync(project, remote, push.tag, published.digest, "push", switched=False)
        index = project.load_index()
        tree = published.tree
        for path in [path for path in index if path not in tree and not os.path.lexists(project.root / path)]:
            del index[path]
        index.tree_digest = published.config.tree if index.tree() == tree else ""
        project.write_index(index)


def _plan(project: Project, remote: Remote, tag: str, tree: Tree) -> tuple[Bundle | None, PushPlan]:
    """Return what the tag names now, and what moving it to our tree means."""
    theirs = fetch_tag(project, remote, tag)
    base = base_of(project, remote.name, tag, theirs.digest if theirs else None)
    record_seen(project, remote.name, tag, theirs.digest if theirs else None)
    base_tree: Tree = fetch_version(project, remote, base).tree if base and theirs else EMPTY
    is_base = theirs is None or theirs.digest == base
    return theirs, plan_push(tree, base_tree, theirs.tree if theirs else EMPTY, is_base=is_base)
