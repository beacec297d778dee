"""push: publish the tracked files as they are on disk."""

import os
from dataclasses import dataclass

import click

from modelops_bundle.bundle import Bundle
from modelops_bundle.bundle_reference import parse_version
from modelops_bundle.digest import Digest
from modelops_bundle.errors import Invalid, RemoteMoved
from modelops_bundle.known_blobs import known_blobs, mount_sources
from modelops_bundle.local_config import read_local_config
from modelops_bundle.plumbing._session import (
    Session,
    dry_run_option,
    json_option,
    pass_session,
    remote_option,
)
from modelops_bundle.plumbing.fetch_manifest import fetch_manifest, fetch_tag
from modelops_bundle.plumbing.push_blob import push_contents
from modelops_bundle.plumbing.push_manifest import push_manifest
from modelops_bundle.plumbing.write_manifest import write_manifest
from modelops_bundle.porcelain._progress import shown_progress
from modelops_bundle.porcelain._render import count_of, human_size, print_json, say, talk
from modelops_bundle.porcelain._states import only, show_states, state_records, states_json
from modelops_bundle.project import Project
from modelops_bundle.refs import base_ref
from modelops_bundle.remote import BlobsMissing, BlobStatus, Remote
from modelops_bundle.sync import PushPlan, plan_push
from modelops_bundle.sync_state import base_of, record_seen, record_sync
from modelops_bundle.tags import check_tag
from modelops_bundle.tracking import snapshot
from modelops_bundle.tree import EMPTY, Tree
from modelops_bundle.tree_diff import LOCAL_STATES
from modelops_bundle.versions import find_ref

Synced = tuple[Digest | None, Digest | None]
"""HEAD, and the base of a tag."""


@dataclass(frozen=True, slots=True)
class Push:
    """What a push is about: our version, what the tag names now, what moving it means, and blobs already there."""

    bundle: Bundle
    theirs: Bundle | None
    plan: PushPlan
    known: frozenset[Digest]

    @property
    def up_to_date(self) -> bool:
        return self.theirs is not None and self.theirs.config.tree == self.bundle.config.tree


@click.command()
@click.option("--tag", default="", help="Push to this tag instead of the project's.")
@click.option("--ref", default="", metavar="REF", help="Publish this known version instead of the working tree.")
@click.option("-f", "--force", is_flag=True, help="Move the tag even if that discards the remote's changes.")
@remote_option
@dry_run_option
@json_option
@click.option("--porcelain", type=click.Choice(["v1"]), help="Print `state TAB path` records.")
@pass_session
def command(
    session: Session,
    tag: str,
    ref: str,
    force: bool,
    remote: str,
    dry_run: bool,
    as_json: bool,
    porcelain: str | None,
) -> None:
    """Publish the current content of the tracked files and make the tag name it.

    Nobody has to `add` again after an edit. Files deleted from disk leave the bundle. When the tag holds
    changes that you do not have, nothing is sent and the exit code is 7: pull first.
    """
    project = session.project
    tag = check_tag(tag or read_local_config(project.local_path).tag)
    with session.remote(remote) as opened:
        synced = _synced(project, opened.name, tag)
        base = base_of(project, opened.name, tag)
        bundle = _known_version(project, opened, ref) if ref else _version_to_push(project, base)
        push = _prepare(project, opened, tag, bundle, base)
        if not force:
            _refuse_to_discard(push, tag, opened.name)
        if not dry_run:
            sent = _send(session, project, opened, push, tag)
            _finish(project, opened.name, tag, push, synced, whole_tree=not ref)
    if dry_run:
        sent = {}
    _report(session, push, f"{opened.name}:{tag}", sent, dry_run, as_json, porcelain)


def _version_to_push(project: Project, base: Digest | None) -> Bundle:
    known = project.bundle(base).tree if base and base in project.objects else EMPTY
    with project.lock():
        tree = snapshot(project, known).tree()
    if not tree:
        raise Invalid("nothing to push: no tracked file is on disk", hint="modelops-bundle add .")
    return write_manifest(project, tree)


def _known_version(project: Project, remote: Remote, ref: str) -> Bundle:
    return fetch_manifest(project, remote, find_ref(project, ref) or parse_version(ref))


