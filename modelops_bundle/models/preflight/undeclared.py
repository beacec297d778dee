"""What a command used of the project and a model does not declare, and what declares it."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.models.discovery.declared_files import DeclaredFiles, is_excluded
from modelops_bundle.models.entries import ModelEntry, ModelRegistry
from modelops_bundle.models.preflight.audit import Usage
from modelops_bundle.source.syntax import is_source

_TOOLS = frozenset(
    {
        *("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "tox.ini", "pytest.ini", "Makefile"),
        *("uv.lock", "uv.toml", "poetry.lock", "pdm.lock", "Pipfile", "Pipfile.lock", ".python-version", ".env"),
    }
)
"""Files that programs read which start other programs."""


@dataclass(frozen=True, slots=True)
class Undeclared:
    """Bundle paths, sorted: modules that the model's code loads and files that it reads, but does not declare.

    `perhaps` was read by a library or another program, nobody can tell for whom. `excluded` is what the model was
    told to leave out. `aside` was used by other code than the model's.
    """

    code: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """All that is to be declared."""
        return (*self.code, *self.data, *self.perhaps)


def find_undeclared(
    usage: Usage, now: ModelEntry, imported: Collection[str], started: Collection[str], declared: DeclaredFiles
) -> Undeclared:
    """Return what a model uses beside what it declares.

    `now` is its entry as it would be registered now, `imported` are all files that its source imports, and
    `started` those that the command names itself.
    """
    # A module may have been loaded before the model imported it, by others.
    loaded = {*usage.code, *(path for path in usage.aside if path in imported)}
    read = {*usage.data} - loaded
    perhaps = {path for path in usage.unasked if _is_input(path, imported, started)} - loaded - read
    known = {now.path, *now.code, *now.data}
    used = loaded | read | perhaps
    missing = {path for path in used if not known.issuperset(declared.files(path) or (path,))}
    excluded = {path for path in missing if is_excluded(path, now.exclude)}
    others = {*usage.aside, *usage.unasked} - used - known
    kinds = ((loaded & missing) - excluded, (read & missing) - excluded, (perhaps & missing) - excluded)
    return Undeclared(*(tuple(sorted(paths)) for paths in (*kinds, excluded, others)))


def _is_input(path: str, imported: Collection[str], started: Collection[str]) -> bool:
    """Tell whether a file that some program read may be one that the model needs: nobody can tell who read it."""
    if path in started or path in _TOOLS:
        return False
    return path in imported or not is_source(path)


def declaring(registry: ModelRegistry, entry: ModelEntry, found: Undeclared, root: Path, here: Path) -> list[str]:
    """Return the words of the command that declares what was found, for the directory `here`."""

    def word(path: str) -> str:
        name = os.path.relpath(root / path, here)
        return f"./{name}" if name.startswith("-") else name

    same = [
        each for each in registry.models.values() if (each.path, each.class_name) == (entry.path, entry.class_name)
    ]
    return [
        *("modelops-bundle", "register-model", word(entry.path), "--class", entry.class_name),
        *(("--id", entry.id) if len(same) > 1 else ()),
        *(part for path in found.code for part in ("--code", word(path))),
        *(part for path in (*found.data, *found.perhaps) for part in ("--data", word(path))),
    ]
