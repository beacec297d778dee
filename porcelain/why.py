"""why: tell what changed in the dependencies of a model or target."""

from dataclasses import replace

import click

from modelops_bundle.errors import ExitCode
from modelops_bundle.models.entries import Entry, ModelEntry, ModelRegistry
from modelops_bundle.models.explanation import explain
from modelops_bundle.models.overview import Assessed, assess
from modelops_bundle.models.readiness import Condition, kinds_of, readiness_of
from modelops_bundle.models.registering.recording import look_around
from modelops_bundle.models.registering.surroundings import Surroundings
from modelops_bundle.models.registry_yaml.file import read_registry
from modelops_bundle.models.selection import entry_named
from modelops_bundle.plumbing._past_entry import past_entry
from modelops_bundle.plumbing._session import Session, json_option, pass_session, remote_option
from modelops_bundle.plumbing._version import version_of
from modelops_bundle.porcelain._completion import complete_registered, complete_version
from modelops_bundle.porcelain._explanation import explanation_json, show_explanation
from modelops_bundle.porcelain._render import print_json


@click.command()
@click.option(
    "--since",
    default="",
    metavar="REF",
    shell_complete=complete_version,
    help="Compare with this version: a digest, a local tag, or a tag of the remote.",
)
@click.option("--strict", is_flag=True, help="Count changes of comments and formatting too.")
@remote_option
@click.option("--exit-code", "exit_code", is_flag=True, help="Exit with 1 when it is stale or broken.")
@json_option
@click.argument("name", shell_complete=complete_registered)
@pass_session
def command(
    session: Session, since: str, strict: bool, remote: str, exit_code: bool, as_json: bool, name: str
) -> int:
    """Tell why the model or target NAME is stale: what changed inside its dependencies since it was registered.

    Names functions, classes, constants, imports, notebook cells, columns, rows and keys, with old and new values,
    and the imports that make a file matter. The network is used with --since only, for what is not known here.
    """
    project = session.project
    entry = entry_named(read_registry(project), name)
    around = look_around(project)
    each = _assess(entry, around, strict)
    version = version_of(session, since, remote) if since else None
    if version:
        then = past_entry(session, version, remote, each.present.entry, around)
        each = _compared_with(then, each, around, strict)
    found = explain(project, each, around, version)
    around.sources.save()
    if as_json:
        digest = version.digest if version else None
        print_json({"since": since or None, "version": digest, "strict": strict, **explanation_json(found)})
    else:
        show_explanation(found, since)
    return ExitCode.NOT_FOUND if exit_code and each.condition is not Condition.READY else ExitCode.DONE


def _assess(entry: Entry, around: Surroundings, strict: bool) -> Assessed:
    if isinstance(entry, ModelEntry):
        return assess(ModelRegistry(models={entry.id: entry}), around, strict=strict).models[entry.id]
    return assess(ModelRegistry(targets={entry.id: entry}), around, strict=strict).targets[entry.id]


def _compared_with(then: Entry, each: Assessed, around: Surroundings, strict: bool) -> Assessed:
    """Return what is made of an entry of the past, given what it is now.

    A file that it had then, that nothing asks for now and that is not there any more, was not lost.
    """
    needed = kinds_of(each.present.entry)

    def on_disk(path: str) -> bool:
        return path not in needed or bool(around.sources.digest(path))

    return replace(each, entry=then, readiness=readiness_of(then, each.present, on_disk, strict=strict))
