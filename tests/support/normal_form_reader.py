"""Read a normal form back into what it tells of the program: the proof that it tells all of it."""

import ast
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from modelops_bundle.source.normal_form import normal_form
from modelops_bundle.source.syntax import parse_source

Node = dict[str, Any]
"""The fields of a node, and its kind as `""`. A constant is its type and its text."""

_WORD = re.compile(r"[A-Za-z_]+")
_NUMBER = re.compile(r"-?\d+")
_LITERAL = re.compile(r"([a-z]|True|False|None|Ellipsis)(\S*)")
_MEANINGLESS = {"ctx", "kind", "type_comment"}


def form(source: str | bytes) -> str:
    """Return the normal form of a Python file without faults."""
    parsed = parse_source(source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass"), "a.py")
    assert parsed.fault is None, parsed.fault
    return normal_form(parsed)


class _Reader:
    def __init__(self, form: str) -> None:
        self.form = form
        self.at = 0
        self.nodes: list[Node] = [{}]

    def take(self, pattern: re.Pattern[str]) -> re.Match[str]:
        match = pattern.match(self.form, self.at)
        assert match, self.form[self.at : self.at + 50]
        self.at = match.end()
        return match

    def skip(self, text: str) -> bool:
        found = self.form.startswith(text, self.at)
        self.at += len(text) * found
        return found

    def text(self, length: int) -> str:
        self.at += length
        return self.form[self.at - length : self.at]

    def node(self) -> Node:
        self.nodes.append({})
        return self.nodes[-1]

    def field(self) -> object:
        if self.skip("*"):
            return self.node()
        if self.skip("["):
            return list(iter(self.item, "]"))
        if self.form[self.at].isalpha():
            return {"": self.take(_WORD)[0]}
        number = int(self.take(_NUMBER)[0])
        return self.text(number) if self.skip(":") else number

    def item(self) -> object:
        """Return the next item of a list, or `]` at its end."""
        if self.skip("]"):
            return "]"
        if self.skip("*"):
            return self.node()
        if self.skip("-"):
            return None
        if self.form[self.at].isalpha():
            word = self.take(_WORD)[0]
            assert self.skip(",")
            return {"": word}
        length = int(self.take(_NUMBER)[0])
        assert self.skip(":")
        return (self.text(length),)

    def literal(self) -> tuple[str, str]:
        if self.skip("s"):
            length = int(self.take(_NUMBER)[0])
            assert self.skip(":")
            return _constant(self.text(length))
        kind, rest = self.take(_LITERAL).groups()
        if kind == "i":
            return _constant(int(rest, 16))
        if kind == "f":
            return _constant(float.fromhex(rest))
        if kind == "b":
            return _constant(bytes.fromhex(rest))
        if kind == "c":
            return _constant(complex(*map(float.fromhex, rest.split(","))))
        return _constant({"True": True, "False": False, "None": None, "Ellipsis": ...}[kind])

    def record(self, node: Node) -> None:
        node[""] = self.take(_WORD)[0]
        if self.skip("="):
            node["value"] = self.literal()
        while self.skip("."):
            name = self.take(_WORD)[0]
            assert self.skip("=")
            node[name] = self.field()
        if node[""] == "Expr" and isinstance(node["value"], list):
            node["value"] = node["value"][0][0].split()
        assert self.skip("\n"), self.form[self.at : self.at + 50]


def read_back(form: str) -> Node:
    """Return the tree that the normal form of a Python file tells."""
    reader = _Reader(form)
    for node in reader.nodes:
        reader.record(node)
    assert reader.at == len(form)
    return reader.nodes[0]


def simplified(tree: ast.Module) -> Node:
    """Return what `read_back` must return for the normal form of a tree."""
    root: Node = {}
    waiting: list[tuple[Node, Any]] = [(root, tree)]

    def told(value: Any) -> object:
        if isinstance(value, ast.AST):
            waiting.append(({}, value))
            return waiting[-1][0]
        return value

    while waiting:
        into, node = waiting.pop()
        into[""] = type(node).__name__
        for name, value in ast.iter_fields(node):
            if isinstance(node, ast.Constant | ast.MatchSingleton) and name == "value":
                into[name] = _constant(value)
            elif isinstance(node, ast.Expr) and isinstance(value, ast.Constant) and isinstance(value.value, str):
                into[name] = value.value.split()
            elif value and name not in _MEANINGLESS:
                if isinstance(node, ast.Delete):
                    value = list(_deleted(value))
                if type(node).__name__ in ("JoinedStr", "TemplateStr"):
                    value = list(_joined(value))
                if isinstance(value, list):
                    # An item that is text is told from `]` by a tuple around it.
                    into[name] = [(item,) if isinstance(item, str) else told(item) for item in value]
                else:
                    into[name] = told(value)
    return root


def _deleted(targets: list[ast.expr]) -> Iterator[ast.expr]:
    for target in targets:
        if isinstance(target, ast.Tuple | ast.List):
            yield from _deleted(target.elts)
        else:
            yield target


def _joined(values: list[Any]) -> Iterator[object]:
    for is_text, group in groupby(values, lambda value: isinstance(value, ast.Constant)):
        if is_text:
            yield "".join(constant.value for constant in group)
        else:
            yield from group


def _constant(value: object) -> tuple[str, str]:
    # Python refuses to write huge numbers in decimal.
    return type(value).__name__, hex(value) if type(value) is int else repr(value)
