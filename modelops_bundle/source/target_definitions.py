"""Calibration targets: functions decorated `calibration_target(model_output=…, data={…}, name=…, …)`."""

import ast
from collections.abc import Iterable, Iterator

from modelops_bundle.source.blocks import Function, statements
from modelops_bundle.source.decorators import TARGET, Decorator, decorators_of, spelled
from modelops_bundle.source.dotted_names import dotted_name, source_text
from modelops_bundle.source.facts import TargetDefinition
from modelops_bundle.source.literals import MAX_DEPTH, Literals
from modelops_bundle.source.module_scope import ModuleScope

_POSITIONAL = ("model_output", "data")


def targets_of(body: Iterable[ast.stmt], scope: ModuleScope, literals: Literals) -> tuple[TargetDefinition, ...]:
    """Return the targets among the functions of a module, and those whose decorator another file explains."""
    found: dict[str, TargetDefinition] = {}
    for statement, _ in statements(body):
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            found.pop(statement.name, None)
            for decorator in decorators_of(statement, scope):
                if decorator.kind == TARGET or _may_be_one(decorator):
                    found[statement.name] = _Arguments(decorator, scope, literals).target(statement, decorator)
    return tuple(found.values())


def _may_be_one(decorator: Decorator) -> bool:
    keywords = decorator.call.keywords if decorator.call else []
    return decorator.imported and any(each.arg in _POSITIONAL for each in keywords)


class _Arguments:
    """The arguments of one decorator; what cannot be told of them is noted in `unread`."""

    def __init__(self, decorator: Decorator, scope: ModuleScope, literals: Literals) -> None:
        call = decorator.call
        self._given: dict[str, ast.expr] = dict(zip(_POSITIONAL, call.args, strict=False)) if call else {}
        self._given |= {each.arg: each.value for each in call.keywords if each.arg} if call else {}
        self._scope = scope
        self._literals = literals
        self._unread: list[str] = []
        if call:
            self._unread += [f"**{source_text(each.value)}" for each in call.keywords if each.arg is None]

    def target(self, function: Function, decorator: Decorator) -> TargetDefinition:
        return TargetDefinition(
            function=function.name,
            line=function.lineno,
            name=self._text("name", function.name),
            model_output=self._text("model_output", function.name),
            data=self._texts("data"),
            weight=self._weight(),
            labels=self._texts("labels", keyed=True),
            decorator=decorator.name,
            unread=tuple(self._unread),
        )

    def _text(self, argument: str, default: str) -> str:
        value = self._given.get(argument)
        if value is None or _is_none(value):
            return default
        if self._literals.text(value) is None:
            self._miss(argument, value)
        return spelled(value, self._literals)

    def _weight(self) -> float | None:
        value = self._given.get("weight")
        if value is None or _is_none(value):
            return None
        number = self._literals.number(value)
        if number is None:
            self._miss("weight", value)
        return None if number is None else float(number)

    def _texts(self, argument: str, *, keyed: bool = False) -> tuple[str, ...]:
        """Return the texts in a mapping or a sequence; if `keyed`, those of a mapping as `key=value`."""
        value = self._given.get(argument)
        if value is None or _is_none(value):
            return ()
        texts = self._collected(argument, value, set(), MAX_DEPTH)
        return tuple(dict.fromkeys(f"{key}={text}" if keyed and key else text for key, text in texts))

    def _collected(
        self, argument: str, value: ast.expr, followed: set[str], depth: int
    ) -> Iterator[tuple[str, str]]:
        """Yield texts with their keys, if they have any; a constant that holds several is looked into once."""
        name = value.id if isinstance(value, ast.Name) else ""
        inside = _inside(self._scope.constant(name) or value, self._literals)
        if inside is not None and depth:
            again = name in followed
            followed |= {name} - {""}
            for key, each in () if again else inside:
                for below, found in self._collected(argument, each, followed, depth - 1):
                    yield key or below, found
        elif (text := self._literals.text(value)) is not None:
            yield "", text
        else:
            self._miss(argument, value)

    def _miss(self, argument: str, value: ast.expr) -> None:
        self._unread.append(f"{argument}={source_text(value)}")


def _inside(value: ast.expr, literals: Literals) -> list[tuple[str, ast.expr]] | None:
    """Return keys and expressions of a mapping, or the expressions of a sequence; None for what is neither."""
    match value:
        case ast.Dict(keys=keys, values=values):
            return [(spelled(key, literals) if key else "", each) for key, each in zip(keys, values, strict=True)]
        case ast.Call(func=function, args=[], keywords=keywords) if dotted_name(function) == "dict":
            return [(keyword.arg or "", keyword.value) for keyword in keywords]
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return [("", element) for element in elements]
    return None


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