def _prepare(project: Project, remote: Remote, tag: str, bundle: Bundle, base: Digest | None) -> Push:
    theirs = fetch_tag(project, remote, tag)
    record_seen(project, remote.name, tag, theirs.digest if theirs else None)
    base_tree: Tree = fetch_manifest(project, remote, base).tree if base and theirs else EMPTY
    is_base = theirs is None or theirs.digest == base
    plan = plan_push(bundle.tree, base_tree, theirs.tree if theirs else EMPTY, is_base=is_base)
    return Push(bundle, theirs, plan, known_blobs(project, remote.name))


def _refuse_to_discard(push: Push, tag: str, remote: str) -> None:
    if push.plan.discards:
        files = count_of(len(push.plan.discards), "file")
        raise RemoteMoved(
            f"tag '{tag}' of '{remote}' holds changes that you do not have, in {files}",
            hint="modelops-bundle pull merges them; push --force discards them",
            details=tuple(f"{push.plan.states[path]}: {path}" for path in push.plan.discards),
        )


def _send(session: Session, project: Project, remote: Remote, push: Push, tag: str) -> dict[Digest, BlobStatus]:
    if push.up_to_date:
        return {}
    expected = push.theirs.digest if push.theirs else None
    with shown_progress(session) as on_event:

        def contents(known: frozenset[Digest]) -> dict[Digest, BlobStatus]:
            sources = mount_sources(project, remote.name)
            return push_contents(project, remote, push.bundle, known, sources, on_event, session.settings.jobs)

        sent = contents(push.known)
        try:
            push_manifest(remote, push.bundle.data, tag, expected)
        except BlobsMissing:
            # A garbage collection took blobs that the last version vouched for: send whatever is not there.
            sent = contents(frozenset())
            push_manifest(remote, push.bundle.data, tag, expected)
    return sent


def _synced(project: Project, remote: str, tag: str) -> Synced:
    return project.head, project.refs.read(base_ref(remote, tag))


def _finish(
    project: Project, remote: str, tag: str, push: Push, synced: Synced, *, whole_tree: bool
) -> None:
    """Remember the push; files that left the bundle leave the index.

    `synced` is what the working tree was in sync with when its content was taken. If it is with something else
    by now, another command has switched it to another version, and it is not what was pushed.
    """
    published = push.theirs if push.up_to_date and push.theirs else push.bundle
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
    push: Push,
    where: str,
    sent: dict[Digest, BlobStatus],
    dry_run: bool,
    as_json: bool,
    porcelain: str | None,
) -> None:
    published = push.theirs if push.up_to_date and push.theirs else push.bundle
    sizes = {blob.digest: blob.size for blob in (*push.bundle.manifest.layers, push.bundle.manifest.config)}
    to_send = [digest for digest in sizes if digest not in push.known] if dry_run and not push.up_to_date else []
    pushed = [digest for digest, status in sent.items() if status is BlobStatus.PUSHED] if not dry_run else to_send
    size = sum(sizes[digest] for digest in pushed)
    if as_json:
        print_json(
            {
                "digest": published.digest,
                "tree": published.config.tree,
                "to": where,
                "up_to_date": push.up_to_date,
                "files": published.config.files,
                "size": published.config.size,
                "blobs_sent": len(pushed),
                "bytes_sent": size,
                "discarded": list(push.plan.discards),
                "states": states_json(push.plan.states),
                "dry_run": dry_run,
            }
        )
        return
    if porcelain:
        state_records(push.plan.states)
        return
    for path in push.plan.discards:
        talk(session, f"{'would discard' if dry_run else 'discarded'} {push.plan.states[path]}: '{path}'")
    if push.up_to_date:
        say(f"Everything up to date at {where}")
    else:
        show_states(only(push.plan.states, LOCAL_STATES))
        blobs = f"{count_of(len(pushed), 'blob')}, {human_size(size)}"
        done = f"Would push {where}: up to {blobs}" if dry_run else f"Pushed {where}: {blobs} sent"
        say(f"{done}; {count_of(published.config.files, 'file')}, {human_size(published.config.size)} in all")
    say(f"Digest: {published.digest}")
