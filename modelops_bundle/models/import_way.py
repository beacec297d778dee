"""What makes a file matter to a model: the imports that lead to it, or the name by which it was declared."""

import posixpath
from collections.abc import Iterator

from modelops_bundle.models.entries import Entry, ModelEntry
from modelops_bundle.models.registering.surroundings import Surroundings
from modelops_bundle.source.facts import ImportStatement
from modelops_bundle.source.import_graph import Edge
from modelops_bundle.source.syntax import is_source


def way_to(entry: Entry, path: str, around: Surroundings) -> tuple[Edge, ...]:
    """Return the imports by which a model or target comes to need a code file, or asks for one that is missing.

    Imports are followed from its own file, then from those declared as code; empty where none leads there.
    """
    declared = (each for each in entry.code if is_source(each) and declared_name(entry, each))
    for start in (entry.path, *declared):
        if around.sources.digest(start) and (found := around.graph.chain(start, path)):
            return found
    if around.sources.digest(path) or not around.sources.digest(entry.path):
        return ()
    return next(_ways_to_missing(entry, path, around), ())


def declared_name(entry: Entry, path: str) -> str:
    """Return the name by which a file was declared: its own, or that of a directory above it; '' if it was not."""
    names = (*entry.declared_data, *entry.declared_code) if isinstance(entry, ModelEntry) else ()
    return next((name for name in names if name in (".", path) or path.startswith(f"{name}/")), "")


def _ways_to_missing(entry: Entry, path: str, around: Surroundings) -> Iterator[tuple[Edge, ...]]:
    for importer in (entry.path, *entry.code):
        if is_source(importer) and around.sources.digest(importer):
            for statement in around.sources.facts(importer).imports:
                if _names_module(around, importer, statement, path):
                    last = Edge(importer, path, statement.line, statement.cell)
                    yield (*around.graph.chain(entry.path, importer), last)


def _names_module(around: Surroundings, importer: str, statement: ImportStatement, path: str) -> bool:
    """Tell whether an import spells the name that the module in a file has, or had."""
    modules = around.sources.modules
    package: list[str] = []
    if statement.level:
        above = modules.module_name(importer).split(".")
        own = posixpath.basename(importer) == "__init__.py"
        package = above[: len(above) - statement.level + own]
    base = ".".join([*package, *([statement.module] if statement.module else [])])
    return modules.module_name(path) in (base, *(f"{base}.{name}" for name in statement.names))
