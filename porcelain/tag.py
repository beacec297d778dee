"""tag: name versions."""

import click

from modelops_bundle.checkout.local_tags import create_tag, delete_tag, local_tags
from modelops_bundle.digest import short
from modelops_bundle.errors import Invalid
from modelops_bundle.plumbing._session import Session, json_option, pass_session
from modelops_bundle.plumbing._version import version_of
from modelops_bundle.porcelain._completion import complete_version
from modelops_bundle.porcelain._render import print_json, say, table, talk
from modelops_bundle.store.refs import HEAD


@click.command()
@click.option("-d", "--delete", is_flag=True, help="Forget the tag NAME.")
@click.option("-f", "--force", is_flag=True, help="Move a tag that exists.")
@json_option
@click.argument("name", default="", shell_complete=complete_version)
@click.argument("reference", metavar="[REF]", default="", shell_complete=complete_version)
@pass_session
def command(session: Session, delete: bool, force: bool, as_json: bool, name: str, reference: str) -> None:
    """Name the version REF, by default HEAD; without arguments list the tags.

    These tags stay in this checkout; `push --tag NAME --ref NAME` makes one a tag of the remote.
    """
    project = session.project
    if delete and (reference or force or not name):
        raise Invalid("-d takes one NAME and nothing else", hint="modelops-bundle tag -d NAME")
    if not name:
        _list(session, as_json)
        return
    if delete:
        old = delete_tag(project, name)
        _report(as_json, name, None, old, f"Deleted tag {name}, which named {old}")
        return
    digest = version_of(session, reference or HEAD).digest
    before = create_tag(project, name, digest, force=force)
    _report(as_json, name, digest, before, f"{name}  {digest}")
    if before not in (None, digest):
        talk(session, f"tag '{name}' named '{before}' before")


def _list(session: Session, as_json: bool) -> None:
    tags = local_tags(session.project)
    if as_json:
        print_json({"tags": tags})
    elif tags:
        table(("Tag", "Version"), [(tag, short(digest)) for tag, digest in tags.items()])
    else:
        talk(session, "no tags yet: modelops-bundle tag NAME")


def _report(as_json: bool, name: str, new: str | None, old: str | None, text: str) -> None:
    if as_json:
        print_json({"tag": name, "new": new, "old": old})
    else:
        say(text)
