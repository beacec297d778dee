"""What a change of the registry comes to: the registry after it, what became of entries, what must be tracked.

Nothing here writes: `recording` does.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from modelops_bundle.errors import Invalid
from modelops_bundle.models.dependencies import Present
from modelops_bundle.models.entries import Entry, ModelEntry, ModelRegistry, TargetEntry
from modelops_bundle.models.registering.surroundings import Surroundings
from modelops_bundle.models.selection import symbol_of
from modelops_bundle.source.facts import SyntaxFault
from modelops_bundle.source.project_sources import ProjectSources

PACKAGING = ("pyproject.toml",)
"""Files at the root that are needed to install a model, though they are no part of what it is."""


class How(StrEnum):
    """What became of an entry."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Registered:
    """A registry after a change.

    `became` has each entry that the change was about, by id, and `needed` the files that must be tracked for
    them. `gone` tells of entries that stay as they were, each with what is wrong with it. `others` are models
    that were seen in a registered file and are not registered. `faults` tells which files were not analysed, and
    `unread` which arguments of a target's decorator only running it could tell.
    """

    registry: ModelRegistry
    became: Mapping[str, How] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    gone: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    faults: Mapping[str, SyntaxFault] = field(default_factory=dict)
    unread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def registered(registry: ModelRegistry, presents: Iterable[Present], around: Surroundings) -> Registered:
    """Return the registry with entries in it as they are now."""
    models, targets = dict(registry.models), dict(registry.targets)
    became: dict[str, How] = {}
    needed: set[str] = set()
    faults: dict[str, SyntaxFault] = {}
    for now in presents:
        entry = now.entry
        old: Entry | None
        if isinstance(entry, ModelEntry):
            old, models[entry.id] = models.get(entry.id), entry
        else:
            old, targets[entry.id] = targets.get(entry.id), entry
        became[entry.id] = How.ADDED if old is None else How.UPDATED if old != entry else How.UNCHANGED
        needed |= files_of(entry, around.sources)
        faults.update(now.faults)
    if became:
        needed.update(path for path in PACKAGING if around.sources.digest(path))
    changed = replace(registry, models=models, targets=targets)
    return Registered(changed, became, tuple(sorted(needed)), faults=faults)


def files_of(entry: Entry, sources: ProjectSources) -> set[str]:
    """Return the files that an entry needs to run, those of the packages that it lies in, too."""
    return {entry.path, *entry.code, *entry.data, *sources.modules.packages_above(entry.path)}


def refresh_entries(registry: ModelRegistry, entries: Iterable[Entry], around: Surroundings) -> Registered:
    """Accept the present dependencies of entries as current; raise Invalid, naming all that are not whole."""
    presents = [around.present(entry) for entry in entries]
    broken = [f"'{now.entry.id}' {wrong}" for now in presents if (wrong := what_is_wrong(now))]
    if broken:
        raise Invalid(
            f"{broken[0]}; nothing was refreshed",
            hint="restore it, register the model anew, or forget it: modelops-bundle unregister NAME",
            details=tuple(broken[1:]),
        )
    return registered(registry, presents, around)


def what_is_wrong(now: Present) -> str:
    """Return what keeps an entry from being registered as it is, '' if nothing does."""
    entry = now.entry
    if now.special:
        path, what = next(iter(now.special.items()))
        return f"needs '{path}', which is {what}: no bundle can hold it"
    if entry.path in now.missing:
        return f"has no file any more: '{entry.path}'"
    if now.missing:
        return f"lacks '{now.missing[0]}'"
    fault = dict(now.faults).get(entry.path)
    if fault and not fault.beyond_limits:
        return f"cannot be parsed: '{fault.place_in(entry.path)}': {fault.message}"
    return "" if now.class_found else f"has no '{symbol_of(entry)}' any more: '{entry.path}'"


def unregister(registry: ModelRegistry, entries: Collection[Entry]) -> Registered:
    """Forget entries; target sets lose them too, and a set without targets goes."""
    models = {entry.id for entry in entries if isinstance(entry, ModelEntry)}
    targets = {entry.id for entry in entries if isinstance(entry, TargetEntry)}
    sets = {
        name: replace(
            each,
            targets=tuple(id for id in each.targets if id not in targets),
            weights={id: weight for id, weight in each.weights.items() if id not in targets},
        )
        for name, each in registry.target_sets.items()
    }
    changed = replace(
        registry,
        models={id: entry for id, entry in registry.models.items() if id not in models},
        targets={id: entry for id, entry in registry.targets.items() if id not in targets},
        target_sets={name: each for name, each in sets.items() if each.targets},
    )
    return Registered(changed, {entry.id: How.REMOVED for entry in entries})
