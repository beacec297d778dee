"""Find registered models and targets by what people call them: id, class or function, entry point."""

import difflib
from collections.abc import Iterable

from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.models.entries import Entry, ModelEntry, ModelRegistry


def entry_named(registry: ModelRegistry, name: str) -> Entry:
    """Return the model of an id, else the target of it, else the only one of a class, function or entry point.

    Raises NotFound with the nearest names, and Invalid when a class or function is that of several.
    """
    if found := registry.models.get(name) or registry.targets.get(name):
        return found
    entries: list[Entry] = [*registry.models.values(), *registry.targets.values()]
    same = [entry for entry in entries if name in (symbol_of(entry), entry.entrypoint)]
    if len(same) > 1:
        ids = ", ".join(f"'{entry.id}'" for entry in same)
        raise Invalid(f"'{name}' is registered several times: {ids}", hint="name it by its id")
    if not same:
        known = {word for entry in entries for word in (entry.id, symbol_of(entry))}
        hint = question(nearest(name, known)) or "modelops-bundle list"
        raise NotFound(f"no such model or target: '{name}'", hint=hint)
    return same[0]


def symbol_of(entry: Entry) -> str:
    """Return the name of an entry's class or function."""
    return entry.class_name if isinstance(entry, ModelEntry) else entry.function


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return up to three words that are near to one, the nearest first."""
    return difflib.get_close_matches(word, sorted(known), 3)


def question(words: list[str]) -> str:
    """Return 'did you mean' one of the words, '' where there is none."""
    quoted = [f"'{word}'" for word in words]
    return f"did you mean {' or '.join(quoted)}?" if quoted else ""
