"""The statements that run when a module is imported, or the body of a class or function is executed."""

import ast
from collections.abc import Iterable, Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef
_Step = tuple[ast.stmt, bool]


def statements(body: Iterable[ast.stmt]) -> Iterator[_Step]:
    """Yield the statements of a body, those in `if`, `try`, `with`, loops and `match` too, in source order.

    Each comes with whether it is an alternative, as those of `else` and `except` are: it runs instead of some
    that stand before it. What follows `if __name__ == "__main__":` does not run on import, and is left out.
    """
    waiting: list[_Step] = [(statement, False) for statement in body][::-1]
    while waiting:
        statement, alternative = waiting.pop()
        yield statement, alternative
        inside = [(below, alternative or other) for block, other in _blocks(statement) for below in block]
        waiting += inside[::-1]


def _blocks(statement: ast.stmt) -> Iterator[tuple[list[ast.stmt], bool]]:
    match statement:
        case ast.If():
            if not _is_main(statement.test):
                yield statement.body, False
            yield statement.orelse, True
        case ast.Try() | ast.TryStar():
            yield statement.body, False
            for handler in statement.handlers:
                yield handler.body, True
            yield statement.orelse, False
            yield statement.finalbody, False
        case ast.With() | ast.AsyncWith():
            yield statement.body, False
        case ast.For() | ast.AsyncFor() | ast.While():
            yield statement.body, False
            yield statement.orelse, False
        case ast.Match():
            for number, case in enumerate(statement.cases):
                yield case.body, number > 0


def _is_main(test: ast.expr) -> bool:
    match test:
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant("__main__")]):
            return True
    return False
