"""Files that somebody named, such as those of a commit, and which models and targets they concern."""

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from modelops_bundle.models.entries import Entry, ModelRegistry
from modelops_bundle.models.overview import Assessed, Overview
from modelops_bundle.models.readiness import LACKING, kinds_of
from modelops_bundle.safe_path import CONFIG_PATH, IGNORE_FILE, REGISTRY_PATH
from modelops_bundle.source.project_sources import ProjectSources

_ALL = frozenset({".", CONFIG_PATH, REGISTRY_PATH})


class NamedFiles:
    """Bundle paths of files and directories; '.' stands for everything.

    So do the files that say what is registered, where imports are looked for, and what is ignored: they may
    concern every entry, though none depends on them.
    """

    def __init__(self, root: Path, names: Iterable[str]) -> None:
        self._root = root
        self._names = frozenset(names)
        self._everything = not self._names.isdisjoint(_ALL) or any(map(_is_ignore_file, self._names))
        self._below = tuple(f"{name}/" for name in self._names if (root / name).is_dir())

    def __contains__(self, path: str) -> bool:
        return self._everything or path in self._names or path.startswith(self._below)

    def concern(self, assessed: Assessed) -> bool:
        """Tell whether an entry depends on one of the files, or lacks one.

        Who lists changed files leaves out deleted ones.
        """
        lacks = not LACKING.isdisjoint(assessed.readiness.counted)
        return lacks or any(path in self for path in assessed.paths)

    def unknown(self, overview: Overview, tracked: Iterable[str]) -> Iterator[str]:
        """Yield the names of what is not there and was not: neither on disk, nor tracked, nor a dependency.

        So git takes a pathspec: what was deleted is known by its name.
        """
        absent = [name for name in sorted(self._names) if not os.path.lexists(self._root / name)]
        if absent:
            known = set(chain(tracked, *(each.paths for _, each in overview.entries())))
            yield from (
                name
                for name in absent
                if name not in known and not any(path.startswith(f"{name}/") for path in known)
            )

    def may_concern(self, registry: ModelRegistry, sources: ProjectSources) -> Callable[[Entry], bool]:
        """Return what tells, for little, which entries need a closer look.

        A file that nothing was registered with may be new to any of them.
        """
        entries: list[Entry] = [*registry.models.values(), *registry.targets.values()]
        known = {path for entry in entries for path in kinds_of(entry)}
        if self._everything or self._below or not self._names <= known:
            return lambda entry: True
        return lambda entry: any(path in self._names or not sources.digest(path) for path in kinds_of(entry))


def _is_ignore_file(path: str) -> bool:
    return path.rpartition("/")[2] == IGNORE_FILE
