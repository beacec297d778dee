"""The source files of a project, as they are on disk now: what each says, and who it is."""

import os

from modelops_bundle.checkout.config import read_code_roots
from modelops_bundle.checkout.index import LINK_BITS, Index
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import PREFIX, digest_of
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.files.hashing import FileChanged, open_regular, read_content
from modelops_bundle.safe_path import CONFIG_PATH
from modelops_bundle.source.facts import SourceFacts
from modelops_bundle.source.facts_cache import FactsCache
from modelops_bundle.source.module_map import ModuleMap
from modelops_bundle.source.notebook import MAX_NOTEBOOK
from modelops_bundle.source.reading import read_source, unread_source
from modelops_bundle.source.syntax import is_source


class ProjectSources:
    """What the source files of a project say. Each is parsed once, ever: facts are kept by the file's sha256.

    `index` is that of the tracked files after a look at the working tree (`tracking.refresh`): what it says of a
    file is believed. Files that are not in it are read.
    """

    def __init__(self, project: Project, index: Index) -> None:
        self.root = project.root
        self.tracked = index
        self.modules = ModuleMap(project.root, read_code_roots(project.root / CONFIG_PATH))
        self._cache = FactsCache(project.directory / "cache" / "source-facts")
        self._tmp = project.tmp
        self._facts: dict[str, SourceFacts] = {}
        self._digests: dict[str, str] = {}

    def facts(self, path: str) -> SourceFacts:
        """Return what a source file says; of a symlink, the file that it leads to.

        Raises NotFound, Invalid for a file that is no source, and FileChanged.
        """
        known = self._facts.get(path)
        if known is None:
            known = self._facts[path] = self._read(path)
        return known

    def digest(self, path: str) -> str:
        """Return the sha256 of a file's content, '' where there is no file; no source is needed.

        Of a symlink it is that of the file that it leads to, but of one to a directory that of its target's name.
        """
        known = self._digests.get(path)
        if known is None:
            known = self._digests[path] = self._digest(path)
        return known

    def save(self) -> None:
        """Keep what was read for the next command."""
        if self._cache.changed:
            files = ((path, entry) for path, entry in self.tracked.items() if is_source(path))
            self._cache.save((_key(path, entry.digest) for path, entry in files), self._tmp)

    def _read(self, path: str) -> SourceFacts:
        if not is_source(path):
            raise Invalid(f"neither Python source nor a notebook: '{path}'", hint="name a .py or .ipynb file")
        real = self.modules.directories.real_file(path)
        if not real:
            raise NotFound(f"no such file: '{path}'", hint="modelops-bundle ls-files lists what is tracked")
        expected = self._indexed(real)
        facts = self._cache.find(_key(path, expected)) if expected else None
        if facts is None:
            facts = self._read_file(path, real, expected)
        return facts

    def _read_file(self, path: str, real: str, expected: str) -> SourceFacts:
        with open_regular(str(self.root / real)) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > MAX_NOTEBOOK:
                return unread_source(self.digest(path))
            data = stream.read(size + 1)
        found = digest_of(data)
        if expected not in ("", found):
            raise FileChanged(path)
        facts = None if expected else self._cache.find(_key(path, found))
        if facts is None:
            facts = read_source(data, path)
            self._cache.keep(_key(path, found), facts)
        return facts

    def _indexed(self, real: str) -> str:
        entry = self.tracked.get(real)
        return entry.digest if entry and entry.mode != LINK_BITS else ""

    def _digest(self, path: str) -> str:
        real = self.modules.directories.real_file(path)
        try:
            if real:
                return self._indexed(real) or read_content(str(self.root / real))[0].digest
            return digest_of(os.readlink(os.fsencode(self.root / path)))
        except (NotFound, OSError):  # gone since we looked, or a directory
            return ""


def _key(path: str, digest: str) -> str:
    """Return what facts are kept by: the same bytes say one thing as Python and another as a notebook."""
    return digest.removeprefix(PREFIX) + path[path.rindex(".") :]
