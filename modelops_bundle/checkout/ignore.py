"""What is not tracked unless forced: built-in defaults, then `.modelopsignore` with gitignore semantics.

Patterns of a `.modelopsignore` deeper in the tree apply below it and win over those above; the last matching
pattern that names a file or directory decides; nothing inside an ignored directory can be re-included.

The pathspec library translates each pattern. Which one decides is told here, from the top down as git does it:
the library's own matching lets `!src` re-include everything below `src` and `data/**` ignore `data` itself.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from modelops_bundle.errors import Invalid
from modelops_bundle.safe_path import AREA, IGNORE_FILE, METADATA_DIR, TRAVELLING

MAX_IGNORE_BYTES = 1 << 20

DEFAULTS = (
    ".git/", f"{METADATA_DIR}/", f"{AREA}/", "__pycache__/", "*.py[cod]", "*.egg-info/", "dist/", "build/",
    "venv/", ".venv/", "env/", ".env/", "ENV/", "virtualenv/", "node_modules/", ".npm/", ".yarn/",
    ".idea/", ".vscode/", "*.swp", "*.swo", "*~", ".*.swp", ".DS_Store", "Thumbs.db", "desktop.ini",
    ".ipynb_checkpoints/", ".coverage", "htmlcov/", ".tox/", ".pytest_cache/", ".mypy_cache/", ".ruff_cache/",
    ".hypothesis/", ".Python", ".tmp-????????????????", ".tmp-import-*",
)  # fmt: skip

_CLASSES = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "digit": "0-9", "lower": "a-z", "upper": "A-Z",
    "space": " \t", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
"""Named classes as in `[[:alpha:]]`, which pathspec does not know."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a path is ignored, and the rule that says so: file, line (0 for a default) and pattern."""

    ignored: bool
    source: str = ""
    line: int = 0
    pattern: str = ""


TRACKABLE = Verdict(False)

_ANYWHERE = "^(?:.+/)?"
"""How pathspec translates that a pattern may match in any directory."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """A pattern, and the verdict on what it names."""

    regex: re.Pattern[str]
    verdict: Verdict


class _Rules:
    """The rules of one file in the order in which they are asked: the last first."""

    def __init__(self, rules: list[_Rule]) -> None:
        self._rules = rules
        self._some = re.compile(_one_of([rule.regex for rule in rules])) if rules else None

    def deciding(self, path: str, directory: bool) -> Verdict | None:
        """Return the verdict of the first rule that names this very path, and not a directory above it."""
        whole = f"{path}/" if directory else path
        # Nearly every path is named by no rule, and one search tells so.
        if not self._some or not (self._some.search(whole) or (directory and self._some.search(path))):
            return None
        for rule in self._rules:
            # The one group that a pattern may have is the slash behind a directory: there its match must end.
            found = rule.regex.search(whole if rule.regex.groups else path)
            if found and (not rule.regex.groups or any(m.end() == len(whole) for m in rule.regex.finditer(whole))):
                return rule.verdict
        return None


def _one_of(regexes: list[re.Pattern[str]]) -> str:
    """Return a pattern that is found wherever one of these is; the beginning that most share is tried once."""
    nameless = [_without_names(regex) for regex in regexes]
    shared = [pattern.removeprefix(_ANYWHERE) for pattern in nameless if pattern.startswith(_ANYWHERE)]
    others = [pattern for pattern in nameless if not pattern.startswith(_ANYWHERE)]
    return "|".join([*others, f"{_ANYWHERE}(?:{'|'.join(shared)})"] if shared else others)


def _without_names(regex: re.Pattern[str]) -> str:
    """Return a pattern whose groups have no names, which may stand only once in a pattern."""
    pattern = regex.pattern
    for name in regex.groupindex:
        pattern = pattern.replace(f"(?P<{name}>", "(?:")
    return pattern


class IgnoreRules:
    """The rules of one working tree; files of patterns are read when a directory is first met."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._applying: dict[str, list[tuple[int, _Rules]]] = {}
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
        for start, rules in self._applying_in(parent):
            if found := rules.deciding(path[start:], directory):
                return found
        return TRACKABLE

    def _applying_in(self, directory: str) -> list[tuple[int, _Rules]]:
        """Return the rules on what lies in a directory, the deepest first, and where in its path each looks."""
        found = self._applying.get(directory)
        if found is None:
            above = self._applying_in(directory.rpartition("/")[0]) if directory else [(0, _compile(DEFAULTS, ""))]
            own = self._read(directory)
            found = self._applying[directory] = [(len(directory) + bool(directory), own), *above] if own else above
        return found

    def _read(self, directory: str) -> _Rules | None:
        source = f"{directory}/{IGNORE_FILE}" if directory else IGNORE_FILE
        file = self._root / source
        if not file.is_file():
            return None
        if file.stat().st_size > MAX_IGNORE_BYTES:
            raise Invalid(f"larger than {MAX_IGNORE_BYTES} bytes: '{source}'", hint="shorten it")
        # Editors on Windows begin files with a byte order mark.
        return _compile(file.read_text("utf-8-sig", "replace").split("\n"), source)


def _compile(lines: Iterable[str], source: str) -> _Rules:
    rules = []
    for number, line in enumerate(lines, 1):
        try:
            pattern = GitIgnoreSpecPattern(re.sub(r"\[:([a-z]+):\]", _class, line))
        except (ValueError, re.error) as error:
            raise Invalid(f"bad pattern in '{source}': {error}", hint=f"correct '{source}'") from error
        if pattern.regex:
            where = (source, number) if source else ("built-in", 0)
            rules.append(_Rule(pattern.regex, Verdict(bool(pattern.include), *where, line)))
    return _Rules(rules[::-1])


def _class(found: re.Match[str]) -> str:
    return _CLASSES.get(found[1], found[0])
