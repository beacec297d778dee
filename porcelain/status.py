"""status: show what changed, and where that stands against the remote."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from modelops_bundle.bundles.tree_diff import State
from modelops_bundle.checkout.local_config import read_local_config
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.untracked import untracked as untracked_paths
from modelops_bundle.digest import short
from modelops_bundle.errors import BundleError, ExitCode, Invalid
from modelops_bundle.files.hashing import Unreadable
from modelops_bundle.plumbing._records import RecordWriter
from modelops_bundle.plumbing._session import Session, json_option, nul_option, pass_session
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._render import listing, print_json, say
from modelops_bundle.porcelain._states import show_states, state_records, states_json
from modelops_bundle.remotes.opening import choose_remote
from modelops_bundle.safe_path import REGISTRY_PATH, printable
from modelops_bundle.sync.status import Standing, Status, look_at

if TYPE_CHECKING:
    from modelops_bundle.porcelain._model_status import ModelStatus

_PUSH = "modelops-bundle push"
_NEXT = {
    Standing.UNKNOWN: "modelops-bundle config remote HOST/REPOSITORY, or oci:DIRECTORY",
    Standing.NOT_PUSHED: _PUSH,
    Standing.AHEAD: _PUSH,
    Standing.BEHIND: "modelops-bundle pull",
    Standing.DIVERGED: "modelops-bundle pull, then modelops-bundle push",
}
_WORDS = {
    State.MODIFIED_LOCAL: "modified",
    State.ADDED_LOCAL: "added",
    State.DELETED_LOCAL: "deleted",
    State.CONFLICT: "in conflict",
}


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from modelops_bundle.porcelain._completion import complete_registered  # no start may wait for it

    return complete_registered(ctx, param, incomplete)


@click.command()
@click.option("-f", "--files", is_flag=True, help="List every tracked file with its state and its place.")
@click.option("-u", "--untracked", is_flag=True, help="List untracked files too.")
@click.option("--untracked-only", is_flag=True, help="List untracked files and nothing else.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when something here differs from its version.")
@json_option
@click.option("--porcelain", type=click.Choice(["v1"]), help="Print `state TAB path` records.")
@nul_option
@click.argument("name", default="", shell_complete=_complete)
@pass_session
def command(
    session: Session,
    files: bool,
    untracked: bool,
    untracked_only: bool,
    exit_code: bool,
    as_json: bool,
    porcelain: str | None,
    nul: bool,
    name: str,
) -> int:
    """Show which tracked files changed since the last push or pull, and how models and targets are.

    With NAME, the id or class of one that is registered, show all that is known of it. Never uses the network:
    where the remote stands is what push, pull or fetch last saw there. Imports nothing of the project.
    """
    project = session.project
    if name and (files or untracked or untracked_only or exit_code or porcelain):
        hint = (
            f"modelops-bundle why {name} --exit-code"
            if exit_code
            else "leave out NAME, or the options about files"
        )
        raise Invalid("NAME is of a model or target: it goes with --json only", hint=hint)
    if untracked_only:
        found = list(untracked_paths(project, project.load_index()))
        _show_untracked_only(found, as_json, porcelain, nul)
        return ExitCode.DONE
    choice = choose_remote(project, session.settings)
    remote, tag = choice.name if choice else "", read_local_config(project.local_path).tag
    status = look_at(project, remote, tag)
    if name:
        _show_one(project, status, name, as_json)
        return ExitCode.DONE
    others = list(untracked_paths(project, status.index)) if untracked else []
    if as_json:
        _print_json(session, status, remote, tag, others, files)
    elif porcelain:
        state_records(status.states, nul=nul)
        _records("unreadable", status.unreadable, nul)
        _records("untracked", others, nul)
    else:
        _show(session, status, remote, tag, others, files)
    return ExitCode.NOT_FOUND if exit_code and status.changed else ExitCode.DONE


def _show(session: Session, status: Status, remote: str, tag: str, others: list[str], files: bool) -> None:
    say(f"Bundle: {remote}:{tag}" if remote else "Bundle: no remote is configured")
    say(f"Local changes: {_summary(status)}")
    found, problem = (None, None) if files else _models(session.project, status)
    broken = bool(problem) or (found is not None and _show_models(found))
    if problem:
        say(f"Models and targets: {printable(_reason(problem))}")
    if status.base:
        say(f"Version: {short(status.base)}, {status.standing}")
    if files:
        from modelops_bundle.porcelain._status_files import show_files

        show_files(session, status)
    else:
        show_states(status.states)
    if status.unreadable:
        say("Cannot be read:")
        listing("!", list(status.unreadable.values()), all_of_them=files)
    if others:
        say("Untracked:")
        listing("?", others, all_of_them=files)
    if step := _next_step(status, broken):
        say(f"Next: {step}")
    _raise_if_not_looked(problem)


def _next_step(status: Status, broken: bool) -> str:
    if status.base and not status.index:
        return "modelops-bundle add ."  # a lost index must not end in a push that publishes nothing but deletions
    step = _NEXT.get(status.standing, "")
    return "modelops-bundle check" if broken and step == _PUSH else step


def _show_models(found: "ModelStatus") -> bool:
    """Show what is registered, and tell whether that forbids a push."""
    from modelops_bundle.porcelain._model_tables import show_tables

    show_tables(found)
    say()
    return any(finding.forbids_push for finding in found.findings)


def _show_one(project: Project, status: Status, name: str, as_json: bool) -> None:
    """Show all that is known of one model or target."""
    from modelops_bundle.porcelain._model_status import entry_json, model_status
    from modelops_bundle.porcelain._model_tables import show_details

    found = model_status(project, status)
    named = found.find(name)
    if as_json:
        print_json([entry_json(project, found, about, each) for about, each in named])
        return
    for about, each in named:
        show_details(project, found, about, each)


def _models(project: Project, status: Status) -> "tuple[ModelStatus | None, BundleError | OSError | None]":
    """Look at what is registered; where nothing is, `status` must cost nothing more.

    What keeps us from it is returned beside: the files can be shown all the same.
    """
    if not os.path.exists(project.root / REGISTRY_PATH):
        return None, None
    from modelops_bundle.porcelain._model_status import model_status

    try:
        found = model_status(project, status)
    except (BundleError, OSError) as problem:
        return None, problem
    return (found if found.overview.registry else None), None


def _reason(problem: BundleError | OSError) -> str:
    if isinstance(problem, BundleError):
        return problem.message
    return Unreadable(os.fsdecode(problem.filename or ""), problem).message


def _raise_if_not_looked(problem: BundleError | OSError | None) -> None:
    # A registry that makes no sense is something that was found. What the system forbids was not looked at.
    if isinstance(problem, OSError):
        raise problem


def _summary(status: Status) -> str:
    counts = {word: list(status.states.values()).count(state) for state, word in _WORDS.items()}
    parts = [f"{count_of(number, 'file')} {word}" for word, number in counts.items() if number]
    if status.unreadable:
        parts.append(f"{count_of(len(status.unreadable), 'file')} cannot be read")
    return ", ".join(parts) or f"none ({count_of(len(status.index), 'tracked file')})"


def _print_json(session: Session, status: Status, remote: str, tag: str, others: list[str], files: bool) -> None:
    project = session.project
    value: dict[str, Any] = {
        "remote": remote,
        "tag": tag,
        "base": status.base,
        "seen": status.seen,
        "standing": status.standing,
        "tracked": len(status.index),
        "states": states_json(status.states),
        "unreadable": dict(status.unreadable),
        "untracked": others,
    }
    found, problem = _models(project, status)
    if found:
        from modelops_bundle.porcelain._model_status import models_json

        value |= models_json(project, found)
    if problem:
        value["models_error"] = _reason(problem)
    if files:
        from modelops_bundle.porcelain._status_files import files_json

        value |= files_json(session, status)
    print_json(value)
    _raise_if_not_looked(problem)


def _show_untracked_only(found: list[str], as_json: bool, porcelain: str | None, nul: bool) -> None:
    if as_json:
        print_json({"untracked": found})
    elif porcelain:
        _records("untracked", found, nul)
    else:
        for path in found:
            say(printable(path))


def _records(state: str, paths: Iterable[str], nul: bool) -> None:
    out = RecordWriter(nul=nul)
    for path in paths:
        out.record(state, path)
