"""All registered models and targets: each as registered, as it is now, and what that makes of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from modelops_bundle.models.entries import Entry, ModelEntry, ModelRegistry, digests_of
from modelops_bundle.models.findings import About, Kind
from modelops_bundle.models.readiness import Condition, Readiness, kinds_of, readiness_of
from modelops_bundle.source.facts import ImportStatement
from modelops_bundle.source.syntax import is_source

if TYPE_CHECKING:
    from modelops_bundle.models.dependencies import Present
    from modelops_bundle.models.registering.surroundings import Surroundings
    from modelops_bundle.source.project_sources import ProjectSources


@dataclass(frozen=True, slots=True)
class Assessed:
    """One model or target; `line` is where its class or function begins, 0 when that is not known.

    `unresolved` has the imports of modules of the project that are not there, each with the file where it stands.
    """

    entry: Entry
    present: "Present"
    readiness: Readiness
    line: int = 0
    unresolved: tuple[tuple[str, ImportStatement], ...] = ()

    @property
    def condition(self) -> Condition:
        return self.readiness.condition

    @property
    def paths(self) -> frozenset[str]:
        """All files that it was registered with, or depends on now."""
        return frozenset((*kinds_of(self.entry), *kinds_of(self.present.entry), *self.present.missing))


@dataclass(frozen=True, slots=True)
class Overview:
    """A registry, and the entries of it that were looked at, by id, sorted."""

    registry: ModelRegistry
    models: Mapping[str, Assessed]
    targets: Mapping[str, Assessed]

    def entries(self) -> Iterator[tuple[About, Assessed]]:
        """Yield models, then targets, each with what makes findings about it."""
        for kind, found in (Kind.MODEL, self.models), (Kind.TARGET, self.targets):
            for id, assessed in found.items():
                yield About(kind, id, assessed.entry.path, assessed.line), assessed


def assess(
    registry: ModelRegistry,
    around: "Surroundings",
    *,
    strict: bool = False,
    wanted: Callable[[Entry], bool] = lambda entry: True,
) -> Overview:
    """Compare the wanted entries of a registry with what they would be now; imports nothing of the project.

    With `strict`, the bytes of source count and not what they mean.
    """
    sources = around.sources

    def on_disk(path: str) -> bool:
        return bool(sources.digest(path))

    @cache
    def unresolved(path: str) -> tuple[tuple[str, ImportStatement], ...]:
        return tuple((path, each) for each in around.graph.unresolved(path)) if is_source(path) else ()

    def one(entry: Entry) -> Assessed:
        now = around.present(entry)
        readiness = readiness_of(entry, now, on_disk, strict=strict)
        paths = [path for path, digest in digests_of(now.entry).items() if digest]
        lost = tuple(each for path in paths for each in unresolved(path))
        return Assessed(entry, now, readiness, _line_of(entry, sources), lost)

    return Overview(
        registry,
        {id: one(entry) for id, entry in sorted(registry.models.items()) if wanted(entry)},
        {id: one(entry) for id, entry in sorted(registry.targets.items()) if wanted(entry)},
    )


def _line_of(entry: Entry, sources: "ProjectSources") -> int:
    if not is_source(entry.path) or not sources.digest(entry.path):
        return 0
    facts = sources.facts(entry.path)
    if isinstance(entry, ModelEntry):
        return next((each.line for each in facts.classes if each.name == entry.class_name), 0)
    return next((each.line for each in facts.targets if each.function == entry.function), 0)
