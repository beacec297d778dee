"""Statements as things to compare: their normal form, the blocks inside them, and one line of source."""

import ast
from collections.abc import Sequence
from copy import copy
from typing import Any

from modelops_bundle.source.blocks import Function
from modelops_bundle.source.dotted_names import unparsed
from modelops_bundle.source.normal_form import normal_form
from modelops_bundle.source.syntax import Parsed

Definition = Function | ast.ClassDef
Statement = ast.stmt | ast.ExceptHandler | ast.match_case
"""What stands in a block: the handlers of a `try` and the cases of a `match` do, too."""
_BLOCKS = ("body", "handlers", "cases", "orelse", "finalbody")


def shape_of(*statements: Statement) -> str:
    """Return what statements that mean the same have in common."""
    return normal_form(Parsed((ast.Module(list(statements), []),)))  # type: ignore[arg-type]


def value_shape(value: ast.expr | None) -> str:
    """Return what expressions that mean the same have in common."""
    return shape_of(ast.Return(value))


def head_shape(statement: Statement) -> str:
    """Return the shape of a statement without what stands in its blocks."""
    return shape_of(_emptied(statement))


def blocks_of(statement: Statement) -> dict[str, list[Statement]]:
    """Return the blocks inside a statement by name; none of a simple one."""
    return {name: found for name in _BLOCKS if isinstance(found := getattr(statement, name, None), list)}


def line_of(statement: Statement) -> int:
    """Return the line in which a statement begins."""
    return statement.pattern.lineno if isinstance(statement, ast.match_case) else statement.lineno


def source_line(statement: Statement) -> str:
    """Return a statement as Python writes it: a simple one whole, of others the first line."""
    bare = _emptied(statement)
    if isinstance(bare, Definition):
        bare.decorator_list = []
    text = unparsed(bare).strip()
    return text.partition("\n")[0] if blocks_of(statement) else text


def value_text(value: ast.expr | None) -> str | None:
    """Return an expression as Python writes it."""
    return None if value is None else unparsed(value)


def is_note(statement: Statement) -> bool:
    """Tell whether a statement is but a string: a docstring, or one behind an attribute."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def without_notes(parsed: Parsed) -> str:
    """Return the normal form of a source without docstrings. Changes its trees."""
    waiting: list[Any] = list(parsed.cells)
    while waiting:
        node = waiting.pop()
        for name, block in blocks_of(node).items():
            kept = [each for each in block if not is_note(each)]
            setattr(node, name, kept)
            waiting += kept
    return normal_form(parsed)


def _emptied(statement: Statement) -> Statement:
    bare = copy(statement)
    for name in blocks_of(statement):
        setattr(bare, name, [])
    return bare


def names_bound(statement: Statement) -> Sequence[str]:
    """Return the names that an assignment of plain names binds; none for other statements."""
    match statement:
        case ast.Assign(targets=targets):
            pass
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            targets = [target]
        case _:
            return ()
    nodes = [each for target in targets for each in (target.elts if isinstance(target, ast.Tuple) else [target])]
    names = [node.id for node in nodes if isinstance(node, ast.Name)]
    return names if len(names) == len(nodes) else ()
