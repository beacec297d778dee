"""fetch: learn what the remote holds without changing the working tree."""

import click

from modelops_bundle.checkout.local_config import read_local_config
from modelops_bundle.digest import Digest, short
from modelops_bundle.errors import NotFound
from modelops_bundle.fetching.remote_version import fetch_version
from modelops_bundle.plumbing._session import Session, json_option, pass_session, remote_option
from modelops_bundle.plumbing.ls_remote import ls_remote
from modelops_bundle.porcelain._render import print_json, say
from modelops_bundle.store.refs import remote_ref
from modelops_bundle.sync.state import record_seen


@click.command()
@click.option("--tag", "tags", multiple=True, help="Fetch this tag; repeatable. Default: the project's tag.")
@click.option("--all", "every", is_flag=True, help="Fetch all tags.")
@remote_option
@json_option
@pass_session
def command(session: Session, tags: tuple[str, ...], every: bool, remote: str, as_json: bool) -> None:
    """Remember what tags of the remote name now, and fetch the documents of those versions.

    `status` and `diff` then work without the network. No file's content is fetched.
    """
    project = session.project
    wanted = () if every else tags or (read_local_config(project.local_path).tag,)
    changes: dict[str, tuple[Digest | None, Digest]] = {}
    with session.remote(remote) as opened:
        found = ls_remote(opened, wanted)
        for tag, digest in found.items():
            old = project.refs.read(remote_ref(opened.name, tag))
            fetch_version(project, opened, digest)
            record_seen(project, opened.name, tag, digest)
            changes[tag] = (old, digest)
        name = opened.name
    if as_json:
        print_json(
            {"remote": name, "tags": {tag: {"old": old, "new": new} for tag, (old, new) in changes.items()}}
        )
    else:
        for tag, (old, new) in changes.items():
            say(f"{tag}  {_step(old, new)}")
    absent = next((tag for tag in wanted if tag not in found), None)
    if absent:
        record_seen(project, name, absent, None)
        raise NotFound(f"no tag '{absent}' at '{name}'", hint="modelops-bundle push")


def _step(old: Digest | None, new: Digest) -> str:
    if old == new:
        return f"{short(new)} (unchanged)"
    return f"{short(old)} -> {short(new)}" if old else f"{short(new)} (new)"
