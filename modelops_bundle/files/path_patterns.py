"""Patterns of paths in gitignore syntax, as `config.yaml` has them for layers and storage."""

import re
from collections.abc import Sequence
from fnmatch import translate
from functools import cache
from typing import TYPE_CHECKING

from modelops_bundle.errors import Invalid
from modelops_bundle.safe_path import CONFIG_PATH

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_PLAIN = re.compile(r"\*|\*?[A-Za-z0-9_.-]*[A-Za-z0-9_][A-Za-z0-9_.-]*\*?[A-Za-z0-9_.-]*")


class PathPatterns:
    """A list of patterns; for plain names and wildcards one expression does, which is much faster.

    `key` is where they stand in `config.yaml`. Raises Invalid for a pattern that is none.
    """

    def __init__(self, key: str, patterns: Sequence[str]) -> None:
        plain = all(_PLAIN.fullmatch(pattern) for pattern in patterns)
        self._spec = None if plain else _spec(key, patterns)
        # No pattern matches nothing, and not everything.
        self._name = re.compile("|".join(map(translate, patterns)) or "(?!)").match
        # A pattern without a slash matches the files below a directory of that name too.
        self._below = cache(lambda directory: any(map(self._name, directory.split("/"))))

    def match(self, path: str) -> bool:
        """Tell whether a bundle path, or a directory above it, matches."""
        if self._spec:
            return self._spec.match_file(path)
        directory, _, name = path.rpartition("/")
        return bool(self._name(name)) or (bool(directory) and self._below(directory))


def _spec(key: str, patterns: Sequence[str]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec  # takes long to load, and most projects have plain patterns only

    try:
        # Layers are part of a bundle's identity: no other matcher may be taken because it happens to be there.
        return GitIgnoreSpec.from_lines(patterns, backend="simple")
    except ValueError as error:
        raise Invalid(f"bad pattern in {key}: {error}", hint=f"correct '{CONFIG_PATH}'") from error
