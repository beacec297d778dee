"""Decorators by which the platform knows outputs, scenarios and targets, under whatever names they are used."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from modelops_bundle.source.blocks import Function
from modelops_bundle.source.dotted_names import dotted_name, last_part, source_text
from modelops_bundle.source.literals import Literals
from modelops_bundle.source.module_scope import ModuleScope

OUTPUT, SCENARIO, TARGET = "model_output", "model_scenario", "calibration_target"
ABSTRACT = frozenset({"abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod"})

_NAME_ARGUMENTS = ("name", "output")


@dataclass(frozen=True, slots=True)
class Decorator:
    """A decorator of a function: the dotted name that it stands for, and the call that makes it, if one does.

    Where it is `imported`, another file may say that it is one of those above.
    """

    name: str
    call: ast.Call | None
    imported: bool

    @property
    def kind(self) -> str:
        return last_part(self.name)


def decorators_of(function: Function, scope: ModuleScope) -> Iterator[Decorator]:
    """Yield the decorators of a function or method that are names, or calls of names."""
    for node in function.decorator_list:
        call = node if isinstance(node, ast.Call) else None
        if written := dotted_name(call.func if call else node):
            yield Decorator(scope.spelled_out(written), call, scope.is_imported(written))


def registered_name(decorator: Decorator, function: Function, literals: Literals) -> str:
    """Return the name under which `model_output` or `model_scenario` registers a method.

    That is its first argument, or `name=` or `output=`, or else the method's own. One that is no literal is
    kept as source, as the platform does.
    """
    call = decorator.call
    if call is None:
        return function.name
    given = [*call.args[:1], *(each.value for each in call.keywords if each.arg in _NAME_ARGUMENTS)]
    return spelled(given[0], literals) if given else function.name


def spelled(value: ast.expr, literals: Literals) -> str:
    """Return the text that an expression stands for, or else its source."""
    known = literals.text(value)
    return source_text(value) if known is None else known
