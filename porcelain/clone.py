"""clone: copy a published bundle into a new directory."""

import os
from pathlib import Path

import click

from modelops_bundle.checkout.local_config import DEFAULT_TAG, repository_name
from modelops_bundle.digest import parse_digest
from modelops_bundle.plumbing._session import Session, json_option, pass_session
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._progress import shown_progress
from modelops_bundle.porcelain._render import human_size, print_json, say
from modelops_bundle.pulling.clone import begun_clone, clone
from modelops_bundle.remotes.remote_reference import RemoteReference, parse_remote_reference
from modelops_bundle.tags import check_tag


@click.command()
@click.option("--tag", default="", help="Clone this tag.")
@click.option("--ref", default="", metavar="DIGEST", help="Clone this version by digest.")
@json_option
@click.argument("source", metavar="REMOTE[:TAG][@DIGEST]")
@click.argument("directory", default="")
@pass_session
def command(session: Session, tag: str, ref: str, as_json: bool, source: str, directory: str) -> None:
    """Copy the version that a remote's tag names into DIRECTORY, by default named after the repository.

    A clone that was interrupted goes on when the same command is run again.
    """
    wanted = _reference(session, source, tag, ref)
    name = directory or repository_name(wanted.remote.rpartition("/")[2])
    root = Path(os.path.normpath(session.file(name)))
    begun = begun_clone(root, wanted)
    with session.open_remote(wanted.remote) as remote, shown_progress(session) as on_event:
        bundle = clone(root, wanted, session.origin(remote, on_event), begun)
    if as_json:
        print_json({"root": str(root), "from": str(wanted), "digest": bundle.digest, "tree": bundle.config.tree})
        return
    say(f"Cloned {wanted} into {root}")
    say(f"{count_of(bundle.config.files, 'file')}, {human_size(bundle.config.size)}")
    say(f"Digest: {bundle.digest}")


def _reference(session: Session, source: str, tag: str, ref: str) -> RemoteReference:
    given = parse_remote_reference(source, session.directory)
    digest = parse_digest(ref.removeprefix("@").lower()) if ref else given.digest
    return RemoteReference(given.remote, check_tag(tag or given.tag or DEFAULT_TAG), digest)
