"""push: publish the tracked files as they are on disk."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import click

from modelops_bundle.blob_stores.location import parse_uri
from modelops_bundle.bundles.tree_diff import LOCAL_STATES
from modelops_bundle.errors import Invalid, shortened
from modelops_bundle.fetching.remote_version import fetch_version
from modelops_bundle.plumbing._session import (
    Session,
    dry_run_option,
    json_option,
    pass_session,
    remote_option,
)
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._places import moves_json, places_json, show_places, tell_moves
from modelops_bundle.porcelain._progress import shown_progress
from modelops_bundle.porcelain._render import human_size, print_json, say, talk
from modelops_bundle.porcelain._states import only, show_states, state_records, states_json
from modelops_bundle.pushing.next_version import Part
from modelops_bundle.pushing.outgoing import Outgoing
from modelops_bundle.pushing.placing import decisions_for
from modelops_bundle.pushing.project_push import PushOptions, pushed_tag
from modelops_bundle.pushing.push import (
    Taken,
    carry_out_push,
    refuse_to_discard,
    take_version,
    take_working_tree,
)
from modelops_bundle.pushing.sending import Estimate, Push, Sent, estimate
from modelops_bundle.remote import Remote
from modelops_bundle.remotes.opening import choose_remote
from modelops_bundle.remotes.remote_reference import parse_version
from modelops_bundle.resolving.versions import find_ref
from modelops_bundle.sync.state import synced


@click.command()
@click.option("--tag", default=None, help="Push to this tag instead of the project's.")
@click.option(
    "--bump",
    type=click.Choice([part.value for part in Part]),
    help="Push to the version after the highest X.Y.Z among the remote's tags.",
)
@click.option("--ref", default="", metavar="REF", help="Publish this known version instead of the working tree.")
@click.option(
    "-f",
    "--force",
    is_flag=True,
    help="Move the tag even if that discards the remote's changes, and check all blobs.",
)
@click.option(
    "--relocate", is_flag=True, help="Put files where the configuration says now, not where they are published."
)
@click.option("--no-check", is_flag=True, help="Publish even if what is registered is broken.")
@remote_option
@dry_run_option
@json_option
@click.option("--porcelain", type=click.Choice(["v1"]), help="Print `state TAB path` records.")
@pass_session
def command(
    session: Session,
    tag: str | None,
    bump: str | None,
    ref: str,
    force: bool,
    relocate: bool,
    no_check: bool,
    remote: str,
    dry_run: bool,
    as_json: bool,
    porcelain: str | None,
) -> None:
    """Publish the current content of the tracked files and make the tag name it.

    Nobody has to `add` again after an edit. Files deleted from disk leave the bundle. When the tag holds
    changes that you do not have, nothing is sent and the exit code is 7: pull first. Models and targets that are
    stale are registered anew in the same push; when one is broken, nothing is sent and the exit code is 2.
    """
    if ref and relocate:
        raise Invalid("--relocate is about the working tree, and --ref about a version", hint="give one of them")
    project = session.project
    options = PushOptions(tag, Part(bump) if bump else None)
    with session.remote(remote) as opened:
        tag = pushed_tag(project, opened, options)
        before = synced(project, opened.name, tag)
        if ref:
            version = fetch_version(project, opened, find_ref(project, ref) or parse_version(ref))
            taken = Taken(take_version(project, opened, tag, version, session.storage))
        else:
            taken = take_working_tree(project, opened, tag, check=not no_check)
        if relocate:
            taken = taken.relocated()
        if force:
            taken = taken.afresh(version=taken.outgoing.version if ref else None)
        else:
            refuse_to_discard(taken.outgoing, tag, opened.name)
        outgoing = taken.outgoing
        _register_anew(session, taken, dry_run)
        tell_moves(session, outgoing, dry_run=dry_run)
        sent: Sent
        if dry_run:
            sent = estimate(project, opened, outgoing, session.settings.jobs, session.storage)
        else:
            with shown_progress(session) as on_event, _origin(session, opened) as origin:
                jobs = session.settings.jobs
                push = Push(outgoing, tag, before, not ref, on_event, jobs, origin, session.storage)
                sent = carry_out_push(project, opened, push)
        where = f"{opened.name}:{tag}"
    for container in sent.unchecked:
        talk(session, f"'{container}' does not let us look: nobody checked that it still has what was put there")
    pushed = Pushed(taken, sent, where, dry_run)
    if as_json:
        print_json(_document(session, pushed))
    elif porcelain:
        state_records(outgoing.plan.states)
    else:
        _show(session, pushed)


def _register_anew(session: Session, taken: Taken, dry_run: bool) -> None:
    """Tell what was stale, and make the working tree's registry the one that is published."""
    done = "would be registered anew" if dry_run else "registered anew"
    for line in shortened([f"'{name}' was stale ({why}): {done}" for name, why in taken.stale.items()]):
        talk(session, line)
    for path in () if dry_run else taken.renew(session.project):
        talk(session, f"tracked '{path}': what is registered needs it")


