"""Which layer a file belongs to: code, config, data or models. The first rule that matches decides."""

from collections.abc import Mapping, Sequence

from modelops_bundle.files.path_patterns import PathPatterns

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


class LayerRules:
    """Sorts paths into layers by patterns in gitignore syntax; `custom` patterns come before the defaults.

    Raises Invalid for a pattern that is none.
    """

    def __init__(self, custom: Mapping[str, Sequence[str]]) -> None:
        rules = [(layer, patterns) for layer in _ORDER if (patterns := custom.get(layer))]
        rules += [(layer, DEFAULT_PATTERNS[layer]) for layer in _ORDER]
        self._rules = [(layer, PathPatterns(f"layers.{layer}", patterns)) for layer, patterns in rules]

    def layer_of(self, path: str) -> str:
        """Return the layer of a bundle path."""
        return next(layer for layer, patterns in self._rules if patterns.match(path))
