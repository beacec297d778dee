"""What changed here, and where that stands against the remote; asks the network nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from modelops_bundle.bundles.tree import EMPTY, Tree
from modelops_bundle.bundles.tree_diff import LOCAL_STATES, REMOTE_STATES, State, three_way
from modelops_bundle.checkout.index import Index
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.tracking import Tracked, refresh
from modelops_bundle.digest import Digest
from modelops_bundle.errors import Busy
from modelops_bundle.store.refs import remote_ref
from modelops_bundle.sync.state import base_of

if TYPE_CHECKING:
    from modelops_bundle.bundles.manifest import BundleConfig


class Standing(StrEnum):
    """How the working tree stands to what the remote's tag was last seen to name."""

    UNKNOWN = "no remote"
    NOT_PUSHED = "not pushed"
    SYNCED = "synced"
    AHEAD = "ahead"
    BEHIND = "behind"
    DIVERGED = "diverged"


@dataclass(frozen=True, slots=True)
class Status:
    """Three-way states of the paths that are not unchanged, and the tracked files they were found among.

    `base` is the version that the working tree came from, `seen` what the remote's tag was last seen to name.
    Of an `unreadable` file, which maps to the reason, the state is the one before it changed.
    """

    index: Index
    base: Digest | None
    seen: Digest | None
    states: Mapping[str, State]
    standing: Standing
    unreadable: Mapping[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Whether anything here differs from the base, or cannot be told not to."""
        here = any(state in LOCAL_STATES or state is State.CONFLICT for state in self.states.values())
        return here or bool(self.unreadable)


def look_at(project: Project, remote: str, tag: str) -> Status:
    """Compare the tracked files with their base and with what we last saw of the remote's tag.

    What was learned about touched files is kept in the index, unless another command is at work.
    """
    now = _refresh_and_keep(project)
    seen = project.refs.read(remote_ref(remote, tag)) if remote else None
    base = base_of(project, remote, tag, seen) if remote else project.head
    config = _config(project, base)
    if config and now.index.tree_digest == config.tree and not now.missing and seen in (base, None):
        states: dict[str, State] = {}
    else:
        base_tree = _tree(project, base)
        theirs = _tree(project, seen) if seen and seen in project.objects else base_tree
        found = three_way(now.tree(), base_tree, theirs)
        states = {path: state for path, state in found.items() if state is not State.UNCHANGED}
    unreadable = {path: error.message for path, error in now.unreadable.items()}
    return Status(now.index, base, seen, states, _standing(states, remote, seen, base), unreadable)


def _refresh_and_keep(project: Project) -> Tracked:
    try:
        with project.lock(wait=0):
            now = refresh(project, tolerant=True)
            if now.changed:
                project.write_index(now.index)
            return now
    except (Busy, OSError):  # another command is at work, or nothing can be written here
        return refresh(project, tolerant=True)


def _config(project: Project, digest: Digest | None) -> "BundleConfig | None":
    """Return the small config of a version, if it is a bundle of ours, without reading its index."""
    if digest is None:
        return None
    from modelops_bundle.bundles.manifest import parse_bundle_config, parse_manifest

    manifest = parse_manifest(project.objects.read(digest), f"'{digest}'")
    if manifest.foreign:
        return None
    return parse_bundle_config(project.objects.read(manifest.config.digest), f"'{digest}'")


def _tree(project: Project, digest: Digest | None) -> Tree:
    return project.bundle(digest).tree if digest else EMPTY


def _standing(states: Mapping[str, State], remote: str, seen: Digest | None, base: Digest | None) -> Standing:
    if not remote:
        return Standing.UNKNOWN
    if seen is None:
        return Standing.NOT_PUSHED
    conflict = State.CONFLICT in states.values()
    here = any(state in LOCAL_STATES for state in states.values())
    there = any(state in REMOTE_STATES for state in states.values()) or (seen != base and not here)
    if conflict or (here and there):
        return Standing.DIVERGED
    return Standing.AHEAD if here else Standing.BEHIND if there else Standing.SYNCED
