"""refresh: accept the present dependencies of models and targets as current."""

import click

from modelops_bundle.models.entries import Entry, ModelRegistry
from modelops_bundle.models.registering.recording import change_registry
from modelops_bundle.models.registering.registration import Registered, refresh_entries
from modelops_bundle.models.registering.surroundings import Surroundings
from modelops_bundle.models.selection import entry_named
from modelops_bundle.plumbing._session import Session, dry_run_option, json_option, pass_session
from modelops_bundle.porcelain._completion import complete_registered
from modelops_bundle.porcelain._registering import show_change


@click.command()
@dry_run_option
@json_option
@click.argument("names", nargs=-1, shell_complete=complete_registered)
@pass_session
def command(session: Session, dry_run: bool, as_json: bool, names: tuple[str, ...]) -> None:
    """Accept what the models and targets NAMES depend on now as current, by default of all.

    Their files are read again as when they were registered: imports, outputs, scenarios and parameters, and the
    digests of all dependencies. `why NAME` tells beforehand what changed.
    """

    def change(now: ModelRegistry, around: Surroundings) -> Registered:
        every: list[Entry] = [*now.models.values(), *now.targets.values()]
        return refresh_entries(now, [entry_named(now, name) for name in names] or every, around)

    done = change_registry(session.project, change, dry_run=dry_run)
    show_change(session, *done, dry_run, as_json)
