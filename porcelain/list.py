"""list: show registered models, targets and target sets."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import click

from modelops_bundle.models.entries import Entry, ModelEntry, ModelRegistry, TargetEntry, TargetSet
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
                "models": [_document(entry) for entry in registry.models.values()],
                "targets": [_document(entry) for entry in targets],
                "target_sets": {name: _document(each) for name, each in registry.target_sets.items()},
                "extra": _as_json(registry.extra),
            }
        )
    elif registry:
        _show(registry, targets)
    else:
        talk(session, "nothing is registered yet: modelops-bundle register-model FILE")


def _document(entry: Entry | TargetSet) -> dict[str, Any]:
    return {**asdict(entry), "extra": _as_json(entry.extra)}


def _as_json(value: Any) -> Any:
    """Return a value of YAML as JSON can hold it, where dates and keys are texts."""
    if isinstance(value, Mapping):
        return {str(key): _as_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_json(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


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
