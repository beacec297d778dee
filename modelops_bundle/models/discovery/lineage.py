"""The classes that a class inherits from, in Python's method resolution order, as far as the project has them."""

from collections.abc import Iterator
from dataclasses import dataclass

from modelops_bundle.models.discovery.frameworks import is_framework_class
from modelops_bundle.source.dotted_names import join_names
from modelops_bundle.source.facts import ClassDefinition
from modelops_bundle.source.name_resolution import Sources, resolve

MAX_DEPTH = 100
"""How many classes may derive from each other; frameworks have ten."""


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A class in the file at `path`; outside the project, only its dotted name is known."""

    name: str
    path: str = ""
    definition: ClassDefinition | None = None


_Key = tuple[str, str]


class Lineage:
    """A class and everything that it inherits from, the nearest first."""

    def __init__(self, sources: Sources, path: str, definition: ClassDefinition) -> None:
        self._sources = sources
        self._ancestors: dict[_Key, Ancestor] = {}
        self._orders: dict[_Key, list[_Key]] = {}
        own = Ancestor(definition.name, path, definition)
        self._all = [self._ancestors[key] for key in self._order(own, MAX_DEPTH)]

    @property
    def known(self) -> list[tuple[str, ClassDefinition]]:
        """The classes of the project, with the files that they are in."""
        return [(each.path, each.definition) for each in self._all if each.definition]

    @property
    def of_model(self) -> bool:
        """Whether a class of a simulation framework is among the ancestors."""
        return any(is_framework_class(self._full_name(each)) for each in self._all[1:])

    @property
    def abstract(self) -> list[str]:
        """The methods that are still abstract."""
        bound: set[str] = set()
        left = []
        for _, definition in self.known:
            left += [name for name in definition.abstract if name not in bound]
            bound.update(definition.members)
        return left

    def _full_name(self, ancestor: Ancestor) -> str:
        # A project may hold a framework itself.
        module = self._sources.modules.module_name(ancestor.path) if ancestor.path else ""
        return join_names(module, ancestor.name)

    def _order(self, ancestor: Ancestor, depth: int) -> list[_Key]:
        """Return an ancestor and its own, in C3 order, or where there is no such order, depth first."""
        key = (ancestor.path, ancestor.name)
        if key not in self._orders:
            self._ancestors[key] = ancestor
            self._orders[key] = [key]  # what it is while it derives from itself
            bases = list(self._bases(ancestor)) if depth else []
            above = [self._order(base, depth - 1) for base in bases]
            self._orders[key] = [key, *_merged([*above, [(base.path, base.name) for base in bases]])]
        return self._orders[key]

    def _bases(self, ancestor: Ancestor) -> Iterator[Ancestor]:
        for base in ancestor.definition.bases if ancestor.definition else ():
            found = resolve(self._sources, ancestor.path, base)
            if found.definition:
                yield Ancestor(found.name, found.path, found.definition)
            else:
                yield from (Ancestor(name) for name in found.external)


def _merged(orders: list[list[_Key]]) -> list[_Key]:
    """Merge method resolution orders as Python does (C3); of contradicting ones, take the first."""
    waiting = [list(order) for order in orders]
    merged: list[_Key] = []
    while waiting := [order for order in waiting if order]:
        later = {key for order in waiting for key in order[1:]}
        chosen = next((order[0] for order in waiting if order[0] not in later), waiting[0][0])
        merged.append(chosen)
        waiting = [[key for key in order if key != chosen] for order in waiting]
    return merged
