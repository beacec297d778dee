"""push: publish the tracked files as they are on disk."""

import os
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from modelops_bundle.bundle import Bundle
from modelops_bundle.bundle_reference import parse_version
from modelops_bundle.digest import Digest
from modelops_bundle.errors import Invalid, RemoteMoved, shortened
from modelops_bundle.fetching import Origin, fetch_contents
from modelops_bundle.local_config import read_local_config
from modelops_bundle.outgoing import Estimate, Outgoing, Sent, estimate, known_version, send
from modelops_bundle.plumbing._session import (
    Session,
    dry_run_option,
    json_option,
    pass_session,
    remote_option,
)
from modelops_bundle.porcelain._progress import shown_progress
from modelops_bundle.porcelain._render import count_of, human_size, print_json, say, talk
from modelops_bundle.porcelain._states import only, show_states, state_records, states_json
from modelops_bundle.project import Project
from modelops_bundle.refs import base_ref
from modelops_bundle.remote import Remote
from modelops_bundle.remote_version import fetch_tag, fetch_version
from modelops_bundle.remotes import choose_remote
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.sync import PushPlan, plan_push
from modelops_bundle.sync_state import base_of, record_seen, record_sending, record_sync
from modelops_bundle.tags import check_tag
from modelops_bundle.tracking import snapshot
from modelops_bundle.tree import EMPTY, Tree
from modelops_bundle.tree_diff import LOCAL_STATES
from modelops_bundle.versions import find_ref

if TYPE_CHECKING:
    from modelops_bundle.models.renewal import Renewal

Synced = tuple[Digest | None, Digest | None]
"""HEAD, and the base of a tag."""


