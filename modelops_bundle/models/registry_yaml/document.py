"""What `registry.yaml` says of models, targets and target sets, as plain values in the order of the document.

The fields that the platform's own writer has come first, as it has them.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from modelops_bundle.models.entries import CODE_MODES, ModelEntry, ModelRegistry, TargetEntry
from modelops_bundle.source.facts import Parameter

VERSION = "1.0"

V = TypeVar("V")


def document_of(registry: ModelRegistry) -> dict[str, Any]:
    """Return the document of a registry; the order of what it maps does not matter, but for its entries."""
    return {
        "version": VERSION,
        "models": {id: _model(entry) for id, entry in registry.models.items()},
        "targets": {id: _target(entry) for id, entry in registry.targets.items()},
        "target_sets": {
            name: {"targets": each.targets, "weights": _sorted(each.weights), **_in_order(each.extra)}
            for name, each in registry.target_sets.items()
        },
        **_in_order(registry.extra),
    }


def _model(entry: ModelEntry) -> dict[str, Any]:
    return {
        "entrypoint": entry.entrypoint,
        "path": entry.path,
        "class_name": entry.class_name,
        "scenarios": entry.scenarios,
        "parameters": [parameter.name for parameter in entry.parameters],
        "outputs": entry.outputs,
        "data": entry.data,
        "data_digests": _sorted(entry.data_digests),
        "code": entry.code,
        "code_digests": _sorted(entry.code_digests),
        "model_digest": entry.model_digest,
        "digest": entry.digest,
        **_filled(
            {
                "semantic_digests": _sorted(entry.semantic_digests),
                "parameter_space": _parameter_space(entry.parameters),
                "declared_data": entry.declared_data,
                "declared_code": entry.declared_code,
                "exclude": entry.exclude,
            }
        ),
        **({} if entry.auto_code else {"auto_code": False}),
        **({"code_mode": entry.code_mode} if entry.code_mode != CODE_MODES[0] else {}),
        **_in_order(entry.extra),
    }


def _target(entry: TargetEntry) -> dict[str, Any]:
    return {
        "path": entry.path,
        "entrypoint": entry.entrypoint,
        "model_output": entry.model_output,
        "data": entry.data,
        "target_digest": entry.target_digest,
        "digest": entry.digest,
        **_filled(
            {
                "data_digests": _sorted(entry.data_digests),
                "code": entry.code,
                "code_digests": _sorted(entry.code_digests),
                "semantic_digests": _sorted(entry.semantic_digests),
                "labels": entry.labels,
            }
        ),
        **({"weight": entry.weight} if entry.weight is not None else {}),
        **_in_order(entry.extra),
    }


def _parameter_space(parameters: tuple[Parameter, ...]) -> list[dict[str, Any]]:
    """Return what is known of the parameters beside their names, nothing where that is nothing."""
    if all(parameter == Parameter(parameter.name) for parameter in parameters):
        return []
    return [
        {
            "name": parameter.name,
            **{key: bound for key in ("lower", "upper") if (bound := getattr(parameter, key)) is not None},
            **_filled({"kind": parameter.kind, "doc": parameter.doc}),
        }
        for parameter in parameters
    ]


def _sorted(values: Mapping[str, V]) -> dict[str, V]:
    return dict(sorted(values.items()))


def _in_order(value: Any) -> Any:
    """Return a value that nobody here knows with its keys sorted: two people may meet them in another order."""
    if isinstance(value, Mapping):
        return {key: _in_order(each) for key, each in sorted(value.items(), key=_place_of)}
    return [_in_order(each) for each in value] if isinstance(value, list | tuple) else value


def _place_of(item: tuple[Any, Any]) -> tuple[str, str]:
    # Keys may be numbers and dates, too, which do not compare with texts.
    return type(item[0]).__name__, str(item[0])


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that are not empty: what only we know is left out where it says nothing."""
    return {key: value for key, value in fields.items() if value}
