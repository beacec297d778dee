"""doctor: run a command, and report what a model uses and does not declare."""

import os
import shlex

import click

from modelops_bundle.errors import ExitCode, Invalid
from modelops_bundle.models.discovery.declared_files import DeclaredFiles
from modelops_bundle.models.entries import ModelEntry
from modelops_bundle.models.preflight.audit import Usage, watch
from modelops_bundle.models.preflight.undeclared import Undeclared, declaring, find_undeclared
from modelops_bundle.models.registering.recording import look_around
from modelops_bundle.models.registry_yaml.file import read_registry
from modelops_bundle.models.selection import entry_named
from modelops_bundle.plumbing._session import Session, json_option, pass_session
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._completion import complete_registered
from modelops_bundle.porcelain._render import listing, print_json, say, talk
from modelops_bundle.safe_path import printable

_NAMED = 5
"""So many paths that are no dependencies are named."""
_STDERR = 2


@click.command()
@json_option
@click.argument("model", shell_complete=complete_registered)
@click.argument("words", nargs=-1, required=True, metavar="-- COMMAND...")
@pass_session
def command(session: Session, as_json: bool, model: str, words: tuple[str, ...]) -> int:
    """Run COMMAND, and report files and modules of the project that MODEL uses without declaring them.

    The exit code is that of COMMAND; if that is 0, it is 1 when something is not declared, or MODEL was not used.
    """
    project = session.project
    registry = read_registry(project)
    entry = entry_named(registry, model)
    if not isinstance(entry, ModelEntry):
        raise Invalid(f"a target, not a model: '{model}'", hint="modelops-bundle list")
    around = look_around(project)
    now = around.present(entry).entry
    assert isinstance(now, ModelEntry)
    own = {entry.path, *now.code, *now.data}
    usage = watch(project, own, words, session.directory, os.environ, _STDERR if as_json else None)
    started = {os.path.relpath(session.directory / word, project.root) for word in words}
    imported = around.graph.closure(entry.path) if around.sources.digest(entry.path) else ()
    found = find_undeclared(usage, now, imported, started, DeclaredFiles(around.sources))
    fix = shlex.join(declaring(registry, entry, found, project.root, session.directory)) if found.files else ""
    loaded = entry.path in (*usage.code, *usage.unasked)
    if as_json:
        _print_json(entry, loaded, usage, found, fix)
    else:
        _show(session, entry, loaded, usage, found, fix)
    return usage.exit_code or (ExitCode.NOT_FOUND if found.files or not loaded else ExitCode.DONE)


def _show(session: Session, entry: ModelEntry, loaded: bool, usage: Usage, found: Undeclared, fix: str) -> None:
    if found.files:
        files = count_of(len(found.files), "file")
        say(printable(f"'{entry.id}' uses {files} that it does not declare:"))
        for kind, paths in (("code", found.code), ("data", found.data), ("data?", found.perhaps)):
            listing(kind, paths, all_of_them=True)
        if found.perhaps:
            say("'data?' was read by a library or another program: declare it if that was for the model")
        say(printable(f"Next: {fix}"))
    elif loaded:
        say(printable(f"All that '{entry.id}' used is declared"))
    else:
        say(printable(f"The command did not load '{entry.path}', as far as could be seen"))
    _tell(session, "used, but excluded", found.excluded)
    _tell(session, "used by others, not by the model", found.aside)
    _tell(session, "written, so no dependency", usage.written)
    if not usage.complete:
        talk(session, "what libraries such as polars and HDF5 read by themselves could not be seen")
    if not usage.processes:
        talk(session, "no Python was watched; its options -I, -E and -S keep us out")
    if usage.exit_code:
        talk(session, f"the command ended with exit code {usage.exit_code}")


def _tell(session: Session, what: str, paths: tuple[str, ...]) -> None:
    if paths:
        shown = paths if session.verbosity > 0 else paths[:_NAMED]
        more = [f"and {len(paths) - len(shown)} more (-v names all)"] if len(paths) > len(shown) else []
        names = ", ".join([*(f"'{path}'" for path in shown), *more])
        talk(session, f"{what}: {names}")


def _print_json(entry: ModelEntry, loaded: bool, usage: Usage, found: Undeclared, fix: str) -> None:
    print_json(
        {
            "model": entry.id,
            "exit_code": usage.exit_code,
            "loaded": loaded,
            "code": found.code,
            "data": found.data,
            "perhaps": found.perhaps,
            "declare": fix,
            "excluded": found.excluded,
            "aside": found.aside,
            "written": usage.written,
            "processes": usage.processes,
            "complete": usage.complete,
        }
    )
