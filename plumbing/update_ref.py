"""update-ref: change refs if they are what you expect."""

import re
import sys
from collections.abc import Sequence

import click

from modelops_bundle.bundles.manifest import parse_manifest
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest, parse_digest
from modelops_bundle.errors import IntegrityError, Invalid
from modelops_bundle.plumbing._records import NO_DIGEST, read_records
from modelops_bundle.plumbing._session import Session, nul_option, pass_session, stdin_option
from modelops_bundle.resolving.versions import resolve_ref
from modelops_bundle.store.refs import ANY, HEAD, AnyValue, RefChange
from modelops_bundle.sync.state import log_head

_DIGEST = "(sha256:[0-9a-f]{64})"
# A ref may hold spaces (a remote in a directory), a digest never does: so the end of a line decides.
_UPDATE = re.compile(f"update (.+?) {_DIGEST}(?: {_DIGEST})?")
_DELETE = re.compile(f"delete (.+?)(?: {_DIGEST})?")


def update_refs(project: Project, changes: Sequence[RefChange]) -> None:
    """Change refs, all or none, each if it names what is expected; a change of HEAD is logged.

    Raises RefChanged, Invalid for what is no ref, and NotFound or IntegrityError when a ref but `remotes/…`
    would name what is no version in the object store.
    """
    for change in changes:
        project.refs.path(change.name)
        if change.new and not change.name.startswith("remotes/"):
            parse_manifest(project.objects.read(change.new), f"'{change.new}'")
    with project.lock():
        before = _head(project)
        project.refs.change(changes)
        for change in changes:
            if change.name == HEAD and change.new and change.new != before:
                log_head(project, "update-ref", change.new, "")


def _head(project: Project) -> Digest | None:
    """Return what HEAD names; nothing when it is damaged, so that it can be set anew."""
    try:
        return project.head
    except IntegrityError:
        return None


def parse_change(record: str) -> RefChange:
    """Read `update SP ref SP new [SP old]` or `delete SP ref [SP old]`; raise Invalid."""
    if match := _UPDATE.fullmatch(record):
        return RefChange(match[1], Digest(match[2]), parse_expected(match[3]))
    if match := _DELETE.fullmatch(record):
        return RefChange(match[1], None, parse_expected(match[2]))
    raise Invalid(
        f"not a change of a ref: '{record[:300]}'",
        hint="'update REF NEW [OLD]' or 'delete REF [OLD]', full digests",
    )


def parse_expected(text: str | None = None) -> Digest | AnyValue | None:
    """Return what OLD stands for: nothing given expects nothing, zeros or '' that the ref does not exist."""
    if text is None:
        return ANY
    return parse_digest(text) if text and text != NO_DIGEST else None


@click.command()
@click.option("-d", "--delete", "delete", is_flag=True, help="Delete REF.")
@stdin_option
@nul_option
@click.argument("values", nargs=-1, metavar="REF NEW [OLD] | -d REF [OLD]")
@pass_session
def command(session: Session, delete: bool, from_stdin: bool, nul: bool, values: tuple[str, ...]) -> None:
    """Make REF name NEW, if it names OLD. Prints nothing; exit code 6 when REF is not what was expected.

    NEW is a digest, ref or tag. OLD is a digest, or '' when REF must not exist yet. --stdin reads
    `update REF NEW [OLD]` and `delete REF [OLD]` and does all of them or none.
    """
    project = session.project
    match from_stdin, delete, values:
        case True, False, ():
            changes = [parse_change(record) for record in read_records(sys.stdin.buffer, nul=nul)]
        case False, False, (name, new, *old) if len(old) <= 1:
            changes = [RefChange(name, resolve_ref(project, new), parse_expected(*old))]
        case False, True, (name, *old) if len(old) <= 1:
            changes = [RefChange(name, None, parse_expected(*old))]
        case _:
            raise Invalid(
                "give REF NEW [OLD], or -d REF [OLD], or --stdin", hint="modelops-bundle update-ref --help"
            )
    update_refs(project, changes)
