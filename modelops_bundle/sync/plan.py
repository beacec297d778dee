"""Decide what a push or a pull would do. Pure: trees in, plan out; nothing is read or written."""

from collections.abc import Mapping
from dataclasses import dataclass

from modelops_bundle.bundles.tree import Tree, TreeEntry
from modelops_bundle.bundles.tree_diff import REMOTE_STATES, State, same, three_way
from modelops_bundle.safe_path import collisions


@dataclass(frozen=True, slots=True)
class PullPlan:
    """What a pull does: paths to write, to delete, to adopt as they are, and those that stand in its way.

    `untrack` are local files that the remote does not have, which `--overwrite` leaves on disk, untracked.
    `blocked` maps each conflicting path to the reason. `states` has every path's three-way state.
    """

    states: Mapping[str, State]
    write: tuple[str, ...]
    delete: tuple[str, ...]
    adopt: tuple[str, ...]
    untrack: tuple[str, ...]
    blocked: Mapping[str, str]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.write or self.delete or self.adopt or self.untrack or self.blocked)


@dataclass(frozen=True, slots=True)
class PullOptions:
    """`overwrite` takes the remote side of everything; `restore_deleted` brings back files deleted here."""

    overwrite: bool = False
    restore_deleted: bool = False


def plan_pull(
    local: Tree, base: Tree, remote: Tree, untracked: Mapping[str, TreeEntry | None], options: PullOptions
) -> PullPlan:
    """Plan a pull.

    `untracked` has an entry for each path of `remote` that is on disk without being tracked: what the file
    holds, or None for something that is no file.
    """
    states = three_way(local, base, remote)
    wanted, write, delete, adopt, untrack = [], [], [], [], []
    blocked: dict[str, str] = {}
    for path, state in states.items():
        match state:
            case State.ADDED_REMOTE | State.MODIFIED_REMOTE:
                wanted.append(path)
            case State.DELETED_REMOTE:
                delete.append(path)
            case State.DELETED_LOCAL if options.restore_deleted or options.overwrite:
                wanted.append(path)
            case State.MODIFIED_LOCAL if options.overwrite:
                wanted.append(path)
            case State.ADDED_LOCAL if options.overwrite:
                untrack.append(path)
            case State.CONFLICT if options.overwrite:
                (wanted if path in remote else delete).append(path)
            case State.CONFLICT:
                blocked[path] = _reason(local.get(path), base.get(path), remote.get(path))
    for path in wanted:
        if path not in untracked:
            write.append(path)
        elif same(untracked[path], remote[path]):
            adopt.append(path)
        elif options.overwrite and untracked[path] is not None:
            write.append(path)
        else:
            blocked[path] = "exists here, untracked, with other content"
    gone = set(delete)
    mine = [path for path in local if path not in remote and path not in gone]
    for path, other in collisions((path for path in (*write, *adopt) if path not in local), mine).items():
        blocked[path] = f"cannot stand beside '{other}', which you added"
    return PullPlan(states, tuple(write), tuple(delete), tuple(adopt), tuple(untrack), blocked)


def _reason(mine: TreeEntry | None, base: TreeEntry | None, theirs: TreeEntry | None) -> str:
    if base is None:
        return "added on both sides with different content"
    if mine is None:
        return "deleted here, changed there"
    return "changed here, deleted there" if theirs is None else "changed on both sides"


@dataclass(frozen=True, slots=True)
class PushPlan:
    """What a push does to the tag: three-way states, and the remote's changes that it would discard."""

    states: Mapping[str, State]
    discards: tuple[str, ...]

    def paths(self, state: State) -> list[str]:
        """Return the paths in one state."""
        return [path for path, found in self.states.items() if found is state]


def plan_push(local: Tree, base: Tree, remote: Tree, *, is_base: bool) -> PushPlan:
    """Plan a push over a tag that holds `remote` (empty when it does not exist).

    `is_base` says that the tag still names the version that we are based on: then nothing is discarded.
    """
    states = three_way(local, remote if is_base else base, remote)
    unseen = [path for path, state in states.items() if state in REMOTE_STATES or state is State.CONFLICT]
    return PushPlan(states, tuple(unseen))
