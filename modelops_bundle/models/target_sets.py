"""Target sets: which targets are fitted together, and with which weights."""

import math
from collections.abc import Iterable
from dataclasses import replace

from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.models.entries import ModelRegistry, TargetSet
from modelops_bundle.models.ids import check_id
from modelops_bundle.models.near_names import nearest, question
from modelops_bundle.models.selection import target_named


def set_targets(
    registry: ModelRegistry, name: str, targets: Iterable[str], weights: Iterable[str]
) -> ModelRegistry:
    """Return the registry with a target set of exactly these targets, by default of all that are registered.

    `weights` are texts `TARGET=NUMBER`. Raises NotFound for an unknown target, and Invalid for a name that is no
    id, and a weight that is none, or of no member.
    """
    if name not in registry.target_sets:
        check_id(name)
    ids = tuple(dict.fromkeys(target_named(registry, target).id for target in targets)) or tuple(registry.targets)
    if not ids:
        raise NotFound("no target is registered", hint="modelops-bundle register-target FILE")
    given = dict(_weight(registry, text) for text in weights)
    for id in given:
        if id not in ids:
            raise Invalid(f"target '{id}' has a weight, and is no member of '{name}'", hint=f"add --target {id}")
    old = registry.target_sets.get(name, TargetSet())
    new = replace(old, targets=ids, weights={id: given[id] for id in ids if id in given})
    return replace(registry, target_sets={**registry.target_sets, name: new})


def delete_set(registry: ModelRegistry, name: str) -> ModelRegistry:
    """Return the registry without a target set; raise NotFound."""
    if name not in registry.target_sets:
        hint = question(nearest(name, registry.target_sets)) or "modelops-bundle target-set list"
        raise NotFound(f"no such target set: '{name}'", hint=hint)
    return replace(registry, target_sets={key: each for key, each in registry.target_sets.items() if key != name})


def _weight(registry: ModelRegistry, text: str) -> tuple[str, float]:
    name, separator, number = text.rpartition("=")
    try:
        weight = float(number) if separator and name else math.nan
    except ValueError:
        weight = math.nan
    if not 0 <= weight < math.inf:
        raise Invalid(f"not a weight: '{text}'", hint="write TARGET=NUMBER, such as incidence=0.5")
    return target_named(registry, name.strip()).id, weight
