"""Values that source spells out: numbers with simple arithmetic, texts, paths, and names of such constants."""

import ast
import math
import operator
from collections.abc import Callable, Mapping

from modelops_bundle.source.dotted_names import dotted_name, last_part
from modelops_bundle.source.module_scope import ModuleScope

Number = int | float

MAX_DEPTH = 50
"""How deeply expressions and constants may lead to others; people nest three or four."""
MAX_BITS = 1024
"""The largest integers: a power of two small ones can take all memory."""
MAX_LENGTH = 10_000
"""The most characters of a text."""

_SIGNS: Mapping[type[ast.unaryop], Callable[[Number], Number]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
_OPERATIONS: Mapping[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_PATHS = frozenset({"Path", "PurePath", "PosixPath", "PurePosixPath", "join"})


class Literals:
    """The values of a file's expressions, as far as they can be told without running it: None where not.

    Constants of the same file are followed, each evaluated once, however often others use it.
    """

    def __init__(self, scope: ModuleScope) -> None:
        self._scope = scope
        self._numbers: dict[str, Number | None] = {}
        self._texts: dict[str, str | None] = {}

    def number(self, node: ast.expr | None, depth: int = MAX_DEPTH) -> Number | None:
        """Return the finite number that an expression stands for; truth values are none."""
        match node:
            case _ if depth == 0:
                return None
            case ast.Constant(value=value):
                return _bounded(value)
            case ast.UnaryOp(op=sign, operand=operand) if type(sign) in _SIGNS:
                value = self.number(operand, depth - 1)
                return None if value is None else _SIGNS[type(sign)](value)
            case ast.BinOp(left=left, op=operation, right=right):
                return _calculated(self.number(left, depth - 1), operation, self.number(right, depth - 1))
            case ast.Name(id=name):
                if name not in self._numbers:
                    self._numbers[name] = None  # what a constant is while it depends on itself
                    self._numbers[name] = self.number(self._scope.constant(name), depth - 1)
                return self._numbers[name]
        return None

    def text(self, node: ast.expr | None, depth: int = MAX_DEPTH) -> str | None:
        """Return the text that an expression stands for; a path with '/'."""
        match node:
            case _ if depth == 0:
                return None
            case ast.Constant(value=str(value)):
                return value[:MAX_LENGTH]
            case ast.BinOp(left=left, op=ast.Add() | ast.Div() as operation, right=right):
                return self._joined("/" if isinstance(operation, ast.Div) else "", [left, right], depth)
            case ast.JoinedStr(values=values):
                return self._joined("", [_plain(each) for each in values], depth)
            case ast.Call(func=function, args=arguments, keywords=[]):
                name = last_part(self._scope.spelled_out(dotted_name(function)))
                if name in _PATHS:
                    return self._joined("/", arguments, depth)
                return self._joined("", arguments, depth) if name == "str" else None
            case ast.Name(id=name):
                if name not in self._texts:
                    self._texts[name] = None
                    self._texts[name] = self.text(self._scope.constant(name), depth - 1)
                return self._texts[name]
        return None

    def _joined(self, separator: str, nodes: list[ast.expr], depth: int) -> str | None:
        texts = [self.text(node, depth - 1) for node in nodes]
        joined = separator.join(text for text in texts if text is not None)
        return joined if None not in texts and len(joined) <= MAX_LENGTH else None


def _bounded(value: object) -> Number | None:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value.bit_length() <= MAX_BITS else None
    return None


def _calculated(left: Number | None, operation: ast.operator, right: Number | None) -> Number | None:
    calculate = _OPERATIONS.get(type(operation))
    if left is None or right is None or calculate is None:
        return None
    if calculate is operator.pow and isinstance(left, int) and abs(right) * left.bit_length() > MAX_BITS:
        return None
    try:
        return _bounded(calculate(left, right))
    except ArithmeticError:
        return None


def _plain(part: ast.expr) -> ast.expr:
    """Return what a part of an f-string inserts, if it does so without a conversion or format."""
    match part:
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return value
    return part
