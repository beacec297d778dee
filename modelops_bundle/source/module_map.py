"""Which files of the project an import loads, told from the names in its directories.

The search is the interpreter's (`importlib.machinery.PathFinder`), with the code roots as `sys.path`: in each, a
package comes before a module, and a module before a directory without `__init__.py`; such directories of one name
make a namespace package together. A file's own code root is searched first, its own directory last, for scripts.

What is installed is not asked: the same content has the same dependencies everywhere. So a project's module wins
over an installed one of that name, as it does for whoever runs Python in the project. And a directory without
`__init__.py` counts only where a file in it is reached: a directory of CSV files called `data` is not what
`import data` means.
"""

from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.source.directories import Directories, join
from modelops_bundle.source.facts import ImportStatement

_INIT = "__init__"
_NOTEBOOK = ".ipynb"


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the project: all `files` that importing it loads, the packages above it first.

    `own` are those that it is itself: none for a namespace package, several where it is compiled for several
    platforms. `places` are the directories that its submodules are in.
    """

    files: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


class ModuleMap:
    """The modules of the project at `root`; `code_roots` are directories in it, '.' is the project itself."""

    def __init__(self, root: Path, code_roots: tuple[str, ...]) -> None:
        self.directories = Directories(root)
        roots = ("" if given == "." else given for given in code_roots)
        self._roots = tuple(dict.fromkeys(self.directories.real_directory(root) or root for root in roots))
        self._packages: dict[str, tuple[str, ...]] = {}
        self._searched: dict[tuple[str, bool], tuple[str, ...]] = {}
        self._modules: dict[tuple[tuple[str, ...], str], tuple[Module, bool]] = {}

    def find(self, importer: str, statement: ImportStatement) -> tuple[str, ...]:
        """Return the files that an import loads, in the order in which it does, as far as they are there.

        They are those of the packages on the way, of the module, and of each imported name that is a submodule.
        What is reached through a symlink is there with the symlink, whether that is a directory or a file.
        """
        module, missing = self._follow(importer, statement.module, statement.level)
        if missing or not module.places:
            return module.files
        found = dict.fromkeys(module.files)
        for name in statement.names:
            if below := self._below(module, name):
                found.update(dict.fromkeys(below.files))
        return tuple(found)

    def misses(self, importer: str, statement: ImportStatement) -> bool:
        """Tell whether an import names a module of the project that is not there."""
        module, missing = self._follow(importer, statement.module, statement.level)
        return missing and (statement.level > 0 or bool(module.own))

    def locate(self, importer: str, name: str, level: int = 0) -> Module | None:
        """Return a module by the dotted name that a file gives it; None where the project has none."""
        module, missing = self._follow(importer, name, level)
        return None if missing else module

    def packages_above(self, path: str) -> tuple[str, ...]:
        """Return the files of the packages that a module lies in, the outermost first; none for a notebook."""
        if path.endswith(_NOTEBOOK):
            return ()
        directory = path.rpartition("/")[0]
        found = self._packages.get(directory)
        if found is None:
            place, found = self._home(path), ()
            below = directory[len(place) :].strip("/")
            for name in below.split("/") if below else ():
                place = join(place, name)
                found += self._init(place)
            self._packages[directory] = found
        return tuple(file for file in found if file != path)

    def module_name(self, path: str) -> str:
        """Return the dotted name of the module in a file, counted from the innermost code root around it."""
        *above, name = path[len(self._home(path)) :].strip("/").split("/")
        stem = name.partition(".")[0]
        return ".".join(above if stem == _INIT else [*above, stem])

    def _follow(self, importer: str, name: str, level: int) -> tuple[Module, bool]:
        """Return how far an import leads in the project, and whether something is missing there."""
        if level:
            package = self._package(importer, level)
            return self._descend(package, name) if package else (Module(), True)
        order = self._search_order(importer)
        known = self._modules.get((order, name))
        if known is None:
            known = self._modules[order, name] = self._descend(Module(places=order), name)
        return known

    def _descend(self, module: Module, name: str) -> tuple[Module, bool]:
        for part in name.split(".") if name else ():
            below = self._below(module, part)
            if below is None:
                return module, True
            module = below
        return module, False

    def _below(self, module: Module, name: str) -> Module | None:
        """Return a submodule, as `PathFinder.find_spec` finds it."""
        portions: list[str] = []
        links: list[str] = []
        for place in module.places:
            listing = self.directories[place]
            real = listing.directories.get(name)
            link = (join(place, name),) if real not in (None, join(place, name)) else ()
            if real is not None and (own := self._init(real)):
                return Module((*module.files, *link, *own), own, (real,))
            if own := listing.modules.get(name, ()):
                return Module((*module.files, *own), own)
            if real is not None:
                portions.append(real)
                links += link
        return Module((*module.files, *links), (), tuple(portions)) if portions else None

    def _package(self, importer: str, level: int) -> Module | None:
        """Return the package that dots lead to; None above the project."""
        directory = importer.rpartition("/")[0]
        for _ in range(level - 1):
            if not directory:
                return None
            directory = directory.rpartition("/")[0]
        if own := self._init(directory):
            return Module(own, own, (directory,))
        below = directory[len(self._home(importer)) :].strip("/")
        others = (join(root, below) for root in self._roots) if below else ()
        return Module(places=tuple(dict.fromkeys((directory, *others))))

    def _init(self, directory: str) -> tuple[str, ...]:
        return self.directories[directory].modules.get(_INIT, ())

    def _home(self, path: str) -> str:
        """Return the innermost code root that a file lies in, the project itself if it lies in none."""
        return max((root for root in self._roots if path.startswith(f"{root}/")), key=len, default="")

    def _search_order(self, importer: str) -> tuple[str, ...]:
        """Return the directories in which an importer's absolute imports are looked for."""
        directory, notebook = importer.rpartition("/")[0], importer.endswith(_NOTEBOOK)
        order = self._searched.get((directory, notebook))
        if order is None:
            home = self._home(importer)
            roots = (home, *self._roots) if home in self._roots else self._roots
            # A notebook runs in its own directory; a module of a package is no script.
            beside = () if self._init(directory) and not notebook else (directory,)
            order = tuple(dict.fromkeys((*beside, *roots) if notebook else (*roots, *beside)))
            self._searched[directory, notebook] = order
        return order
