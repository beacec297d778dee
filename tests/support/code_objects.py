"""Whether two programs do the same, by what Python compiles them to."""

import ast
import inspect
from collections.abc import Iterator
from types import CodeType

_COMPARED = (
    *("co_name", "co_qualname", "co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_flags", "co_code"),
    *("co_names", "co_varnames", "co_freevars", "co_cellvars", "co_exceptiontable"),
)
"""All but the file's name and where lines begin."""


def compiled(tree: ast.Module) -> CodeType:
    """Compile a tree; raise SyntaxError when it is no program, such as one with a `return` outside functions."""
    return compile(tree, "", "exec", dont_inherit=True)


def same_code(one: CodeType, other: CodeType) -> bool:
    """Tell whether two code objects, and those within them, differ in nothing but lines."""
    return list(_parts(one)) == list(_parts(other))


def _parts(code: CodeType) -> Iterator[object]:
    for name in _COMPARED:
        yield getattr(code, name)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _parts(constant)
        else:
            # 1 == 1.0 == True and 0.0 == -0.0, but their texts differ; sets have no order.
            members = sorted(map(repr, constant)) if isinstance(constant, frozenset) else ()
            yield type(constant), members or repr(constant)


def same_program(one: str, other: str) -> bool:
    """Tell whether two sources compile to the same code, wherever their lines are and their docstrings indented.

    Lines must be taken away first: jumps and no-ops depend on them. Docstrings are compared as
    `inspect.cleandoc` leaves them, without blanks at the ends of lines and blank lines around.
    """
    return same_code(*(compiled(_without_layout(ast.parse(source))) for source in (one, other)))


def _without_layout(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(
            node, ast.stmt | ast.expr | ast.excepthandler | ast.arg | ast.keyword | ast.alias | ast.pattern
        ):
            node.lineno = node.end_lineno = 1
            node.col_offset = node.end_col_offset = 0
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node, clean=False)
            if text is not None:
                lines = inspect.cleandoc(text).splitlines()
                node.body[0] = ast.Expr(ast.Constant("\n".join(map(str.rstrip, lines)).strip("\n")))
    return ast.fix_missing_locations(tree)
