"""Statements are compared by meaning, taken apart into blocks, and shown on one line."""

import ast

import pytest

from modelops_bundle.changes.statements import (
    blocks_of,
    head_shape,
    line_of,
    names_bound,
    shape_of,
    source_line,
    without_notes,
)
from modelops_bundle.source.syntax import parse_source


def statement(source: str) -> ast.stmt:
    return ast.parse(source).body[0]


@pytest.mark.parametrize(
    ("source", "line", "blocks"),
    [
        ("x=1", "x = 1", []),
        ("@d\nasync def f(a,*,b=2)->int:\n  'doc'\n  x", "async def f(a, *, b=2) -> int:", ["body"]),
        ("@d\nclass A(B,k=1):\n  x=1", "class A(B, k=1):", ["body"]),
        ("if a: x\nelif b: y\nelse: z", "if a:", ["body", "orelse"]),
        ("for i in r:\n  x", "for i in r:", ["body", "orelse"]),
        ("while a: x", "while a:", ["body", "orelse"]),
        ("with o as f: x", "with o as f:", ["body"]),
        ("try: x\nexcept E as e: y\nexcept: z", "try:", ["body", "handlers", "orelse", "finalbody"]),
        ("match x:\n  case 1: a\n  case _: b", "match x:", ["cases"]),
    ],
)
def test_line_and_blocks(source: str, line: str, blocks: list[str]) -> None:
    found = statement(source)
    assert (source_line(found), list(blocks_of(found))) == (line, blocks)


def test_the_head_of_a_statement_is_all_but_its_blocks() -> None:
    head = head_shape(statement("if a:\n  x"))
    assert head == head_shape(statement("if a:\n  y\n  z"))
    assert head != head_shape(statement("if b:\n  x"))
    assert head_shape(statement("try: x\nexcept E: y")) == head_shape(statement("try: a\nexcept F: b"))


@pytest.mark.parametrize(
    ("source", "line", "number"),
    [
        ("try: x\nexcept E as e: y", "except E as e:", 2),
        ("match x:\n  case [1, *_] if y: a", "case [1, *_] if y:", 2),
    ],
)
def test_handlers_and_cases_are_statements_of_a_block(source: str, line: str, number: int) -> None:
    blocks = blocks_of(statement(source))
    (found,) = blocks.get("handlers") or blocks["cases"]
    assert (source_line(found), line_of(found), list(blocks_of(found))) == (line, number, ["body"])
    assert head_shape(found) != shape_of(found)


def test_looking_at_the_head_leaves_a_statement_as_it_is() -> None:
    found = statement("try: x\nexcept E: y\nelse: z")
    before = ast.dump(found)
    head_shape(found), source_line(found)
    assert ast.dump(found) == before


def test_formatting_is_no_part_of_the_shape() -> None:
    assert shape_of(statement("x = f( 1,2 )  # note")) == shape_of(statement("x = f(1, 2)"))
    assert shape_of(statement("x = 1")) != shape_of(statement("x = 1.0"))


@pytest.mark.parametrize(
    ("source", "names"),
    [("a = b = 1", ["a", "b"]), ("a, b = 1, 2", ["a", "b"]), ("a: int = 1", ["a"]), ("a += 1", ["a"])],
)
def test_names_bound_by_assignments(source: str, names: list[str]) -> None:
    assert names_bound(statement(source)) == names


@pytest.mark.parametrize("source", ["a.b = 1", "a[0] = 1", "a, b.c = 1, 2", "f()"])
def test_other_statements_bind_no_plain_names(source: str) -> None:
    assert not names_bound(statement(source))


def test_a_deeply_nested_expression_has_a_shape_and_is_not_shown() -> None:
    one: ast.expr = ast.Constant(1)
    for _ in range(5000):
        one = ast.BinOp(one, ast.Add(), ast.Constant(1))
    assert shape_of(ast.Expr(one)) != shape_of(ast.Expr(ast.BinOp(one, ast.Add(), ast.Constant(1))))
    assert source_line(ast.Expr(one)) == "…"


def test_without_docstrings() -> None:
    one, other, third = (
        without_notes(parse_source(source.encode(), "a.py"))
        for source in (
            "'One.'\nclass A:\n    'Two.'\n    x = 1\n    'Three.'\n    def f(self):\n        'Four.'\n",
            "class A:\n    x = 1\n    def f(self):\n        'x'\n",
            "class A:\n    x = 'Three.'\n    def f(self):\n        'x'\n",
        )
    )
    assert one == other != third
