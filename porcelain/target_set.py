"""target-set: say which targets are fitted together."""

import click

from modelops_bundle.models.entries import TargetSet
from modelops_bundle.models.registering.recording import change_registry
from modelops_bundle.models.registering.registration import Registered
from modelops_bundle.models.registry_yaml.file import read_registry
from modelops_bundle.models.target_sets import delete_set, set_targets
from modelops_bundle.plumbing._session import Session, dry_run_option, json_option, pass_session
from modelops_bundle.porcelain._completion import complete_registered, complete_target_set
from modelops_bundle.porcelain._render import print_json, say, table, talk
from modelops_bundle.safe_path import printable


@click.group()
def command() -> None:
    """Name sets of calibration targets that are fitted together, with a weight for each."""


@command.command("set")
@click.option(
    "-t",
    "--target",
    "targets",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_registered,
    help="A member, else all registered targets.",
)
@click.option("-w", "--weight", "weights", multiple=True, metavar="NAME=NUMBER", help="The weight of a member.")
@dry_run_option
@json_option
@click.argument("name", shell_complete=complete_target_set)
@pass_session
def set_command(
    session: Session, targets: tuple[str, ...], weights: tuple[str, ...], dry_run: bool, as_json: bool, name: str
) -> None:
    """Make the set NAME of exactly these targets, in this order."""
    change, recorded = change_registry(
        session.project, lambda now, around: Registered(set_targets(now, name, targets, weights)), dry_run=dry_run
    )
    new = change.registry.target_sets[name]
    if as_json:
        print_json({"name": name, **_document(new), "changed": recorded.written, "dry_run": dry_run})
    else:
        say(f"{printable(name)}: {_listed(new)}")
    _tell(session, recorded.written, dry_run)


@command.command("list")
@json_option
@pass_session
def list_command(session: Session, as_json: bool) -> None:
    """List the target sets."""
    sets = read_registry(session.project).target_sets
    if as_json:
        print_json({"target_sets": {name: _document(each) for name, each in sets.items()}})
    elif sets:
        table(("Target set", "Targets"), [(printable(name), _listed(each)) for name, each in sets.items()])
    else:
        talk(session, "no target sets yet: modelops-bundle target-set set NAME")


@command.command("delete")
@dry_run_option
@json_option
@click.argument("name", shell_complete=complete_target_set)
@pass_session
def delete_command(session: Session, dry_run: bool, as_json: bool, name: str) -> None:
    """Forget the set NAME; its targets stay registered."""
    old = read_registry(session.project).target_sets.get(name, TargetSet())
    change_registry(session.project, lambda now, around: Registered(delete_set(now, name)), dry_run=dry_run)
    if as_json:
        print_json({"deleted": name, **_document(old), "dry_run": dry_run})
    else:
        say(f"- {printable(name)}: {_listed(old)}")
    _tell(session, True, dry_run)


def _document(each: TargetSet) -> dict[str, object]:
    return {"targets": list(each.targets), "weights": dict(each.weights)}


def _listed(each: TargetSet) -> str:
    """Return the targets of a set, with the weights of those that have one."""
    weights = {id: f"={weight:g}" for id, weight in each.weights.items()}
    return ", ".join(printable(id) + weights.get(id, "") for id in each.targets)


def _tell(session: Session, changed: bool, dry_run: bool) -> None:
    if not changed:
        talk(session, "nothing changed")
    elif dry_run:
        talk(session, "dry run: nothing was changed")