def _origin(session: Session, remote: Remote) -> AbstractContextManager[Remote | None]:
    """Open the project's own remote, which has the packs of known versions, unless it is the one pushed to."""
    own = choose_remote(session.project, session.settings)
    return session.open_remote(own.name) if own and own.name != remote.name else nullcontext()


@dataclass(frozen=True, slots=True)
class Pushed:
    """What went where; of a dry run, what would go."""

    taken: Taken
    sent: Sent
    where: str
    dry_run: bool


def _document(session: Session, pushed: Pushed) -> dict[str, Any]:
    taken, sent = pushed.taken, pushed.sent
    outgoing, bundle = taken.outgoing, sent.bundle
    plan = outgoing.plan
    return {
        "digest": bundle.digest,
        "tree": bundle.config.tree,
        "to": pushed.where,
        "up_to_date": outgoing.up_to_date,
        "files": bundle.config.files,
        "size": bundle.config.size,
        "blobs_sent": len(sent.blobs),
        "bytes_sent": sent.size,
        "moved": moves_json(session, outgoing),
        "blobs_stored": len(sent.external),
        "bytes_stored": sent.external_size,
        "unchecked": list(sent.unchecked),
        "discarded": list(plan.discards),
        "registered_anew": list(taken.stale),
        "states": states_json(plan.states),
        "dry_run": pushed.dry_run,
        **(_estimate_json(session, outgoing, sent) if isinstance(sent, Estimate) else {}),
    }


def _show(session: Session, pushed: Pushed) -> None:
    outgoing = pushed.taken.outgoing
    discarded = "would discard" if pushed.dry_run else "discarded"
    for path in outgoing.plan.discards:
        talk(session, f"{discarded} {outgoing.plan.states[path]}: '{path}'")
    if outgoing.up_to_date:
        say(f"Everything up to date at {pushed.where}")
    else:
        _show_sent(session, pushed)
    say(f"Digest: {pushed.sent.bundle.digest}")


def _show_sent(session: Session, pushed: Pushed) -> None:
    outgoing, sent, where = pushed.taken.outgoing, pushed.sent, pushed.where
    show_states(only(outgoing.plan.states, LOCAL_STATES))
    if isinstance(sent, Estimate):
        decisions = decisions_for(session.project, outgoing, session.storage)
        show_places(outgoing.tree.values(), decisions, session.project.threshold_bytes)
    if sent.external:
        stored = f"{count_of(len(sent.external), 'file')}, {human_size(sent.external_size)}"
        say(f"{'Would store' if pushed.dry_run else 'Stored'} in {_stores(sent)}: {stored}")
    blobs = f"{count_of(len(sent.blobs), 'blob')}, {human_size(sent.size)}"
    done = f"Pushed {where}: {blobs} sent"
    if isinstance(sent, Estimate):
        requests = f" in {count_of(sent.requests, 'request')}" if sent.requests else ""  # a directory takes none
        done = f"Would push {where}: {blobs}{requests}, {human_size(_saved(sent))} need not be sent"
    say(f"{done}; {count_of(sent.bundle.config.files, 'file')}, {human_size(sent.bundle.config.size)} in all")


def _saved(sent: Sent) -> int:
    """Return how many bytes of content need not be sent: they are there, are there twice, or were compressed."""
    return max(0, sent.bundle.config.size - sent.size - sent.external_size)


def _stores(sent: Sent) -> str:
    """Return the containers that something was put into."""
    return ", ".join(dict.fromkeys(parse_uri(uri).container.uri() for uri in sent.external))


def _estimate_json(session: Session, outgoing: Outgoing, sent: Estimate) -> dict[str, Any]:
    places = places_json(decisions_for(session.project, outgoing, session.storage))
    return {"requests": sent.requests, "bytes_reused": _saved(sent), "places": places}
