"""What a name that the user gave stands for: a file, or all files below a directory, each looked at once."""

import os
import posixpath
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from shlex import quote
from typing import TYPE_CHECKING

from modelops_bundle.checkout.index import LINK_BITS, mode_bits
from modelops_bundle.checkout.working_tree import walk
from modelops_bundle.safe_path import TRAVELLING, parents_of

if TYPE_CHECKING:
    from modelops_bundle.source.project_sources import ProjectSources


class DeclaredFiles:
    """The files that declared names stand for at this moment; what is looked at again is as at the first look."""

    def __init__(self, sources: "ProjectSources") -> None:
        self._sources = sources
        self._known: dict[str, tuple[str, ...]] = {}

    def files(self, name: str, registered: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Return the files of a bundle path, '.' for all, sorted; none where there is nothing.

        Of a directory they are those that are tracked or not ignored, or were registered: in a checkout that git
        made, nobody knows that they are tracked. A symlink, also on the way to a file, counts together with what
        it leads to: the bundle needs both.
        """
        known = self._known.get(name)
        if known is None:
            self._known[name] = ()  # for links that lead in a circle
            known = self._known[name] = tuple(sorted(set(self._list("" if name == "." else name))))
        ignored = self._below_of("" if name == "." else name, registered.difference(known)) if registered else ()
        return tuple(sorted((*known, *ignored))) if ignored else known

    def package_files(self, path: str, registered: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Return all files of the outermost package that a module lies in; none where that is no package."""
        own = (path,) if posixpath.basename(path) == "__init__.py" else ()
        packages = (*self._sources.modules.packages_above(path), *own)
        directory = posixpath.dirname(packages[0]) if packages else ""
        return self.files(directory, registered) if directory else ()

    def _below_of(self, name: str, paths: Iterable[str]) -> list[str]:
        """Return those of some files that are below a directory, be it by way of a symlink."""
        real = self._sources.modules.directories.real_directory(name)
        inside = tuple(f"{each}/" if each else "" for each in {name, real} if each is not None)
        return [path for path in paths if path.startswith(inside) and self._sources.digest(path)]

    def _list(self, name: str) -> Iterator[str]:
        root = self._sources.root
        # Of several links on the way, the outermost: what it leads to is looked at the same way.
        link = next((path for path in reversed([name, *parents_of(name)]) if (root / path).is_symlink()), "")
        if link:
            yield link
            yield from self.files(self._behind(link, name))
        elif self._sources.modules.directories.is_directory(name):
            for path, mode in self._below(name).items():
                yield path
                if mode == LINK_BITS:
                    yield from self.files(path)
        elif self._sources.digest(name):
            yield name

    def _below(self, directory: str) -> dict[str, int]:
        """Return the files below a directory with their modes."""
        from modelops_bundle.checkout.ignore import IgnoreRules

        root, tracked = self._sources.root, self._sources.tracked
        found = {path: mode_bits(now) for path, now in walk(root, IgnoreRules(root), directory)}
        inside = f"{directory}/" if directory else ""
        for path in tracked:
            if path.startswith(inside) and path not in TRAVELLING and self._sources.digest(path):
                found[path] = tracked[path].mode
        return found

    def _behind(self, link: str, name: str) -> str:
        """Return what a name stands for whose part `link` is a symlink; the link itself where it leads out."""
        target = posixpath.join(posixpath.dirname(link), os.readlink(self._sources.root / link))
        inside = posixpath.normpath(target + name[len(link) :])
        return link if inside.startswith(("/", "..")) else inside


def is_excluded(path: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether a bundle path, or a directory above it, matches one of the patterns; '*' crosses '/'."""
    return any(fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern}/*") for pattern in patterns)


def exclusion_of(name: str) -> str:
    """Return how `--exclude` leaves out a declared name: without '/' and '.', it would be taken for a class."""
    return quote(name if set(name) & set("/.") else f"{name}/")
