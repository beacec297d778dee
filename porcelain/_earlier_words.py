"""The words of the earlier modelops-bundles, which the program knows when it is called by that name.

They are other spellings of commands that there are, two of them with the project's directory as an argument.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import click

from modelops_bundle.errors import Invalid
from modelops_bundle.plumbing._session import Session
from modelops_bundle.porcelain.commands import load


@dataclass(frozen=True, slots=True)
class Word:
    """One line about a word, and what makes the command of that name."""

    summary: str
    make: Callable[[str], click.Command]


def _in_directory(of: str, flags: tuple[click.Option, ...], given: Mapping[str, Any], name: str) -> click.Command:
    """Return a command that does what another one does with some options `given`, in a directory that is named."""
    command = _load(of)

    def run(working_dir: str, **options: Any) -> Any:
        context = click.get_current_context()
        session = _session(context)
        directory = session.file(working_dir).resolve()
        if not directory.is_dir():
            raise Invalid(f"no such directory: '{working_dir}'", hint=f"{context.command_path} --help")
        context.obj = Session(session.settings, directory, session.verbosity, session.progress)
        return context.invoke(command, **given, **options)

    kept = [param for param in command.params if isinstance(param, click.Option) and param.name not in given]
    argument = click.Argument(["working_dir"], default=".", type=click.Path())
    return click.Command(name, callback=run, params=[*kept, *flags, argument], help=command.help)


def _diff(name: str) -> click.Command:
    """Return `diff` with one argument, which is a version in any spelling, or a path."""
    command = _load("diff")

    def run(ref_or_path: str, **options: Any) -> Any:
        context = click.get_current_context()
        named = _version_or_path(_session(context), ref_or_path) if ref_or_path else {}
        return context.invoke(command, **named, **options)

    kept = [param for param in command.params if isinstance(param, click.Option) and param.name != "ref"]
    argument = click.Argument(["ref_or_path"], default="", type=click.Path())
    return click.Command(name, callback=run, params=[*kept, argument], help=command.help)


def _version_or_path(session: Session, text: str) -> dict[str, Any]:
    """Return what `diff` is given for a path, or for a version, whose documents are here afterwards."""
    from modelops_bundle.porcelain._bundle_source import source_of
    from modelops_bundle.resolving.bundle_lookup import opened_version
    from modelops_bundle.resolving.bundle_ref import parse_bundle_ref
    from modelops_bundle.sync.comparison import names_path

    project = session.project
    if names_path(project, session.file(text)):
        return {"paths": (text,)}
    with opened_version(project, parse_bundle_ref(text), source_of(session)) as (_, bundle):
        return {"ref": bundle.digest}


def _load(name: str) -> click.Command:
    command = load(name)
    assert command is not None
    return command


def _session(context: click.Context) -> Session:
    session = context.find_object(Session)
    assert session is not None
    return session


_TOLD = "Tell where large files go, as is done anyway."
_PREVIEW = click.Option(["--external-preview"], is_flag=True, expose_value=False, help=_TOLD)
WORDS: Mapping[str, Word] = {
    "scan": Word("list the tracked files: status --files", partial(_in_directory, "status", (), {"files": True})),
    "plan": Word(
        "tell what a push would do: push --dry-run", partial(_in_directory, "push", (_PREVIEW,), {"dry_run": True})
    ),
    "diff": Word("show what differs from a version, or changed at a path", _diff),
    "push": Word("publish the project in a directory", partial(_in_directory, "push", (), {})),
}
