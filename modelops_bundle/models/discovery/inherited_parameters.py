"""The parameters of a class: its own `PARAMS`, those it takes from other spaces, or those it inherits."""

from collections.abc import Iterator

from modelops_bundle.models.discovery.lineage import Lineage
from modelops_bundle.source.class_definitions import PARAMS
from modelops_bundle.source.facts import Parameter
from modelops_bundle.source.name_resolution import Sources, class_of, resolve


def parameters_of(sources: Sources, lineage: Lineage) -> tuple[Parameter, ...]:
    """Return the parameters of the nearest class that assigns any: a subclass replaces them as a whole."""
    return tuple(_Spaces(sources).inherited(lineage))


class _Spaces:
    """Puts one space together; each that it takes parameters from is asked once, or it would go in circles."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._asked: set[tuple[str, str]] = set()

    def inherited(self, lineage: Lineage) -> Iterator[Parameter]:
        for path, definition in lineage.known:
            if definition.parameters is not None:
                yield from definition.parameters
                return
            if definition.parameters_from:
                yield from self._named(path, definition.parameters_from)
                return

    def _named(self, path: str, name: str) -> Iterator[Parameter]:
        """Yield the parameters that a name stands for in a file: a space's, one, or those of a class."""
        if (path, name) in self._asked:
            return
        self._asked.add((path, name))
        facts = self._sources.facts(path)
        if name in facts.spaces:
            for each in facts.spaces[name]:
                yield from (each,) if isinstance(each, Parameter) else self._named(path, each)
            return
        found = resolve(self._sources, path, name)
        if not found.path:
            return
        owner, _, attribute = found.name.rpartition(".")
        definition = class_of(self._sources.facts(found.path), owner)
        if definition and attribute == PARAMS:
            yield from self.inherited(Lineage(self._sources, found.path, definition))
        else:
            yield from self._named(found.path, found.name)
