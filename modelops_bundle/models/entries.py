"""The entries of `registry.yaml`: models, targets and target sets, as values.

The fields that the platform's own reader knows keep its names; those that only we know stand last. `extra`
holds fields that nobody here knows, of a newer platform perhaps: they are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from modelops_bundle.source.facts import Parameter

CODE_MODES = ("files", "package")
"""What counts of a package that a model imports: the files that are imported, which is usual, or all."""


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A registered class with its dependencies; paths are bundle paths, digests of files `sha256:<hex>`.

    `data` and `code` list files only, the model's own file in neither. `declared_data`, `declared_code` and
    `exclude` are what the user gave, directories and patterns included, from which `data` and `code` are made
    again; `auto_code` says whether first-party imports are followed. `semantic_digests` has a `blake3:<hex>`
    for each source file among the dependencies, the model's own included. `digest` is the composite digest.
    """

    id: str
    path: str
    class_name: str
    entrypoint: str
    model_digest: str = ""
    scenarios: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    outputs: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    data_digests: Mapping[str, str] = field(default_factory=dict)
    code: tuple[str, ...] = ()
    code_digests: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    semantic_digests: Mapping[str, str] = field(default_factory=dict)
    declared_data: tuple[str, ...] = ()
    declared_code: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    auto_code: bool = True
    code_mode: str = CODE_MODES[0]
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TargetEntry:
    """A registered calibration function with its observations and the code it imports."""

    id: str
    path: str
    function: str
    entrypoint: str
    model_output: str
    target_digest: str = ""
    data: tuple[str, ...] = ()
    data_digests: Mapping[str, str] = field(default_factory=dict)
    code: tuple[str, ...] = ()
    code_digests: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    semantic_digests: Mapping[str, str] = field(default_factory=dict)
    weight: float | None = None
    labels: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TargetSet:
    """Targets that are fitted together, in order; a weight belongs to a member."""

    targets: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelRegistry:
    """Everything in `registry.yaml`, by id."""

    models: Mapping[str, ModelEntry] = field(default_factory=dict)
    targets: Mapping[str, TargetEntry] = field(default_factory=dict)
    target_sets: Mapping[str, TargetSet] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.models or self.targets or self.target_sets)


Entry = ModelEntry | TargetEntry


def digests_of(entry: Entry) -> dict[str, str]:
    """Return the registered sha256 of each file that an entry depends on, its own first."""
    own = entry.model_digest if isinstance(entry, ModelEntry) else entry.target_digest
    return {entry.path: own, **entry.code_digests, **entry.data_digests}
