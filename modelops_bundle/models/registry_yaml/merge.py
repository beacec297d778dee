"""Merge two registries that were changed apart, entry by entry.

People who register different models do not get in each other's way, nor do those who edited different files of
one model and refreshed it: what an entry says of its files is put together file by file. What somebody decided
for one entry, such as its path, must not differ.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from modelops_bundle.models.entries import Entry, ModelRegistry
from modelops_bundle.models.model_digest import digest_of_entry

_DECIDED = frozenset({"path", "class_name", "function", "entrypoint", "auto_code", "code_mode"})
"""Fields with one value, which is somebody's decision and not read from the files."""
_DECLARED = frozenset({"declared_data", "declared_code", "exclude", "extra"})
"""Other fields that are not read from the files."""
_NOTHING = object()
"""Equals no value: what a field was in an entry that there was not."""

T = TypeVar("T")
Conflicts = dict[str, str]
Both = Callable[[Any, Any, Any], Any]
"""Merges a value that both sides changed: mine, base, theirs."""


@dataclass(frozen=True, slots=True)
class MergedRegistry:
    """What two registries make together, and each entry whose two sides do not go together, with the reason.

    Entries in conflict, such as `model 'seir'`, are left out of `registry`.
    """

    registry: ModelRegistry
    conflicts: Mapping[str, str]


class _Clash(Exception):
    """The two sides of an entry do not go together."""


def merge_registries(mine: ModelRegistry, base: ModelRegistry, theirs: ModelRegistry) -> MergedRegistry:
    """Merge what two sides made of `base`: pure, and the same whichever side is called mine."""
    conflicts: dict[str, str] = {}
    registry = ModelRegistry(
        _merge("model", mine.models, base.models, theirs.models, _merge_entries, conflicts),
        _merge("target", mine.targets, base.targets, theirs.targets, _merge_entries, conflicts),
        _merge("target set", mine.target_sets, base.target_sets, theirs.target_sets, _merge_sets, conflicts),
        _merge("field", mine.extra, base.extra, theirs.extra, _merge_decisions, conflicts),
    )
    return MergedRegistry(registry, conflicts)


def _merge(
    kind: str,
    mine: Mapping[str, T],
    base: Mapping[str, T],
    theirs: Mapping[str, T],
    both: Both,
    conflicts: Conflicts,
) -> dict[str, T]:
    """Merge two mappings; `both` merges values that both sides changed, or raises _Clash."""
    merged: dict[str, T] = {}
    for key in sorted(mine.keys() | theirs.keys()):
        sides = mine.get(key, _NOTHING), base.get(key, _NOTHING), theirs.get(key, _NOTHING)
        try:
            value = _three_way(*sides, both if _NOTHING not in (sides[0], sides[2]) else _keep_or_remove)
        except _Clash as clash:
            conflicts[f"{kind} '{key}'"] = str(clash)
            continue
        if value is not _NOTHING:
            merged[key] = value
    return merged


def _three_way(mine: Any, base: Any, theirs: Any, both: Both) -> Any:
    """Return the side that changed; where both did, and not alike, what `both` makes of them."""
    if mine == theirs or theirs == base:
        return mine
    return theirs if mine == base else both(mine, base, theirs)


def _keep_or_remove(mine: Any, base: Any, theirs: Any) -> Any:
    """Decide on what one side removed and the other changed."""
    left = theirs if mine is _NOTHING else mine
    if isinstance(left, Entry) and _same_decisions(left, base):
        # It was only refreshed at the side that still has it, which is no reason to keep it.
        return _NOTHING
    raise _Clash("removed here, changed there" if mine is _NOTHING else "changed here, removed there")


def _same_decisions(one: Entry, other: Entry) -> bool:
    names = {field.name for field in fields(one)} & (_DECIDED | _DECLARED)
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _merge_entries(mine: Any, base: Any, theirs: Any) -> Any:
    """Merge an entry field by field; its composite digest is made again of what it then says."""
    merged: dict[str, Any] = {}
    for field in fields(mine):
        name = field.name
        before = getattr(base, name, _NOTHING)
        try:
            merged[name] = _three_way(getattr(mine, name), before, getattr(theirs, name), _how_to_merge(name))
        except _Clash as clash:
            raise _Clash(f"{name} {clash}") from None
    entry = replace(mine, **merged)
    return replace(entry, digest=digest_of_entry(entry))


def _how_to_merge(name: str) -> Both:
    if name in _DECIDED:
        return _merge_decisions
    return _merge_extra if name == "extra" else _put_together


def _merge_sets(mine: Any, base: Any, theirs: Any) -> Any:
    """Refuse: what is fitted together is one decision."""
    raise _Clash("is another here than there")


def _merge_decisions(mine: Any, base: Any, theirs: Any) -> Any:
    raise _Clash(f"is {_shown(mine)} here and {_shown(theirs)} there")


def _merge_extra(mine: Any, base: Any, theirs: Any) -> Any:
    """Merge fields that nobody here knows."""
    conflicts: dict[str, str] = {}
    merged = _merge("field", mine, {} if base is _NOTHING else base, theirs, _merge_decisions, conflicts)
    if conflicts:
        raise _Clash("; ".join(f"{name} {reason}" for name, reason in conflicts.items()))
    return merged


def _put_together(mine: Any, base: Any, theirs: Any) -> Any:
    """Merge what was read from files, or lists of them: every addition and every removal of either side.

    A value that both changed belongs to a file that both changed. If that is no conflict by itself, one of the
    values is out of date, and the next refresh makes it right.
    """
    if isinstance(mine, Mapping):
        before = {} if base is _NOTHING else base
        keys = _put_together(tuple(mine), tuple(before), tuple(theirs))
        return {key: _three_way(mine.get(key), before.get(key), theirs.get(key), _either) for key in keys}
    if isinstance(mine, tuple):
        before = () if base is _NOTHING else base
        here, there = set(mine), set(theirs)
        kept = [item for item in before if item in here and item in there]
        return (*kept, *sorted((here | there) - set(before), key=repr))
    return _either(mine, base, theirs)


def _either(mine: Any, base: Any, theirs: Any) -> Any:
    """Return one of two values, the same one whichever is called mine."""
    return max(mine, theirs, key=repr)


def _shown(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else repr(value)[:100]
