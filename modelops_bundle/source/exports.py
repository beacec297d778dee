"""The names in `__all__`: what `from … import *` brings, modules of a package among them."""

import ast
from collections.abc import Iterator

from modelops_bundle.source.syntax import Parsed

_EXPORTS = "__all__"
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BLOCKS = (ast.stmt, ast.ExceptHandler, ast.match_case)


def exports_of(parsed: Parsed) -> tuple[str, ...]:
    """Return the names that a file puts into `__all__` as literals; empty where it has none."""
    found = [text for cell in parsed.cells for value in _values(cell) for text in _texts(value)]
    return tuple(dict.fromkeys(found))


def _values(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield what is assigned or added to `__all__` at module level, in conditions and `try` too."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Assign(targets=targets, value=value) if any(map(_is_exports, targets)):
                yield value
            case ast.AnnAssign(target=target, value=ast.expr() as value) if _is_exports(target):
                yield value
            case ast.AugAssign(target=target, value=value) if _is_exports(target):
                yield value
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr="append" | "extend"), args=values)):
                yield from values if _is_exports(owner) else ()
            case _ if not isinstance(node, _SCOPES):
                waiting += [child for child in ast.iter_child_nodes(node) if isinstance(child, _BLOCKS)][::-1]


def _is_exports(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == _EXPORTS


def _texts(value: ast.expr) -> Iterator[str]:
    """Yield the texts of a literal, or of those parts of a sum that are literals."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.BinOp):
            waiting += [node.right, node.left]
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            waiting += node.elts[::-1]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
