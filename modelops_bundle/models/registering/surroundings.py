"""What registering looks at: the sources of a project, their imports, and its directories, each once."""

import posixpath
import re

from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.models.dependencies import Present, present
from modelops_bundle.models.discovery.declared_files import DeclaredFiles
from modelops_bundle.models.entries import Entry
from modelops_bundle.models.near_names import nearest, question
from modelops_bundle.source.import_graph import ImportGraph
from modelops_bundle.source.project_sources import ProjectSources

_NAME = r"[^\W\d]\w*"
_IMPORTABLE = re.compile(rf"{_NAME}(\.{_NAME})+:{_NAME}(\.{_NAME})*")
"""An entry point that the platform takes: in its module's name there is a dot."""


class Surroundings:
    """A project as it is at one moment."""

    def __init__(self, sources: ProjectSources) -> None:
        self.sources = sources
        self.graph = ImportGraph(sources)
        self._declared = DeclaredFiles(sources)

    def present(self, entry: Entry) -> Present:
        """Return what an entry would be if it were registered now."""
        return present(entry, self.sources, self.graph, self._declared)

    def check_source(self, path: str) -> None:
        """Raise NotFound, and Invalid for what is no Python file or was not analysed."""
        if not self.sources.digest(path):
            raise self.no_such_file(path)
        if not path.endswith(".py"):
            raise Invalid(f"not a Python file: '{path}'", hint="name the .py file that has the class or function")
        fault = self.sources.facts(path).fault
        if fault and fault.beyond_limits:
            raise Invalid(
                f"not analysed: '{fault.place_in(path)}': {fault.message}; nobody knows what it defines",
                hint="move data out of it into a file of its own, or its classes into a smaller file",
            )
        if fault:
            where = fault.place_in(path)
            raise Invalid(f"cannot be parsed: '{where}': {fault.message}", hint=f"python -m py_compile '{path}'")

    def no_such_file(self, path: str) -> NotFound:
        """Return the error for a file that is not there, with files of that name, or nearly so."""
        directory, name = posixpath.split(path)
        beside = self.sources.modules.directories[directory].files
        known = {*self.sources.tracked, *(posixpath.join(directory, each) for each in beside)}
        # A directory is easier forgotten than misspelled: those in the one named come first.
        in_order = sorted(known, key=lambda each: (posixpath.dirname(each) != directory, each))
        found = [each for each in in_order if posixpath.basename(each) == name]
        if not found:
            stems = [(_stem(each), each) for each in in_order]
            near = nearest(_stem(path), {stem for stem, _ in stems})
            found = [each for word in near for stem, each in stems if stem == word]
        hint = question(found[:3]) or "modelops-bundle status --untracked"
        return NotFound(f"no such file: '{path}'", hint=hint)


def _stem(path: str) -> str:
    # That most names end alike makes them no nearer to each other.
    return posixpath.splitext(posixpath.basename(path))[0]


def check_entrypoint(entrypoint: str, path: str) -> None:
    """Raise Invalid when the platform could not import a class or function by its entry point."""
    if _IMPORTABLE.fullmatch(entrypoint):
        return
    module = entrypoint.partition(":")[0]
    if re.fullmatch(_NAME, module):
        directory, name = posixpath.split(path)
        if name == "__init__.py":  # moved deeper, the package would be another
            raise Invalid(
                f"'{module}' has no dot in its name: '{path}'; the platform imports modules from packages only",
                hint=f"move what it defines to another file of '{directory}', and import it from there",
            )
        directory = f"{directory}/models".lstrip("/")
        raise Invalid(
            f"not in a package: '{path}'; the platform imports modules from directories only",
            hint=f"mkdir -p {directory} && mv {path} {directory}/",
        )
    raise Invalid(f"Python cannot import '{module}': '{path}'", hint="use letters, digits and '_' in its path")
