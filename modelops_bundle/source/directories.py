"""What the directories of a project hold, each looked at once: names of files, of modules, and where links lead.

A symlink counts as what it leads to inside the project. What leads out of it, or nowhere, is not there.
"""

import os
import posixpath
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from modelops_bundle.safe_path import METADATA_DIR

_MODULE = re.compile(r"([^.]+)(?:\.py|(?:\.(?:cpython|cp|pypy|abi)[^.]*)?\.(?:so|pyd))")
"""A source file or a compiled extension module, of whatever platform: the stem is the module's name."""
_UNREADABLE = (FileNotFoundError, NotADirectoryError, PermissionError)
"""Where the interpreter, too, finds nothing and goes on."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What one directory holds, by name: bundle paths.

    `modules` has the files of each module. `files` and `directories` say where each really is: its own path,
    but for symlinks.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    directories: Mapping[str, str] = field(default_factory=dict)
    modules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Directories:
    """The directories of the project at `root`, with ignored and untracked files; '' is the root itself.

    What is looked at again is as it was at the first look.
    """

    def __init__(self, root: Path) -> None:
        self._root = os.path.realpath(root)
        self._listings: dict[str, Listing] = {}

    def __getitem__(self, directory: str) -> Listing:
        """Return what a directory holds; nothing where there is none."""
        listing = self._listings.get(directory)
        if listing is None:
            real = self.real_directory(directory)
            listing = Listing() if real is None else self._look(real) if real == directory else self[real]
            self._listings[directory] = listing
        return listing

    def real_file(self, path: str) -> str:
        """Return the bundle path of the file that a path leads to; '' when there is none in the project."""
        parent, _, name = path.rpartition("/")
        return self[parent].files.get(name, "")

    def behind_link(self, path: str) -> str:
        """Return the bundle path of what a symlink to a file leads to, be it another symlink; '' for others."""
        real = self.real_file(path)
        if real in ("", path):
            return ""
        if not os.path.islink(self._full(path)):  # a directory above it is one
            return real
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), os.readlink(self._full(path))))
        return target if self.real_file(target) == real else real

    def real_directory(self, path: str) -> str | None:
        """Return the bundle path of the directory that a path leads to; None when there is none in the project."""
        real: str | None = ""
        for name in path.split("/") if path else ():
            real = None if real is None else self[real].directories.get(name)
        return real

    def is_directory(self, path: str) -> bool:
        """Tell whether a path leads to a directory of the project."""
        return self.real_directory(path) is not None

    def _look(self, directory: str) -> Listing:
        files: dict[str, str] = {}
        directories: dict[str, str] = {}
        modules: dict[str, list[str]] = {}
        with suppress(*_UNREADABLE), os.scandir(self._full(directory)) as found:
            for entry in sorted(found, key=lambda entry: entry.name):
                path = join(directory, entry.name)
                real = self._behind_link(path) if entry.is_symlink() else path
                if real is None or path == METADATA_DIR:
                    continue
                if entry.is_dir():
                    directories[entry.name] = real
                elif entry.is_file():
                    files[entry.name] = real
                    if module := _MODULE.fullmatch(entry.name):
                        modules.setdefault(module[1], []).append(path)
        return Listing(files, directories, {name: tuple(paths) for name, paths in modules.items()})

    def _behind_link(self, path: str) -> str | None:
        """Return the bundle path that a symlink leads to; None when that is nothing of the project."""
        try:
            real = os.path.realpath(self._full(path), strict=True)
            inside = os.path.relpath(real, self._root).replace(os.sep, "/")
        except (OSError, ValueError):  # it leads nowhere, or to another drive
            return None
        if inside == ".":
            return ""
        return None if inside.partition("/")[0] in ("..", METADATA_DIR) else inside

    def _full(self, path: str) -> str:
        return os.path.join(self._root, path)


def join(directory: str, name: str) -> str:
    """Return the bundle path of a name in a directory."""
    return f"{directory}/{name}" if directory else name
