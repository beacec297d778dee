"""The imports of a source file, wherever in it they stand: in functions, conditions, under `TYPE_CHECKING` too.

A module that is imported by a name computed at run time is not seen.
"""

import ast
from collections.abc import Iterator

from modelops_bundle.source.facts import ImportStatement
from modelops_bundle.source.syntax import Parsed

_IMPORT_MODULE = "import_module"
_OWN_PACKAGE = frozenset({"__package__", "__name__"})
"""What a file calls the package that it lies in; `__name__` is that in an `__init__.py`."""
_LEVEL, _FROM_LIST = 4, 3
"""Where `__import__` takes these arguments."""

_Spelled = tuple[str, int, tuple[str, ...]]
"""Module, level and names, as in ImportStatement."""


def imports_of(parsed: Parsed) -> tuple[ImportStatement, ...]:
    """Return the imports of a file in the order in which they stand.

    A call of `importlib.import_module` or `__import__` is one if what it names is spelled as a literal, and
    relative to a literal or to the file's own package.
    """
    nodes = [_sorted_nodes(cell) for cell in parsed.cells]
    functions = {_IMPORT_MODULE} | {name for cell in nodes for node in cell for name in _names_of_function(node)}
    return tuple(
        ImportStatement(module, node.lineno, level, names, number if parsed.notebook else 0)
        for number, cell in enumerate(nodes, 1)
        for node in cell
        for module, level, names in _spelled(node, functions)
    )


def _sorted_nodes(tree: ast.Module) -> list[ast.Import | ast.ImportFrom | ast.Call]:
    """Return what may import, in the order of the source; no source is too deeply nested."""
    found: list[ast.Import | ast.ImportFrom | ast.Call] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Call):
            found.append(node)
        for value in vars(node).values():
            if isinstance(value, ast.AST):
                waiting.append(value)
            elif isinstance(value, list):
                waiting.extend(item for item in value if isinstance(item, ast.AST))
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def _names_of_function(node: ast.AST) -> Iterator[str]:
    """Yield what a file calls `import_module`, where it imports it under another name."""
    if isinstance(node, ast.ImportFrom) and node.module == "importlib":
        yield from (alias.asname for alias in node.names if alias.name == _IMPORT_MODULE and alias.asname)


def _spelled(node: ast.Import | ast.ImportFrom | ast.Call, functions: set[str]) -> Iterator[_Spelled]:
    if isinstance(node, ast.Import):
        yield from ((alias.name, 0, ()) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield node.module or "", node.level, tuple(alias.name for alias in node.names)
    else:
        called = _called(node, functions)
        if called and (called[0] or called[1]):
            yield called


def _called(call: ast.Call, functions: set[str]) -> _Spelled | None:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else _name(function)
    if name in functions:
        return _import_module(call)
    return _dunder_import(call) if name == "__import__" else None


def _import_module(call: ast.Call) -> _Spelled | None:
    name, package = _argument(call, 0, "name"), _argument(call, 1, "package")
    text = _text(name)
    if text is None:
        return None
    module = text.lstrip(".")
    level = len(text) - len(module)
    if not level:
        return module, 0, ()
    if _name(package) in _OWN_PACKAGE:
        return module, level, ()
    above = (_text(package) or "").split(".")
    if level > len(above) or not above[0]:
        return None
    return ".".join([*above[: len(above) - level + 1], *([module] if module else [])]), 0, ()


def _dunder_import(call: ast.Call) -> _Spelled | None:
    module, level = _text(_argument(call, 0, "name")), _argument(call, _LEVEL, "level")
    if module is None:
        return None
    names = _argument(call, _FROM_LIST, "fromlist")
    listed = names.elts if isinstance(names, ast.List | ast.Tuple) else []
    number = level.value if isinstance(level, ast.Constant) and type(level.value) is int else 0
    return module, max(number, 0), tuple(text for item in listed if (text := _text(item)))


def _argument(call: ast.Call, position: int, keyword: str) -> ast.expr | None:
    if position < len(call.args):
        return call.args[position]
    return next((item.value for item in call.keywords if item.arg == keyword), None)


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _name(node: ast.expr | None) -> str:
    return node.id if isinstance(node, ast.Name) else ""
