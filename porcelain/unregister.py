"""unregister: forget registered models and targets."""

import click

from modelops_bundle.models.registering.recording import change_registry
from modelops_bundle.models.registering.registration import unregister
from modelops_bundle.models.registry_yaml.file import read_registry
from modelops_bundle.models.selection import entry_named
from modelops_bundle.plumbing._session import Session, dry_run_option, json_option, pass_session
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._completion import complete_registered
from modelops_bundle.porcelain._registering import show_change
from modelops_bundle.porcelain._render import talk


@click.command()
@dry_run_option
@json_option
@click.argument("names", nargs=-1, required=True, shell_complete=complete_registered)
@pass_session
def command(session: Session, dry_run: bool, as_json: bool, names: tuple[str, ...]) -> None:
    """Forget the models and targets NAMES. Their files stay, and stay tracked.

    Target sets lose the targets too; a set that loses all of them goes.
    """
    before = read_registry(session.project).target_sets
    change, recorded = change_registry(
        session.project,
        lambda now, around: unregister(now, [entry_named(now, name) for name in names]),
        dry_run=dry_run,
    )
    show_change(session, change, recorded, dry_run, as_json)
    for name, old in before.items():
        new = change.registry.target_sets.get(name)
        if new is None:
            goes = "would have no targets, and go" if dry_run else "has no targets any more, and is forgotten"
            talk(session, f"target set '{name}' {goes}")
        elif new != old:
            count = count_of(len(new.targets), "target")
            keeps = f"would have {count}" if dry_run else f"has {count} now"
            talk(session, f"target set '{name}' {keeps}")
