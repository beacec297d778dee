"""The source files of a directory that is no project, read without index or cache."""

from pathlib import Path

from modelops_bundle.source.facts import SourceFacts
from modelops_bundle.source.module_map import ModuleMap
from modelops_bundle.source.reading import read_source


class FolderSources:
    """What ProjectSources gives of a project, as far as finding names and models asks for it."""

    def __init__(self, root: Path, code_roots: tuple[str, ...] = (".", "src")) -> None:
        self._root = root
        self._known: dict[str, SourceFacts] = {}
        self.modules = ModuleMap(root, code_roots)

    def facts(self, path: str) -> SourceFacts:
        """Return what a file says, as it was when it was first asked for."""
        if path not in self._known:
            self._known[path] = read_source((self._root / path).read_bytes(), path)
        return self._known[path]
