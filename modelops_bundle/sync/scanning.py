"""The tracked files of a project: what each is, what became of it, and where a push puts it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.bundles.tree_diff import State
from modelops_bundle.digest import Digest
from modelops_bundle.storage.policy import Decision, Placement
from modelops_bundle.sync.status import Standing, Status

UNREADABLE = "unreadable"
"""The state of a file that cannot be looked at; size and digest are those that it had."""


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """One path; `state` is one of `State`, or UNREADABLE.

    Of a path that is not tracked any more, size in bytes, mode and digest are not known. `place` and `why` are
    where a push puts the file, and the reason, where that can be told; `tier` is that of a blob store.
    """

    path: str
    state: str
    size: int | None = None
    mode: Mode | None = None
    digest: Digest | None = None
    place: Placement | None = None
    why: str = ""
    tier: str | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """A project as it is on disk: `files` by path, and how they stand to what the remote's tag last named.

    `base` is the version that the files came from, and `remote` is empty where none is configured.
    """

    remote: str
    tag: str
    base: Digest | None
    standing: Standing
    files: tuple[ScannedFile, ...]


def scanned_files(status: Status, decide: Callable[[TreeEntry], Decision] | None) -> Iterator[ScannedFile]:
    """Yield every tracked file, and those that were and are gone, sorted by path."""
    for path in sorted(status.index.keys() | status.states.keys()):
        state = UNREADABLE if path in status.unreadable else status.states.get(path, State.UNCHANGED)
        if path not in status.index:
            yield ScannedFile(path, state)
            continue
        entry = status.index[path].tree_entry(path)
        decision = decide(entry) if decide else None
        place = (decision.placement, decision.why, decision.tier) if decision else (None, "", None)
        yield ScannedFile(path, state, entry.size, entry.mode, entry.digest, *place)
