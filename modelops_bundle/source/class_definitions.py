"""The classes of a file: what they derive from, and what the platform would find on each."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from modelops_bundle.source.blocks import Function, statements
from modelops_bundle.source.decorators import ABSTRACT, OUTPUT, SCENARIO, decorators_of, registered_name
from modelops_bundle.source.dotted_names import dotted_name, join_names
from modelops_bundle.source.facts import ClassDefinition, Decorated, Parameter, Space
from modelops_bundle.source.literals import Literals
from modelops_bundle.source.module_scope import ModuleScope
from modelops_bundle.source.parameter_space import ParameterSpaces

PARAMS = "PARAMS"
"""The class attribute that holds a model's parameter space."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a class stands in: `prefix` begins its qualified name, `siblings` stand beside it in a class."""

    prefix: str = ""
    importable: bool = True
    siblings: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Body:
    """What the body of one class holds."""

    outputs: list[str] = field(default_factory=list)
    scenarios: list[str] = field(default_factory=list)
    abstract: list[str] = field(default_factory=list)
    decorated: list[Decorated] = field(default_factory=list)
    members: dict[str, None] = field(default_factory=dict)
    spaces: dict[str, Space] = field(default_factory=dict)


class ClassReader:
    """Reads the classes of one file, nested ones too."""

    def __init__(self, scope: ModuleScope, literals: Literals, spaces: ParameterSpaces) -> None:
        self._scope = scope
        self._literals = literals
        self._spaces = spaces
        self.mixed: dict[str, Space] = {}
        """As `Class.PARAMS`, the spaces that take parameters from other files or classes."""

    def read(self, body: Iterable[ast.stmt], place: Place) -> Iterator[ClassDefinition]:
        """Yield the classes in a body, each followed by those inside it."""
        waiting = [(place, iter(statements(body)))]
        while waiting:
            place, steps = waiting[-1]
            statement = next(steps, (None, False))[0]
            if statement is None:
                waiting.pop()
            elif isinstance(statement, ast.ClassDef):
                yield self._definition(statement, place)
                inner = Place(f"{place.prefix}{statement.name}.", place.importable, _classes_in(statement))
                waiting.append((inner, statements(statement.body)))
            elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = Place(f"{place.prefix}{statement.name}.<locals>.", importable=False)
                waiting.append((inner, statements(statement.body)))

    def _definition(self, node: ast.ClassDef, place: Place) -> ClassDefinition:
        body = self._body(node)
        name = place.prefix + node.name
        parameters, parameters_from = self._parameters(name, body)
        return ClassDefinition(
            name=name,
            line=node.lineno,
            bases=tuple(self._base(dotted, node, place) for dotted in map(dotted_name, node.bases) if dotted),
            importable=place.importable,
            outputs=tuple(dict.fromkeys(body.outputs)),
            scenarios=tuple(dict.fromkeys(body.scenarios)),
            parameters=parameters,
            parameters_from=parameters_from,
            members=tuple(body.members),
            abstract=tuple(body.abstract),
            decorated=tuple(body.decorated),
        )

    def _base(self, dotted: str, node: ast.ClassDef, place: Place) -> str:
        head, _, rest = dotted.partition(".")
        if head in place.siblings and head != node.name:
            return place.prefix + dotted
        if head == node.name and not place.prefix and head in self._scope.replaced:
            return join_names(self._scope.replaced[head], rest)
        return dotted

    def _body(self, node: ast.ClassDef) -> _Body:
        body = _Body()
        for statement, _ in statements(node.body):
            match statement:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    body.members[statement.name] = None
                    self._method(statement, body)
                case ast.ClassDef(name=name):
                    body.members[name] = None
                case ast.Assign(targets=targets, value=value):
                    for target in targets:
                        self._attribute(target, value, body)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    self._attribute(target, value, body)
        return body

    def _attribute(self, target: ast.expr, value: ast.expr, body: _Body) -> None:
        if isinstance(target, ast.Name):
            body.members[target.id] = None
            body.spaces[target.id] = self._spaces.read(value, body.spaces)

    def _method(self, method: Function, body: _Body) -> None:
        for decorator in decorators_of(method, self._scope):
            if decorator.kind in ABSTRACT:
                body.abstract.append(method.name)
            elif decorator.kind == OUTPUT:
                body.outputs.append(registered_name(decorator, method, self._literals))
            elif decorator.kind == SCENARIO:
                body.scenarios.append(registered_name(decorator, method, self._literals))
            elif decorator.imported:
                name = registered_name(decorator, method, self._literals)
                body.decorated.append(Decorated(decorator.name, name))

    def _parameters(self, name: str, body: _Body) -> tuple[tuple[Parameter, ...] | None, str]:
        """Return `parameters` and `parameters_from` of a class."""
        if PARAMS not in body.spaces:
            return None, ""
        space = body.spaces[PARAMS]
        parameters = tuple(each for each in space if isinstance(each, Parameter))
        if len(parameters) == len(space):
            return parameters, ""
        if len(space) == 1 and isinstance(space[0], str):
            return None, space[0]
        self.mixed[f"{name}.{PARAMS}"] = space
        return None, f"{name}.{PARAMS}"


def _classes_in(node: ast.ClassDef) -> frozenset[str]:
    return frozenset(each.name for each, _ in statements(node.body) if isinstance(each, ast.ClassDef))
