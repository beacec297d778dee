"""log: show the versions that this checkout has seen."""

from datetime import UTC, datetime
from typing import Any

import click

from modelops_bundle.digest import short
from modelops_bundle.plumbing._session import Session, json_option, pass_session
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._render import human_age, print_json, say, table
from modelops_bundle.safe_path import printable
from modelops_bundle.sync.history import Step, history


@click.command()
@click.option("-n", "limit", type=click.IntRange(min=0), default=20, show_default=True, help="Show N; 0 for all.")
@click.option("--full", is_flag=True, help="Show whole digests.")
@json_option
@pass_session
def command(session: Session, limit: int, full: bool, as_json: bool) -> None:
    """Show which versions this working tree was in sync with, newest first, and how it got there."""
    steps = history(session.project, limit)
    if as_json:
        print_json({"versions": [_as_json(step) for step in steps]})
    elif steps:
        table(("Version", "When", "Command", "Where", "Files", "Names"), [_row(step, full) for step in steps])
    else:
        say("Nothing was pushed or pulled yet.")


def _row(step: Step, full: bool) -> tuple[str, ...]:
    entry = step.entry
    files = "?" if step.files is None else count_of(step.files, "file")
    if step.changed is not None:
        files += f", {step.changed} changed"
    digest = entry.digest if full else short(entry.digest)
    names = ", ".join(step.names)
    return digest, human_age(entry.time), printable(entry.command), printable(entry.where), files, printable(names)


def _as_json(step: Step) -> dict[str, Any]:
    entry = step.entry
    return {
        "digest": entry.digest,
        "time": datetime.fromtimestamp(entry.time, UTC).isoformat(),
        "command": entry.command,
        "where": entry.where,
        "names": list(step.names),
        "files": step.files,
        "changed": step.changed,
    }
