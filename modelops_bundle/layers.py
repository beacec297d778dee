"""Which layer a file belongs to: code, config, data or models. The first rule that matches decides."""

import re
from collections.abc import Mapping, Sequence

from pathspec import GitIgnoreSpec

from modelops_bundle.errors import Invalid
from modelops_bundle.safe_path import CONFIG_PATH

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


_SUFFIX = re.compile(r"\*\.[A-Za-z0-9]+")
_NAME = re.compile(r"[A-Za-z0-9_]+")


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
    """The patterns of one layer; those of the forms `*`, `*.csv` and `Makefile` are looked up, not searched."""

    def __init__(self, layer: str, patterns: Sequence[str]) -> None:
        self.layer = layer
        self._everything = "*" in patterns
        self._suffixes = frozenset(p[1:] for p in patterns if _SUFFIX.fullmatch(p))
        self._names = frozenset(p for p in patterns if _NAME.fullmatch(p))
        self._whole = _spec(layer, patterns)
        looked_up = {"*", *self._names, *(f"*{suffix}" for suffix in self._suffixes)}
        self._rest = _spec(layer, [p for p in patterns if p not in looked_up]) if looked_up else self._whole
        # A later pattern may take back what an earlier one says; then only the whole list can tell.
        self._simple = not any(p.startswith("!") for p in patterns)

    def matches(self, path: str) -> bool:
        directory, _, name = path.rpartition("/")
        # A pattern matches the files below a directory of that name too.
        if not self._simple or "." in directory or self._names.intersection(directory.split("/")):
            return self._whole.match_file(path)
        if self._everything or name in self._names:
            return True
        dot = name.rfind(".")
        return (dot >= 0 and name[dot:] in self._suffixes) or self._rest.match_file(path)


def _spec(layer: str, patterns: Sequence[str]) -> GitIgnoreSpec:
    try:
        # Layers are part of a bundle's identity: no other matcher may be taken because it happens to be there.
        return GitIgnoreSpec.from_lines(patterns, backend="simple")
    except ValueError as error:
        raise Invalid(f"bad pattern in layers.{layer}: {error}", hint=f"correct '{CONFIG_PATH}'") from error
