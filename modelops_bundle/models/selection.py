"""Find registered models and targets by what people call them: id, class or function, entry point."""

from collections.abc import Iterable
from typing import TypeVar

from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.models.entries import Entry, ModelEntry, ModelRegistry, TargetEntry
from modelops_bundle.models.near_names import nearest, question

E = TypeVar("E", ModelEntry, TargetEntry, Entry)


def entry_named(registry: ModelRegistry, name: str) -> Entry:
    """Return the model of an id, else the target of it, else the only one of a class, function or entry point.

    Raises NotFound with the nearest names, and Invalid when a class or function is that of several.
    """
    entries: list[Entry] = [*registry.models.values(), *registry.targets.values()]
    found = registry.models.get(name) or registry.targets.get(name)
    return found or _only(entries, name, "model or target", "modelops-bundle list")


def target_named(registry: ModelRegistry, name: str) -> TargetEntry:
    """Return the target of an id, else the only one of a function or entry point; raise as `entry_named` does."""
    found = registry.targets.get(name)
    return found or _only(registry.targets.values(), name, "target", "modelops-bundle register-target FILE")


def symbol_of(entry: Entry) -> str:
    """Return the name of an entry's class or function."""
    return entry.class_name if isinstance(entry, ModelEntry) else entry.function


def _only(entries: Iterable[E], name: str, kind: str, otherwise: str) -> E:
    """Return the entry of a class, function or entry point; `otherwise` is the hint where nothing is near."""
    entries = list(entries)
    same = [entry for entry in entries if name in (symbol_of(entry), entry.entrypoint)]
    if len(same) > 1:
        ids = ", ".join(f"'{entry.id}'" for entry in same)
        raise Invalid(f"'{name}' is registered several times: {ids}", hint="name it by its id")
    if not same:
        known = {word for entry in entries for word in (entry.id, symbol_of(entry))}
        raise NotFound(f"no such {kind}: '{name}'", hint=question(nearest(name, known)) or otherwise)
    return same[0]
