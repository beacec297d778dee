"""ls-remote: list the tags of a remote and the versions that they name."""

import click

from modelops_bundle.digest import Digest
from modelops_bundle.errors import NotFound
from modelops_bundle.plumbing._records import RecordWriter
from modelops_bundle.plumbing._session import Session, nul_option, pass_session, remote_option
from modelops_bundle.remote import Remote
from modelops_bundle.transfer import in_parallel

_JOBS = 8


def ls_remote(remote: Remote, tags: tuple[str, ...] = ()) -> dict[str, Digest]:
    """Return what tags of a remote name now, sorted by tag; all of them without `tags`."""

    def resolve(tag: str) -> tuple[str, Digest | None]:
        return tag, remote.resolve_tag(tag)

    named = in_parallel(resolve, sorted(tags) if tags else remote.list_tags(), _JOBS)
    return {tag: digest for tag, digest in named if digest}


@click.command()
@click.option("--name", "only_name", is_flag=True, help="Print the remote's full name, and ask it nothing.")
@nul_option
@remote_option
@click.argument("tags", nargs=-1)
@pass_session
def command(session: Session, only_name: bool, nul: bool, remote: str, tags: tuple[str, ...]) -> None:
    """Print `digest TAB tag` for each of TAGS, or for all tags. Exit code 1 when a given tag does not exist."""
    out = RecordWriter(nul=nul)
    with session.remote(remote) as opened:
        name = opened.name
        if only_name:
            out.record("", name)
            return
        found = ls_remote(opened, tags)
    for tag, digest in found.items():
        out.record(digest, tag)
    absent = next((tag for tag in tags if tag not in found), None)
    if absent:
        raise NotFound(f"no tag '{absent}' at '{name}'", hint=f"modelops-bundle ls-remote --remote {name}")
