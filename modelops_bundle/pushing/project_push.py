"""What a push of a project does, or would do, for programs: `api` and `operations`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from modelops_bundle.bundles.tree_diff import State
from modelops_bundle.checkout.local_config import read_local_config
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from modelops_bundle.errors import Invalid
from modelops_bundle.pushing.next_version import Part, next_version
from modelops_bundle.pushing.placing import decisions_for
from modelops_bundle.pushing.push import Taken, carry_out_push, refuse_to_discard, take_working_tree
from modelops_bundle.pushing.sending import Push, estimate
from modelops_bundle.remote import Remote
from modelops_bundle.remotes.connection import Connection, connect
from modelops_bundle.remotes.opening import environment_of, require_remote
from modelops_bundle.settings import Settings
from modelops_bundle.storage.policy import Placement
from modelops_bundle.sync.state import synced
from modelops_bundle.tags import check_tag


@dataclass(frozen=True, slots=True)
class PushOptions:
    """What a push moves: the tag `tag`, the version after the remote's highest by `bump`, or the project's tag.

    `force` moves it even if that discards changes of others, and looks whether all blobs are there.
    """

    tag: str | None = None
    bump: Part | None = None
    force: bool = False


@dataclass(frozen=True, slots=True)
class PlannedPush:
    """What a push would do; sizes are in bytes.

    `states` are the three-way states by path, `discarded` the paths whose changes at the remote would be lost,
    `registered_anew` what is stale among models and targets, and why. `places` says where each file goes.
    """

    remote: str
    tag: str
    digest: Digest
    up_to_date: bool
    states: Mapping[str, State]
    discarded: tuple[str, ...]
    registered_anew: Mapping[str, str]
    requests: int
    bytes_sent: int
    bytes_stored: int
    places: Mapping[str, Placement]


def pushed_tag(project: Project, remote: Remote, options: PushOptions) -> str:
    """Return the tag that a push moves; raise Invalid for one that is none, and for two answers."""
    if options.bump is None:
        return check_tag(read_local_config(project.local_path).tag if options.tag is None else options.tag)
    if options.tag is not None:
        raise Invalid("a tag and the next version exclude each other", hint="give --tag or --bump")
    return next_version(remote.list_tags(), options.bump)


def push_project(project: Project, settings: Settings, options: PushOptions) -> Digest:
    """Publish the tracked files as they are on disk, and return the digest; what is stale is registered anew.

    Raises BrokenModels, RemoteMoved, FileChanged, Invalid when there is nothing to push, and what transfers raise.
    """
    with _begun(project, settings, options) as (connection, taken, push):
        taken.renew(project)
        return carry_out_push(project, connection.remote, push).bundle.digest


def plan_project_push(project: Project, settings: Settings, options: PushOptions) -> PlannedPush:
    """Return what `push_project` would do, down to the byte; raises what it raises. Sends nothing."""
    with _begun(project, settings, options) as (connection, taken, push):
        remote, outgoing = connection.remote, push.outgoing
        found = estimate(project, remote, outgoing, connection.jobs, connection.storage)
        places = decisions_for(project, outgoing, connection.storage)
        return PlannedPush(
            remote.name,
            push.tag,
            found.bundle.digest,
            outgoing.up_to_date,
            outgoing.plan.states,
            outgoing.plan.discards,
            taken.stale,
            found.requests,
            found.size,
            found.external_size,
            {path: decision.placement for path, decision in places.items()},
        )


@contextmanager
def _begun(project: Project, settings: Settings, options: PushOptions) -> Iterator[tuple[Connection, Taken, Push]]:
    """Give what is open, the working tree's content, and the push of it, which nobody's changes are lost by."""
    with connect(require_remote(project, settings), settings, environment_of(project, settings)) as connection:
        tag = pushed_tag(project, connection.remote, options)
        before = synced(project, connection.remote.name, tag)
        taken = take_working_tree(project, connection.remote, tag)
        if options.force:
            taken = taken.afresh()
        else:
            refuse_to_discard(taken.outgoing, tag, connection.remote.name)
        jobs, storage = connection.jobs, connection.storage
        yield connection, taken, Push(taken.outgoing, tag, before, jobs=jobs, storage=storage)
