"""Files that models and targets need: there, and tracked, so that a push takes them along."""

import os
from collections.abc import Container, Iterator
from functools import cache
from pathlib import Path
from typing import Protocol

from modelops_bundle.files.yaml_file import read_bounded
from modelops_bundle.models.discovery.declared_files import exclusion_of
from modelops_bundle.models.entries import ModelEntry, TargetEntry
from modelops_bundle.models.findings import About, Finding, Kind
from modelops_bundle.models.overview import Assessed, Overview
from modelops_bundle.models.readiness import DependencyKind, How, kinds_of
from modelops_bundle.safe_path import REGISTRY_PATH

INIT = "__init__.py"
_MISSING = {
    DependencyKind.MODEL: "the source",
    DependencyKind.TARGET: "the source",
    DependencyKind.CODE: "code",
    DependencyKind.DATA: "data",
}


class Files(Protocol):
    """The project's files, as far as rules want to know."""

    def exists(self, path: str) -> bool:
        """Tell whether there is a file, or a symlink to one."""
        ...

    def tracked(self, path: str) -> bool:
        """Tell whether a push takes a file along."""
        ...

    def read(self, path: str) -> bytes:
        """Return the content of a file that exists, at most the size that a configuration may have."""
        ...


class WorkingFiles:
    """The files of a working tree, of which some are tracked; each is looked for once.

    With None for those, which are tracked is not known, and all files count as such.
    """

    def __init__(self, root: Path, tracked: Container[str] | None) -> None:
        self._root = root
        self._tracked = tracked
        self.exists = cache(lambda path: os.path.isfile(f"{root}/{path}"))

    def tracked(self, path: str) -> bool:
        return self._tracked is None or path in self._tracked

    def read(self, path: str) -> bytes:
        return read_bounded(self._root / path)


def needed_files(overview: Overview, files: Files) -> Iterator[Finding]:
    """Yield missing and untracked files, the registry's own included."""
    if overview.registry and not files.tracked(REGISTRY_PATH):
        about = About(Kind.BUNDLE, "", REGISTRY_PATH)
        yield about.error(
            "untracked-file",
            "the registry is not tracked: no push would take it along",
            f"modelops-bundle add {REGISTRY_PATH}",
        )
    for about, assessed in overview.entries():
        yield from _missing(about, assessed)
        yield from _untracked(about, assessed, files)
        if about.kind is Kind.MODEL:
            yield from _packages(about, assessed, files)


def _missing(about: About, assessed: Assessed) -> Iterator[Finding]:
    for change in assessed.readiness.changes:
        if change.how is How.MISSING:
            yield about.error(
                "missing-file",
                f"{_MISSING[change.kind]} of '{about.entity}' is missing",
                _remedy(about, assessed, change.path),
                change.path,
            )
        elif change.how is How.SPECIAL:
            what = assessed.present.special[change.path]
            yield about.error(
                "special-file",
                f"'{about.entity}' needs it, and it is {what}: no bundle can hold it",
                _remedy_of_special(about, assessed, change.path),
                change.path,
            )


def _remedy(about: About, assessed: Assessed, path: str) -> str:
    """Return what to do about a missing file; `refresh` accepts only what nobody asked for by name."""
    entry = assessed.entry
    if path == entry.path:
        return f"restore it, or modelops-bundle unregister {about.entity}"
    if path not in assessed.present.missing:
        return f"restore it; if '{about.entity}' needs it no more: modelops-bundle refresh {about.entity}"
    if isinstance(entry, TargetEntry):
        return f"restore it, or correct what '{entry.path}' names"
    return f"restore it; if '{about.entity}' needs it no more: {_leaving_out(entry, path)}"


def _remedy_of_special(about: About, assessed: Assessed, path: str) -> str:
    entry = assessed.entry
    if isinstance(entry, ModelEntry) and path != entry.path:
        return f"remove it; if '{about.entity}' does not need it: {_leaving_out(entry, path)}"
    return f"replace it by a file, or modelops-bundle unregister {about.entity}"


def _leaving_out(entry: ModelEntry, path: str) -> str:
    left_out = f"--class {entry.class_name} --exclude {exclusion_of(path)}"
    return f"modelops-bundle register-model {entry.path} {left_out}"


def _untracked(about: About, assessed: Assessed, files: Files) -> Iterator[Finding]:
    # What is new since the registration becomes tracked by the next push or refresh.
    for path in kinds_of(assessed.entry):
        if not files.tracked(path) and files.exists(path):
            category = "untracked-init-file" if path.endswith(INIT) else "untracked-file"
            yield about.error(
                category,
                f"'{about.entity}' needs it, and it is not tracked: no push would take it along",
                f"modelops-bundle add --force {path}",
                path,
            )


def _packages(about: About, assessed: Assessed, files: Files) -> Iterator[Finding]:
    directory = assessed.entry.path.rpartition("/")[0]
    # One directory a dot, from the file upwards; what lies above, such as `src`, is no package.
    for _ in range(assessed.entry.entrypoint.partition(":")[0].count(".")):
        init = f"{directory}/{INIT}"
        if directory and not files.exists(init):
            yield about.warning(
                "missing-init-file",
                f"'{directory}' has no {INIT}: some tools do not find packages without one",
                f"touch {init}; modelops-bundle refresh {about.entity}",
                init,
            )
        directory = directory.rpartition("/")[0]
