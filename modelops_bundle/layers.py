"""Which layer a file belongs to: code, config, data or models. The first rule that matches decides."""

import re
from collections.abc import Mapping, Sequence
from fnmatch import translate
from functools import cache
from typing import TYPE_CHECKING

from modelops_bundle.errors import Invalid
from modelops_bundle.safe_path import CONFIG_PATH

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

DEFAULT_PATTERNS: Mapping[str, Sequence[str]] = {
    "code": (
        "*.py", "*.pyi", "*.pyx", "*.ipynb", "*.R", "*.r", "*.Rmd", "*.jl", "*.c", "*.h", "*.cpp", "*.hpp",
        "*.f90", "*.rs", "*.go", "*.java", "*.m", "*.sh", "*.sql", "Makefile", "Dockerfile",
    ),
    "config": (
        "*.toml", "*.yaml", "*.yml", "*.cfg", "*.ini", "*.lock", "requirements*.txt", ".modelopsignore",
        ".gitignore", "README*", "LICENSE*", "*.md", "*.rst",
    ),
    "models": (
        "*.pkl", "*.pickle", "*.joblib", "*.pt", "*.pth", "*.onnx", "*.safetensors", "*.ckpt", "*.keras",
        "*.rds", "*.RData",
    ),
    "data": ("*",),
}  # fmt: skip
"""The default rules (docs/formats/config.md); they are part of the format: changing one changes digests."""

_ORDER = ("code", "config", "models", "data")
_PLAIN = re.compile(r"\*|\*?[A-Za-z0-9_.-]*[A-Za-z0-9_][A-Za-z0-9_.-]*\*?[A-Za-z0-9_.-]*")


class LayerRules:
    """Sorts paths into layers by patterns in gitignore syntax; `custom` patterns come before the defaults.

    Raises Invalid for a pattern that is none.
    """

    def __init__(self, custom: Mapping[str, Sequence[str]]) -> None:
        rules = [(layer, patterns) for layer in _ORDER if (patterns := custom.get(layer))]
        rules += [(layer, DEFAULT_PATTERNS[layer]) for layer in _ORDER]
        self._rules = [_Rule(layer, patterns) for layer, patterns in rules]

    def layer_of(self, path: str) -> str:
        """Return the layer of a bundle path."""
        return next(rule.layer for rule in self._rules if rule.matches(path))


class _Rule:
    """The patterns of one layer; for plain names and wildcards one expression does, which is much faster."""

    def __init__(self, layer: str, patterns: Sequence[str]) -> None:
        self.layer = layer
        plain = all(_PLAIN.fullmatch(pattern) for pattern in patterns)
        self._spec = None if plain else _spec(layer, patterns)
        self._name = re.compile("|".join(map(translate, patterns))).match
        # A pattern without a slash matches the files below a directory of that name too.
        self._below = cache(lambda directory: any(map(self._name, directory.split("/"))))

    def matches(self, path: str) -> bool:
        if self._spec:
            return self._spec.match_file(path)
        directory, _, name = path.rpartition("/")
        return bool(self._name(name)) or (bool(directory) and self._below(directory))


def _spec(layer: str, patterns: Sequence[str]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec  # takes long to load, and most projects have plain patterns only

    try:
        # Layers are part of a bundle's identity: no other matcher may be taken because it happens to be there.
        return GitIgnoreSpec.from_lines(patterns, backend="simple")
    except ValueError as error:
        raise Invalid(f"bad pattern in layers.{layer}: {error}", hint=f"correct '{CONFIG_PATH}'") from error
