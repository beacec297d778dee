"""list-deps: list which files of the project import which."""

from collections.abc import Iterable, Iterator

import click

from modelops_bundle.models.registering.recording import look_around
from modelops_bundle.models.registering.surroundings import Surroundings
from modelops_bundle.models.registry_yaml.file import read_registry
from modelops_bundle.models.selection import entry_named
from modelops_bundle.plumbing._records import RecordWriter, quote_path
from modelops_bundle.plumbing._session import Session, nul_option, pass_session
from modelops_bundle.source.import_graph import Edge
from modelops_bundle.source.syntax import is_source


def list_deps(around: Surroundings, files: Iterable[str]) -> Iterator[Edge]:
    """Yield the imports of source files, and of all that they need, by importer; raise NotFound."""
    found: set[str] = set()
    for file in files:
        if not around.sources.digest(file):
            raise around.no_such_file(file)
        if file not in found:
            found.update((file, *around.graph.closure(file)))
    for path in sorted(found):
        yield from around.graph.edges(path)
    around.sources.save()


def sources_named(session: Session, around: Surroundings, names: Iterable[str]) -> Iterator[str]:
    """Yield the source files that names on the command line stand for.

    A name that ends like that of a source file is one. Others are of models and targets, which stand for their own
    file and all source that they depend on now. Raises NotFound.
    """
    for name in names:
        if is_source(name):
            yield session.bundle_path(name)
        else:
            entry = entry_named(read_registry(session.project), name)
            yield entry.path
            yield from filter(is_source, around.present(entry).entry.code)


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

    NAMES are source files, models or targets; by default all tracked source files. Imports of what is not in the
    project are left out.
    """
    around, out = look_around(session.project), RecordWriter(nul=nul)
    files = sources_named(session, around, names) if names else tracked_sources(around)
    for edge in list_deps(around, files):
        out.record(place_of(edge), edge.imported)
