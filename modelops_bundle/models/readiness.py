"""Whether a model or target is ready, stale or broken, and which of its dependencies make it so.

What is registered is compared with what would be registered now. A source file whose semantic digest is the
registered one changed in its comments or formatting only, and makes nothing stale.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from modelops_bundle.models.entries import Entry, ModelEntry, digests_of
from modelops_bundle.safe_path import REGISTRY_PATH

if TYPE_CHECKING:
    from modelops_bundle.models.dependencies import Present


class Condition(StrEnum):
    """How a model or target is: nothing changed, something did, or it cannot run at all."""

    READY = "ready"
    STALE = "stale"
    BROKEN = "broken"


class DependencyKind(StrEnum):
    """What a file is to the model or target that depends on it."""

    MODEL = "model"
    TARGET = "target"
    CODE = "code"
    DATA = "data"
    REGISTRY = "registry"


class How(StrEnum):
    """What happened to a dependency since it was registered; SPECIAL is a pipe, socket or device in its place."""

    MODIFIED = "modified"
    MISSING = "missing"
    SPECIAL = "special"
    ADDED = "added"
    REMOVED = "removed"
    COSMETIC = "cosmetic"


LACKING = frozenset({How.MISSING, How.SPECIAL})
"""What leaves an entry without a file that it needs."""


@dataclass(frozen=True, slots=True)
class Change:
    """One dependency that is not as registered; REMOVED is said of a file that is still on disk."""

    path: str
    kind: DependencyKind
    how: How


@dataclass(frozen=True, slots=True)
class Readiness:
    """How an entry is, and every dependency that is not as registered, sorted by path."""

    condition: Condition
    changes: tuple[Change, ...] = ()

    @property
    def counted(self) -> dict[How, int]:
        """How many dependencies changed in each way that occurs, cosmetic changes left out."""
        ways = [change.how for change in self.changes]
        return {how: ways.count(how) for how in How if how in ways and how is not How.COSMETIC}


def readiness_of(
    entry: Entry, present: "Present", on_disk: Callable[[str], bool], *, strict: bool = False
) -> Readiness:
    """Compare a registered entry with what it would be now.

    A registered file that is not on disk breaks its model even where nothing asks for it any more: what was
    deleted by mistake must not pass for a change. With `strict`, bytes count and not what they mean.
    """
    changes = _changes(entry, present, on_disk, strict)
    unparsable = any(not fault.beyond_limits for _, fault in present.faults)
    if unparsable or not present.class_found or any(change.how in LACKING for change in changes):
        return Readiness(Condition.BROKEN, changes)
    if all(change.how is How.COSMETIC for change in changes):
        if entry.digest and present.entry.digest not in ("", entry.digest) and not strict:
            # The registry was edited: no file explains its digest.
            altered = Change(REGISTRY_PATH, DependencyKind.REGISTRY, How.MODIFIED)
            return Readiness(Condition.STALE, (*changes, altered))
        return Readiness(Condition.READY, changes)
    return Readiness(Condition.STALE, changes)


def kinds_of(entry: Entry) -> dict[str, DependencyKind]:
    """Return what each file is to an entry that depends on it, its own first."""
    own = DependencyKind.MODEL if isinstance(entry, ModelEntry) else DependencyKind.TARGET
    return {
        **dict.fromkeys(entry.data, DependencyKind.DATA),
        **dict.fromkeys(entry.code, DependencyKind.CODE),
        entry.path: own,
    }


def _changes(entry: Entry, present: "Present", on_disk: Callable[[str], bool], strict: bool) -> tuple[Change, ...]:
    then, now = kinds_of(entry), kinds_of(present.entry)
    digests, new_digests = digests_of(entry), digests_of(present.entry)
    if then == now and digests == new_digests and not (present.missing or present.special):
        return ()  # by far the most frequent case, a thousand times in a large project
    found = []
    for path in sorted({*then, *now, *present.missing}):
        kind = now.get(path) or then.get(path) or DependencyKind.DATA
        if path in present.special:
            found.append(Change(path, kind, How.SPECIAL))
        elif path in present.missing or not on_disk(path):
            found.append(Change(path, kind, How.MISSING))
        elif path not in now:
            found.append(Change(path, kind, How.REMOVED))
        elif path not in then:
            found.append(Change(path, kind, How.ADDED))
        # Entries of the earlier tool lack digests: what was never known cannot have changed.
        elif digests.get(path) and digests[path] != new_digests.get(path):
            same = not strict and kind is not DependencyKind.DATA and _means_the_same(entry, present.entry, path)
            found.append(Change(path, kind, How.COSMETIC if same else How.MODIFIED))
        elif then[path] is not kind:
            found.append(Change(path, kind, How.MODIFIED))
    return tuple(found)


def _means_the_same(old: Entry, new: Entry, path: str) -> bool:
    known = old.semantic_digests.get(path)
    return known is not None and known == new.semantic_digests.get(path)