@click.command()
@click.option("--tag", default=None, help="Push to this tag instead of the project's.")
@click.option("--ref", default="", metavar="REF", help="Publish this known version instead of the working tree.")
@click.option(
    "-f",
    "--force",
    is_flag=True,
    help="Move the tag even if that discards the remote's changes, and check all blobs.",
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
    ref: str,
    force: bool,
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
    project = session.project
    tag = check_tag(read_local_config(project.local_path).tag if tag is None else tag)
    with session.remote(remote) as opened:
        synced = _synced(project, opened.name, tag)

        def before_tag(digest: Digest) -> None:
            with project.lock():
                if not ref and _synced(project, opened.name, tag) == synced:
                    record_sending(project, opened.name, tag, digest)

        renewal = None
        if ref:
            outgoing = _known_version(session, opened, tag, ref)
        else:
            outgoing, renewal = _working_tree(project, opened, tag, check=not no_check)
        if force:
            outgoing = replace(outgoing, version=outgoing.version if ref else None, afresh=True)
        else:
            _refuse_to_discard(outgoing, tag, opened.name)
        if renewal:
            _register_anew(session, renewal, dry_run)
        sent: Sent
        if dry_run:
            sent = estimate(project, opened, outgoing, session.settings.jobs)
        else:
            with project.lock():
                project.objects.remove_leftovers()
            with shown_progress(session) as on_event, _origin(session, opened) as origin:
                sent = send(project, opened, outgoing, tag, on_event, session.settings.jobs, origin, before_tag)
            _finish(project, opened.name, tag, sent.bundle, synced, whole_tree=not ref)
        where = f"{opened.name}:{tag}"
    _report(session, outgoing, sent, where, dry_run, as_json, porcelain)


def _working_tree(project: Project, remote: Remote, tag: str, *, check: bool) -> "tuple[Outgoing, Renewal | None]":
    """Return what the working tree is to be published as, and what that makes of the registry, if there is one."""
    base = base_of(project, remote.name, tag)
    known = project.bundle(base).tree if base and base in project.objects else EMPTY
    renewal = None
    with project.lock():
        if os.path.exists(project.root / REGISTRY_PATH):
            from modelops_bundle.plumbing._renewal import snapshot_renewed

            tracked, renewal = snapshot_renewed(project, known, check=check)
        else:
            tracked = snapshot(project, known)
        tree = tracked.tree()
    if not tree:
        raise Invalid("nothing to push: no tracked file is on disk", hint="modelops-bundle add .")
    theirs, plan = _plan(project, remote, tag, tree)
    version = known_version(project, remote.name, tree.digest())
    return Outgoing(tree, theirs, plan, tracked.index, version), renewal


def _register_anew(session: Session, renewal: "Renewal", dry_run: bool) -> None:
    """Tell what was stale, and make the working tree's registry the one that is published."""
    done = "would be registered anew" if dry_run else "registered anew"
    for line in shortened([f"'{name}' was stale ({why}): {done}" for name, why in renewal.stale.items()]):
        talk(session, line)
    if not dry_run:
        from modelops_bundle.plumbing._renewal import carry_out

        for path in carry_out(session.project, renewal):
            talk(session, f"tracked '{path}': what is registered needs it")


def _known_version(session: Session, remote: Remote, tag: str, ref: str) -> Outgoing:
    project = session.project
    version = fetch_version(project, remote, find_ref(project, ref) or parse_version(ref))
    theirs, plan = _plan(project, remote, tag, version.tree)
    index = project.load_index()
    if version.manifest.foreign:
        # It is published in our own format, for which its content must be here.
        missing = [
            path for path, entry in version.tree.items() if path not in index or index[path].digest != entry.digest
        ]
        fetch_contents(project, Origin(remote), version, missing)
        return Outgoing(version.tree, theirs, plan, index)
    return Outgoing(version.tree, theirs, plan, index, version)


def _origin(session: Session, remote: Remote) -> AbstractContextManager[Remote | None]:
    """Open the project's own remote, which has the packs of known versions, unless it is the one pushed to."""
    own = choose_remote(session.project, session.settings)
    return session.open_remote(own.name) if own and own.name != remote.name else nullcontext()


def _plan(project: Project, remote: Remote, tag: str, tree: Tree) -> tuple[Bundle | None, PushPlan]:
    """Return what the tag names now, and what moving it to our tree means."""
    theirs = fetch_tag(project, remote, tag)
    base = base_of(project, remote.name, tag, theirs.digest if theirs else None)
    record_seen(project, remote.name, tag, theirs.digest if theirs else None)
    base_tree: Tree = fetch_version(project, remote, base).tree if base and theirs else EMPTY
    is_base = theirs is None or theirs.digest == base
    return theirs, plan_push(tree, base_tree, theirs.tree if theirs else EMPTY, is_base=is_base)


def _refuse_to_discard(outgoing: Outgoing, tag: str, remote: str) -> None:
    if outgoing.plan.discards:
        files = count_of(len(outgoing.plan.discards), "file")
        raise RemoteMoved(
            f"tag '{tag}' of '{remote}' holds changes that you do not have, in {files}",
            hint="modelops-bundle pull merges them; push --force discards them",
            details=shortened([f"{outgoing.plan.states[path]}: {path}" for path in outgoing.plan.discards]),
        )


def _synced(project: Project, remote: str, tag: str) -> Synced:
    return project.head, project.refs.read(base_ref(remote, tag))


def _finish(
    project: Project, remote: str, tag: str, published: Bundle, synced: Synced, *, whole_tree: bool
) -> None:
    """Remember the push; files that left the bundle leave the index.

    `synced` is what the working tree was in sync with when its content was taken. If it is with something else
    by now, another command has switched it to another version, and it is not what was pushed.
    """
    with project.lock():
        if not whole_tree or _synced(project, remote, tag) != synced:
            record_seen(project, remote, tag, published.digest)
            return
        record_sync(project, remote, tag, published.digest, "push", switched=False)
        index = project.load_index()
        tree = published.tree
        for path in [path for path in index if path not in tree and not os.path.lexists(project.root / path)]:
            del index[path]
        index.tree_digest = published.config.tree if index.tree() == tree else ""
        project.write_index(index)


def _report(
    session: Session,
    outgoing: Outgoing,
    sent: Sent,
    where: str,
    dry_run: bool,
    as_json: bool,
    porcelain: str | None,
) -> None:
    bundle, plan = sent.bundle, outgoing.plan
    if as_json:
        print_json(
            {
                "digest": bundle.digest,
                "tree": bundle.config.tree,
                "to": where,
                "up_to_date": outgoing.up_to_date,
                "files": bundle.config.files,
                "size": bundle.config.size,
                "blobs_sent": len(sent.blobs),
                "bytes_sent": sent.size,
                "discarded": list(plan.discards),
                "states": states_json(plan.states),
                "dry_run": dry_run,
                **(
                    {"requests": sent.requests, "bytes_reused": _saved(sent)} if isinstance(sent, Estimate) else {}
                ),
            }
        )
        return
    if porcelain:
        state_records(plan.states)
        return
    for path in plan.discards:
        talk(session, f"{'would discard' if dry_run else 'discarded'} {plan.states[path]}: '{path}'")
    if outgoing.up_to_date:
        say(f"Everything up to date at {where}")
    else:
        show_states(only(plan.states, LOCAL_STATES))
        blobs = f"{count_of(len(sent.blobs), 'blob')}, {human_size(sent.size)}"
        done = f"Pushed {where}: {blobs} sent"
        if isinstance(sent, Estimate):
            requests = count_of(sent.requests, "request")
            done = f"Would push {where}: {blobs} in {requests}, {human_size(_saved(sent))} need not be sent"
        say(f"{done}; {count_of(bundle.config.files, 'file')}, {human_size(bundle.config.size)} in all")
    say(f"Digest: {bundle.digest}")


def _saved(sent: Sent) -> int:
    """Return how many bytes of content need not be sent: they are there, are there twice, or were compressed."""
    return max(0, sent.bundle.config.size - sent.size)
