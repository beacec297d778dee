"""list: show registered models, targets and target sets."""

from dataclasses import asdict

import click

from modelops_bundle.models.entries import ModelEntry, ModelRegistry, TargetEntry
from modelops_bundle.models.registry_yaml.file import read_registry
from modelops_bundle.plumbing._session import Session, json_option, pass_session
from modelops_bundle.porcelain._registering import dependencies
from modelops_bundle.porcelain._render import print_json, say, table, talk
from modelops_bundle.safe_path import printable

_MODEL = ("Model", "Entry point", "Outputs", "Scenarios", "Parameters", "Dependencies")
_TARGET = ("Target", "Entry point", "Model output", "Weight", "Labels", "Dependencies")


@click.command()
@click.option(
    "--target-label", "labels", multiple=True, metavar="LABEL", help="Of the targets, those labelled so."
)
@json_option
@pass_session
def command(session: Session, labels: tuple[str, ...], as_json: bool) -> None:
    """List what is registered, as it was registered: `status` compares it with the files."""
    registry = read_registry(session.project)
    targets = [entry for entry in registry.targets.values() if set(labels) <= set(entry.labels)]
    if as_json:
        print_json(
            {
                "models": [asdict(entry) for entry in registry.models.values()],
                "targets": [asdict(entry) for entry in targets],
                "target_sets": {name: asdict(each) for name, each in registry.target_sets.items()},
            }
        )
    elif registry:
        _show(registry, targets)
    else:
        talk(session, "nothing is registered yet: modelops-bundle register-model FILE")


def _show(registry: ModelRegistry, targets: list[TargetEntry]) -> None:
    sets = [(name, _joined(each.targets)) for name, each in registry.target_sets.items()]
    sections: list[tuple[tuple[str, ...], list[tuple[str, ...]]]] = [
        (_MODEL, [_model_row(entry) for entry in registry.models.values()]),
        (_TARGET, [_target_row(entry) for entry in targets]),
        (("Target set", "Targets"), [*sets]),
    ]
    shown = [(header, rows) for header, rows in sections if rows]
    for number, (header, rows) in enumerate(shown):
        if number:
            say()
        table(header, [[printable(cell) for cell in row] for row in rows])


def _model_row(entry: ModelEntry) -> tuple[str, ...]:
    names = map(_joined, (entry.outputs, entry.scenarios))
    return (entry.id, entry.entrypoint, *names, str(len(entry.parameters)), dependencies(entry))


def _target_row(entry: TargetEntry) -> tuple[str, ...]:
    weight = "-" if entry.weight is None else f"{entry.weight:g}"
    return (entry.id, entry.entrypoint, entry.model_output, weight, _joined(entry.labels), dependencies(entry))


def _joined(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "-"
