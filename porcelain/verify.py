"""verify: read everything again, and compare it with its digests."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.silent_change import silently_changed
from modelops_bundle.errors import IntegrityError, Invalid
from modelops_bundle.fetching.verification import damaged_files, missing_blobs
from modelops_bundle.plumbing._records import NO_DIGEST
from modelops_bundle.plumbing._session import Session, json_option, pass_session, remote_option
from modelops_bundle.plumbing.verify_objects import ERROR, Finding, verify_objects, verify_refs
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._progress import shown_progress
from modelops_bundle.porcelain._render import print_json, say
from modelops_bundle.pulling.pull import named_version


@click.command()
@click.option("--published", is_flag=True, help="Check the version at the remote: that every blob is there.")
@click.option("--read-data", is_flag=True, help="With --published: fetch every file and compare its digest.")
@click.option("--tag", default=None, help="With --published: this tag instead of the project's.")
@click.option("--ref", default="", metavar="REF", help="With --published: this version, a digest or a tag.")
@remote_option
@json_option
@pass_session
def command(
    session: Session,
    published: bool,
    read_data: bool,
    tag: str | None,
    ref: str,
    remote: str,
    as_json: bool,
) -> None:
    """Read everything that is stored or tracked here, and compare it with its digests.

    Told are damaged objects, refs to what is not whole, and files that changed while their size and times did not.
    With --published, the version that the remote's tag names is checked instead. Nothing is written or repaired.
    """
    if published:
        what, found = _published(session, tag, ref, remote, read_data)
    elif read_data or tag is not None or ref or remote:
        raise Invalid(
            "what is here has no tag", hint="modelops-bundle verify --published [--tag TAG] [--read-data]"
        )
    else:
        what, found = f"'{session.project.root}'", list(_here(session.project))
    errors = sum(finding.severity == ERROR for finding in found)
    if as_json:
        fields = ("severity", "id", "digest", "text")
        print_json(
            {"verified": what, "findings": [{name: getattr(each, name) for name in fields} for each in found]}
        )
    else:
        for finding in found:
            say(f"{finding.severity} {finding.id} {finding.digest}  {finding.text}")
        if not found:
            say(f"Everything is as it should be: {what}")
    if errors:
        raise IntegrityError(f"{count_of(errors, 'problem')} in {what}", hint=_hint(published))


def _here(project: Project) -> Iterator[Finding]:
    yield from verify_objects(project.objects, project.objects)
    yield from verify_refs(project)
    for path in silently_changed(project):
        yield Finding(ERROR, "silent-change", NO_DIGEST, f"'{path}' changed, but its size and times did not")


def _published(
    session: Session, tag: str | None, ref: str, remote: str, read_data: bool
) -> tuple[str, list[Finding]]:
    with session.remote(remote) as opened, shown_progress(session) as on_event:
        bundle, named = named_version(session.project, opened, tag, ref)
        origin = session.origin(opened, on_event)
        faults = missing_blobs(origin, bundle)
        if read_data:
            with tempfile.TemporaryDirectory(dir=session.project.objects.tmp) as scratch:
                faults += damaged_files(origin, bundle, Path(scratch))
    what = f"{opened.name}:{named}" if named else f"{opened.name}@{bundle.digest}"
    return what, [Finding(ERROR, fault.id, fault.digest, fault.text) for fault in faults]


def _hint(published: bool) -> str:
    if published:
        return "who has the files repairs it with: modelops-bundle push --force"
    return "modelops-bundle verify-objects tells how damaged objects come back; pull --overwrite, how files do"
