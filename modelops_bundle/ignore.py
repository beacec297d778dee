"""What is not tracked unless forced: built-in defaults, then `.modelopsignore` with gitignore semantics.

Patterns of a `.modelopsignore` deeper in the tree apply below it and win over those above; the last matching
pattern of a file decides; nothing inside an ignored directory can be re-included.
"""

from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from modelops_bundle.errors import Invalid
from modelops_bundle.safe_path import METADATA_DIR, TRAVELLING

IGNORE_FILE = ".modelopsignore"
MAX_IGNORE_BYTES = 1 << 20

DEFAULTS = (
    ".git/", f"{METADATA_DIR}/", ".mops/", "__pycache__/", "*.py[cod]", "*.egg-info/", "dist/", "build/",
    "venv/", ".venv/", "env/", ".env/", "ENV/", "virtualenv/", "node_modules/", ".npm/", ".yarn/",
    ".idea/", ".vscode/", "*.swp", "*.swo", "*~", ".*.swp", ".DS_Store", "Thumbs.db", "desktop.ini",
    ".ipynb_checkpoints/", ".coverage", "htmlcov/", ".tox/", ".pytest_cache/", ".mypy_cache/", ".ruff_cache/",
    ".hypothesis/", ".Python",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a path is ignored, and the rule that says so: file, line (0 for a default) and pattern."""

    ignored: bool
    source: str = ""
    line: int = 0
    pattern: str = ""


TRACKABLE = Verdict(False)


class IgnoreRules:
    """The rules of one working tree; files of patterns are read when a directory is first met."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._specs: dict[str, tuple[str, list[str], GitIgnoreSpec] | None] = {}
        self._defaults = GitIgnoreSpec.from_lines(DEFAULTS)
        self._directories: dict[str, Verdict] = {}

    def verdict(self, path: str, *, directory: bool = False) -> Verdict:
        """Return what the rules say of a bundle path, which need not exist."""
        if path in TRAVELLING:
            return TRACKABLE
        parent = path.rpartition("/")[0]
        if parent:
            above = self._directories.get(parent)
            if above is None:
                above = self._directories[parent] = self.verdict(parent, directory=True)
            if above.ignored:
                return above
        return self._own_verdict(path, parent, directory)

    def _own_verdict(self, path: str, parent: str, directory: bool) -> Verdict:
        here = parent
        while True:
            found = self._spec(here)
            if found:
                source, lines, spec = found
                inner = path[len(here) + 1 :] if here else path
                result = spec.check_file(inner + "/" if directory else inner)
                if result.include is not None and result.index is not None:
                    return Verdict(result.include, source, result.index + 1, lines[result.index])
            if not here:
                break
            here = here.rpartition("/")[0]
        result = self._defaults.check_file(path + "/" if directory else path)
        if result.include and result.index is not None:
            return Verdict(True, "built-in", 0, DEFAULTS[result.index])
        return TRACKABLE

    def _spec(self, directory: str) -> tuple[str, list[str], GitIgnoreSpec] | None:
        if directory not in self._specs:
            self._specs[directory] = self._read(directory)
        return self._specs[directory]

    def _read(self, directory: str) -> tuple[str, list[str], GitIgnoreSpec] | None:
        source = f"{directory}/{IGNORE_FILE}" if directory else IGNORE_FILE
        file = self._root / source
        if not file.is_file():
            return None
        if file.stat().st_size > MAX_IGNORE_BYTES:
            raise Invalid(f"larger than {MAX_IGNORE_BYTES} bytes: '{source}'", hint="shorten it")
        lines = file.read_text("utf-8", "replace").splitlines()
        try:
            return source, lines, GitIgnoreSpec.from_lines(lines)
        except ValueError as error:
            raise Invalid(f"bad pattern in '{source}': {error}", hint=f"correct '{source}'") from error
