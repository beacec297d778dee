"""What a dotted name in a file stands for, followed through imports, aliases and re-exports across files."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from modelops_bundle.source.dotted_names import join_names
from modelops_bundle.source.facts import ClassDefinition, SourceFacts
from modelops_bundle.source.module_map import Module, ModuleMap
from modelops_bundle.source.syntax import is_source

MAX_STEPS = 50
"""From how many modules to the next a name is followed; people re-export one two or three times."""
MAX_QUESTIONS = 5000
"""How many modules are asked for one name; star imports lead to many."""

_STAR = ("*",)


class Sources(Protocol):
    """The source files of a project, as ProjectSources has them."""

    @property
    def modules(self) -> ModuleMap: ...

    def facts(self, path: str) -> SourceFacts: ...


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where a name leads: to `name` in a file of the project at `path`, or out of the project.

    `definition` is there when it is a class. `external` are the dotted names that it may have elsewhere: one,
    or several after star imports. Nothing is set for a name that leads nowhere.
    """

    path: str = ""
    name: str = ""
    definition: ClassDefinition | None = None
    external: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.path or self.external)


_NOWHERE = Resolved()


def resolve(sources: Sources, path: str, dotted: str) -> Resolved:
    """Return what a dotted name stands for in the module at `path`.

    One that begins with dots is looked for from there, as in an import. Star imports are taken to stand above
    everything else, as they do. Raises what `sources` raise.
    """
    search = _Search(sources)
    found = search.in_module(path, dotted)
    if not found and dotted.partition(".")[0] not in sources.facts(path).names:
        # A builtin, or the full name of what a class replaced: `class Sim(Sim)`.
        return search.imported(path, dotted)
    return found


def class_of(facts: SourceFacts, name: str) -> ClassDefinition | None:
    """Return a class of a file by its qualified name."""
    return next((each for each in facts.classes if each.name == name), None)


class _Search:
    """One search: a question that was asked before in it leads in a circle."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._asked: set[tuple[str, str]] = set()
        self._steps = 0

    def in_module(self, path: str, dotted: str) -> Resolved:
        """Return what a name stands for in a module's namespace."""
        # A package that takes a name from its own submodule of that name makes ever longer ones.
        if (path, dotted) in self._asked or self._steps == MAX_STEPS or len(self._asked) == MAX_QUESTIONS:
            return _NOWHERE
        self._asked.add((path, dotted))
        self._steps += 1
        found = self._looked_up(path, dotted)
        self._steps -= 1
        return found

    def imported(self, path: str, dotted: str) -> Resolved:
        """Return what an absolute or relative dotted name leads to, seen from a file that imports it."""
        below = dotted.lstrip(".")
        level = len(dotted) - len(below)
        for file, rest in self._modules(path, level, below.split(".") if below else []):
            found = self.in_module(file, rest) if rest else Resolved(file)
            if found:
                return found
        return _NOWHERE if level else Resolved(external=(below,))

    def _looked_up(self, path: str, dotted: str) -> Resolved:
        if dotted.startswith("."):
            return self.imported(path, dotted)
        facts = self._sources.facts(path)
        head, _, rest = dotted.partition(".")
        target = facts.bindings.get(head)
        if target is None:
            return _defined(path, dotted, facts) or self._from_stars(path, dotted, facts)
        meant = join_names(target, rest)
        first = target.partition(".")[0]
        is_own = first in facts.names and first not in facts.bindings
        return _defined(path, meant, facts) if is_own else self.imported(path, meant)

    def _from_stars(self, path: str, dotted: str, facts: SourceFacts) -> Resolved:
        """Return what star imports bring: the last that has it counts, those out of the project if none has."""
        outside: list[str] = []
        for statement in reversed([each for each in facts.imports if each.names == _STAR]):
            module = self._sources.modules.locate(path, statement.module, statement.level)
            if file := _source_of(module):
                found = self.in_module(file, dotted)
                if found.path:
                    return found
                outside += found.external
            elif not statement.level:
                outside.append(join_names(statement.module, dotted))
        return Resolved(external=tuple(outside))

    def _modules(self, path: str, level: int, parts: list[str]) -> Iterator[tuple[str, str]]:
        """Yield each module of the project that a name may begin with, and the rest of the name in it.

        The longest come first, but for the whole name: what a package has of that name hides its submodule.
        """
        for length in (*range(len(parts) - 1, -1 if level else 0, -1), len(parts)):
            module = self._sources.modules.locate(path, ".".join(parts[:length]), level)
            if file := _source_of(module):
                yield file, ".".join(parts[length:])


def _defined(path: str, dotted: str, facts: SourceFacts) -> Resolved:
    if dotted.partition(".")[0] not in facts.names:
        return _NOWHERE
    return Resolved(path, dotted, class_of(facts, dotted))


def _source_of(module: Module | None) -> str:
    return next(filter(is_source, module.own), "") if module else ""
