"""Dotted names in expressions, and the text of an expression where its value cannot be told."""

import ast

MAX_TEXT = 200
"""The most characters of an expression that are kept as text."""


def dotted_name(node: ast.expr) -> str:
    """Return `a.b.c` for an expression that is one, subscripts at its end removed; '' for any other."""
    while isinstance(node, ast.Subscript):
        node = node.value
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def join_names(first: str, rest: str) -> str:
    """Return a name below another; the first may be dots alone, as in `from .. import rest`."""
    separator = "." if rest and first and not first.endswith(".") else ""
    return f"{first}{separator}{rest}"


def last_part(dotted: str) -> str:
    """Return what stands behind the last dot, or all of a plain name."""
    return dotted.rpartition(".")[2]


def source_text(node: ast.expr) -> str:
    """Return an expression as Python spells it, cut short."""
    return unparsed(node)[:MAX_TEXT]


def unparsed(node: ast.AST) -> str:
    """Return a node as Python spells it, '…' for one that is nested too deeply."""
    try:
        return ast.unparse(node)
    except RecursionError:
        return "…"
