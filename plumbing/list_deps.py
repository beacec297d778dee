"""list-deps: list which files of the project import which."""

from collections.abc import Iterable, Iterator

import click

from modelops_bundle.models.entries import Entry
from modelops_bundle.models.registering.recording import look_around
from modelops_bundle.models.registering.surroundings import Surroundings
from modelops_bundle.models.registry_yaml.file import read_registry
from modelops_bundle.models.selection import entry_named
from modelops_bundle.plumbing._records import RecordWriter, quote_path
from modelops_bundle.plumbing._session import Session, nul_option, pass_session
from modelops_bundle.source.import_graph import Edge
from modelops_bundle.source.syntax import is_source


def list_deps(around: Surroundings, files: Iterable[str], entries: Iterable[Entry] = ()) -> Iterator[Edge]:
    """Yield the imports of source files and all that they need, and those within models and targets, by importer.

    What a model excludes, or does not follow, is no part of it. Raises NotFound.
    """
    whole: set[str] = set()
    for file in files:
        _check(around, file)
        if file not in whole:
            whole.update((file, *around.graph.closure(file)))
    within: dict[str, set[str]] = {}
    for entry in entries:
        _check(around, entry.path)
        own = {entry.path, *around.present(entry).entry.code}
        for path in own:
            within.setdefault(path, set()).update(own)
    for path in sorted({*whole, *within}):
        yield from (each for each in around.graph.edges(path) if path in whole or each.imported in within[path])
    around.sources.save()


def _check(around: Surroundings, path: str) -> None:
    if not around.sources.digest(path):
        raise around.no_such_file(path)


def tracked_sources(around: Surroundings) -> Iterator[str]:
    """Yield all tracked source files that are on disk."""
    return (path for path in around.sources.tracked if is_source(path) and around.sources.digest(path))


def place_of(edge: Edge) -> str:
    """Return `importer:line`, in a notebook `importer:cell:line`; quoted like paths, so that it holds no TAB."""
    cell = f":{edge.cell}" if edge.cell else ""
    return f"{quote_path(edge.importer)}{cell}:{edge.line}"


@click.command()
@nul_option
@click.argument("names", nargs=-1)
@pass_session
def command(session: Session, nul: bool, names: tuple[str, ...]) -> None:
    """Print `importer:line TAB imported` for each import of NAMES and of all files that they need.

    NAMES are source files, models or targets; by default all tracked source files. A name that ends like that of a
    source file is one. Imports of what is not in the project are left out.
    """
    around, out = look_around(session.project), RecordWriter(nul=nul)
    files = [session.bundle_path(name) for name in names if is_source(name)]
    entries = [entry_named(read_registry(session.project), name) for name in names if not is_source(name)]
    for edge in list_deps(around, files if names else tracked_sources(around), entries):
        out.record(place_of(edge), edge.imported)
