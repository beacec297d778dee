"""Which files of the project import which, and what a file needs all in all."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from modelops_bundle.source.facts import ImportStatement
from modelops_bundle.source.project_sources import ProjectSources
from modelops_bundle.source.reachability import Reachability
from modelops_bundle.source.syntax import is_source

_STAR = "*"


class Edge(NamedTuple):
    """A file that is loaded because another one is; `line` and `cell` as in ImportStatement.

    Line 0 is no statement: the `__init__.py` of a package that the importer lies in, or what a symlink leads to.
    """

    importer: str
    imported: str
    line: int = 0
    cell: int = 0


class ImportGraph:
    """The imports between the files of a project, followed as far as they are asked for."""

    def __init__(self, sources: ProjectSources) -> None:
        self._sources = sources
        self._modules = sources.modules
        self._edges: dict[str, tuple[Edge, ...]] = {}
        self._reachability = Reachability(self._imports)

    def edges(self, path: str) -> tuple[Edge, ...]:
        """Return what a file imports, each statement apart, in the order of the source, those of line 0 last.

        Raises NotFound.
        """
        edges = self._edges.get(path)
        if edges is None:
            edges = self._edges[path] = tuple(dict.fromkeys(self._find(path)))
        return edges

    def closure(self, path: str) -> tuple[str, ...]:
        """Return all files that a file needs to be imported, sorted, without itself; raise NotFound."""
        found = self._reachability.reached_from(path)
        found.remove(path)
        return tuple(sorted(found))

    def chain(self, start: str, end: str) -> tuple[Edge, ...]:
        """Return the shortest way by which a file comes to need another one; empty where it does not."""
        ways: dict[str, tuple[Edge, ...]] = {start: ()}
        waiting = [start]
        for path in waiting:
            for edge in self.edges(path):
                if edge.imported not in ways:
                    ways[edge.imported] = (*ways[path], edge)
                    waiting.append(edge.imported)
            if end in ways:
                break
        return ways.get(end, ())

    def unresolved(self, path: str) -> tuple[ImportStatement, ...]:
        """Return the imports of a file that name a module of the project that is not there."""
        return tuple(each for each in self._sources.facts(path).imports if self._modules.misses(path, each))

    def _imports(self, path: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(edge.imported for edge in self.edges(path)))

    def _find(self, path: str) -> Iterator[Edge]:
        found = {path}
        for statement in self._sources.facts(path).imports if is_source(path) else ():
            for file in self._loaded(path, statement):
                found.add(file)
                if file != path:
                    yield Edge(path, file, statement.line, statement.cell)
        for file in (*self._modules.packages_above(path), self._modules.directories.behind_link(path)):
            if file and file not in found:
                yield Edge(path, file)

    def _loaded(self, path: str, statement: ImportStatement) -> tuple[str, ...]:
        if statement.names == (_STAR,):
            # This loads the modules that a package names in `__all__`.
            module = self._modules.locate(path, statement.module, statement.level)
            package = module.own if module and module.places else ()
            exports = (name for file in package if is_source(file) for name in self._sources.facts(file).exports)
            statement = replace(statement, names=tuple(exports))
        return self._modules.find(path, statement)
