"""What a picture of models, targets and files shows: nodes, each with how it is, and arrows to what they need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from modelops_bundle.models.findings import About, Kind
from modelops_bundle.models.overview import Assessed
from modelops_bundle.models.readiness import Condition, DependencyKind, How, kinds_of
from modelops_bundle.source.import_graph import ImportGraph

_CONDITIONS = {
    How.MISSING: Condition.BROKEN,
    How.SPECIAL: Condition.BROKEN,
    How.MODIFIED: Condition.STALE,
    How.ADDED: Condition.STALE,
    How.REMOVED: Condition.STALE,
    How.COSMETIC: Condition.READY,
}
_FROM_BAD_TO_WORSE = (Condition.READY, Condition.STALE, Condition.BROKEN)


class Shape(StrEnum):
    """What a node stands for."""

    MODEL = "model"
    TARGET = "target"
    CODE = "code"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Node:
    """A model, a target or a file; `condition` is None for a file that nothing registered depends on."""

    name: str
    shape: Shape
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """That one node needs another; `places` are the lines that say so, in a notebook `cell:line`."""

    start: Node
    end: Node
    places: tuple[str, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether no line says so, but that a file lies in a package, or is a symlink."""
        return self.start.shape is Shape.CODE and not self.places


@dataclass(frozen=True, slots=True)
class Drawing:
    """Models and targets, then files by path, and the arrows between them."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]


def draw(graph: ImportGraph, entries: Iterable[tuple[About, Assessed]], sources: Iterable[str] = ()) -> Drawing:
    """Return the picture of models and targets, and of source files, with all that each of them needs."""
    shapes: dict[str, Shape] = {}
    conditions: dict[str, Condition] = {}
    needs: dict[Node, list[str]] = {}
    for about, assessed in entries:
        kinds = _kinds(assessed)
        needs[_entry_node(about, assessed)] = _needed(graph, assessed, kinds)
        for path, kind in kinds.items():
            shapes[path] = Shape.DATA if kind is DependencyKind.DATA else Shape.CODE
        for path, condition in _conditions(assessed, kinds).items():
            conditions[path] = max(condition, conditions.get(path, condition), key=_FROM_BAD_TO_WORSE.index)
    for source in sources:
        for path in (source, *graph.closure(source)):
            shapes.setdefault(path, Shape.CODE)
    files = {path: Node(path, shapes[path], conditions.get(path)) for path in sorted(shapes)}
    arrows = [Arrow(node, files[path]) for node, paths in needs.items() for path in paths]
    for path, node in files.items():
        if node.shape is Shape.CODE and node.condition is not Condition.BROKEN:
            imported = _imported(graph, path)
            arrows += [Arrow(node, files[end], places) for end, places in imported.items() if end in files]
    return Drawing((*needs, *files.values()), tuple(arrows))


def _entry_node(about: About, assessed: Assessed) -> Node:
    return Node(about.entity, Shape.MODEL if about.kind is Kind.MODEL else Shape.TARGET, assessed.condition)


def _kinds(assessed: Assessed) -> dict[str, DependencyKind]:
    """Return what an entry depends on now, and what else changed since it was registered."""
    changed = {change.path: change.kind for change in assessed.readiness.changes}
    changed = {path: kind for path, kind in changed.items() if kind is not DependencyKind.REGISTRY}
    return changed | kinds_of(assessed.present.entry)


def _conditions(assessed: Assessed, kinds: Mapping[str, DependencyKind]) -> dict[str, Condition]:
    changed = {change.path: _CONDITIONS[change.how] for change in assessed.readiness.changes}
    return {path: changed.get(path, Condition.READY) for path in kinds}


def _needed(graph: ImportGraph, assessed: Assessed, kinds: Mapping[str, DependencyKind]) -> list[str]:
    """Return the files that an entry needs other than by import: its own, its data, and what was declared."""
    own = assessed.entry.path
    imported = set() if own in assessed.present.missing else set(graph.closure(own))
    others = (path for path, kind in kinds.items() if kind is DependencyKind.DATA or path not in imported)
    return [own, *sorted(path for path in others if path != own)]


def _imported(graph: ImportGraph, path: str) -> dict[str, tuple[str, ...]]:
    """Return the files that a file imports, each with the places where it does."""
    found: dict[str, tuple[str, ...]] = {}
    for edge in graph.edges(path):
        place = f"{edge.cell}:{edge.line}" if edge.cell else str(edge.line)
        found[edge.imported] = (*found.get(edge.imported, ()), *([place] if edge.line else []))
    return found
