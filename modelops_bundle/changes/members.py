"""The parts of a module or class: functions, classes, constants, imports, and the statements between them."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from modelops_bundle.changes.statements import (
    Definition,
    Statement,
    is_note,
    line_of,
    names_bound,
    shape_of,
)
from modelops_bundle.source.blocks import Function

Key = tuple[str, str, int]
"""What is one member in two versions: group, name, and how many of that name stand before it."""


@dataclass(frozen=True, slots=True)
class Member:
    """A part of a module or class; `name` is qualified, of an import the name that it binds."""

    kind: str
    name: str
    statement: Statement
    shape: str
    text: str = ""

    @property
    def line(self) -> int:
        return line_of(self.statement)


def members_of(body: Iterable[Statement], owner: str = "") -> dict[Key, Member]:
    """Return the members in the order in which they stand; `owner` is the name of the class, if it is one."""
    found: dict[Key, Member] = {}
    for member in _members(body, owner):
        group = "definition" if isinstance(member.statement, Definition) else member.kind
        name = member.name if member.name else member.shape
        number = 0
        while (group, name, number) in found:
            number += 1
        found[group, name, number] = member
    return found


def kind_of(statement: Statement, owner: str = "") -> str:
    """Return what a statement is called where it stands in a module, or in the class `owner`."""
    if isinstance(statement, Function):
        return "method" if owner else "function"
    if isinstance(statement, ast.ClassDef):
        return "class"
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return "import"
    if names_bound(statement):
        return "attribute" if owner else "constant"
    return "docstring" if is_note(statement) else "statement"


def name_of(statement: Statement) -> str:
    """Return the name that a statement gives to something, empty where it names nothing."""
    if isinstance(statement, Definition):
        return statement.name
    return ", ".join(names_bound(statement))


def imported(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Yield each name that an import brings, and the import of that name alone."""
    begin = "import "
    if isinstance(statement, ast.ImportFrom):
        begin = f"from {'.' * statement.level}{statement.module or ''} import "
    for alias in statement.names:
        renamed = f" as {alias.asname}" if alias.asname else ""
        yield alias.asname or alias.name, f"{begin}{alias.name}{renamed}"


def _members(body: Iterable[Statement], owner: str) -> Iterator[Member]:
    inside = f"{owner}." if owner else ""
    before = owner or "module"
    for statement in body:
        kind = kind_of(statement, owner)
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for name, text in imported(statement):
                yield Member(kind, name if name != "*" else text, statement, text, text)
            continue
        name = before if kind == "docstring" else inside + name_of(statement) if name_of(statement) else ""
        yield Member(kind, name, statement, shape_of(statement))
        if kind in ("constant", "attribute"):
            before = name
