"""The names that a file binds at module level, and what those stand for that only name something else."""

import ast
import builtins
from collections.abc import Iterable, Iterator

from modelops_bundle.source.blocks import statements
from modelops_bundle.source.dotted_names import dotted_name, join_names

_Bound = tuple[str, str, ast.expr | None]
"""A name, with the dotted name that an import gives it, or the expression that it is assigned."""


class ModuleScope:
    """What a file's names mean once it is imported: the last binding counts, and of alternatives the first.

    `bindings` and `names` are those of SourceFacts. `constants` are all other expressions that are assigned.
    `replaced` has what the name of a class stood for before it, as in `class Sim(Sim)`. With `stars`, other
    modules bring names that are not told here.
    """

    def __init__(self, body: Iterable[ast.stmt]) -> None:
        self.bindings: dict[str, str] = {}
        self.constants: dict[str, ast.expr] = {}
        self.replaced: dict[str, str] = {}
        self.names: set[str] = set()
        self.stars = False
        for statement, alternative in statements(body):
            self.stars |= isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*"
            for name, origin, value in _bound(statement):
                if not alternative or name not in self.names:
                    self._bind(name, origin, value, of_class=isinstance(statement, ast.ClassDef))

    def spelled_out(self, dotted: str) -> str:
        """Return a dotted name with its first part replaced by what that stands for in this file."""
        head, _, rest = dotted.partition(".")
        return join_names(self.bindings[head], rest) if head in self.bindings else dotted

    def is_imported(self, dotted: str) -> bool:
        """Tell whether another file may say what a name stands for."""
        head = dotted.partition(".")[0]
        return head in self.bindings or (self.stars and head not in self.names and not hasattr(builtins, head))

    def constant(self, name: str) -> ast.expr | None:
        """Return the expression that a module-level name was assigned, under whatever names."""
        return self.constants.get(self.bindings.get(name, name))

    def _bind(self, name: str, origin: str, value: ast.expr | None, *, of_class: bool) -> None:
        alias = "" if value is None or isinstance(value, ast.Subscript) else self.spelled_out(dotted_name(value))
        before = self.bindings.pop(name, "")
        self.constants.pop(name, None)
        self.names.add(name)
        if of_class and before:
            self.replaced[name] = before
        if origin:
            self.bindings[name] = origin
        elif alias and (before or alias != name):
            self.bindings[name] = alias
        elif value is not None and not alias:
            self.constants[name] = value


def _bound(statement: ast.stmt) -> Iterator[_Bound]:
    """Yield what a statement binds, but for the statements inside it."""
    match statement:
        case ast.Import(names=aliases):
            for alias in aliases:
                top = alias.name.partition(".")[0]
                yield (alias.asname, alias.name, None) if alias.asname else (top, top, None)
        case ast.ImportFrom(module=module, names=aliases, level=level):
            above = "." * level + (module or "")
            for alias in aliases:
                if alias.name != "*":
                    yield alias.asname or alias.name, join_names(above, alias.name), None
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _assigned(target, value)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, "", value
        case ast.AugAssign(target=target) | ast.For(target=target) | ast.AsyncFor(target=target):
            yield from ((name, "", None) for name in _names(target))
        case ast.With(items=items) | ast.AsyncWith(items=items):
            yield from ((name, "", None) for item in items for name in _names(item.optional_vars))
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name, "", None


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[_Bound]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, "", value
        case (ast.Tuple(elts=targets), ast.Tuple(elts=values)) if len(targets) == len(values):
            for each, its in zip(targets, values, strict=True):
                yield from _assigned(each, its)
        case _:
            yield from ((name, "", None) for name in _names(target))


def _names(target: ast.expr | None) -> Iterator[str]:
    """Yield the names among targets; those of attributes and items are bound elsewhere."""
    waiting = [target]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Tuple | ast.List):
            waiting += node.elts[::-1]
        elif isinstance(node, ast.Starred):
            waiting.append(node.value)
