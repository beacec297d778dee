"""Blocks are compared statement by statement, as far inside as statements can be told apart."""

import ast

import pytest

from modelops_bundle.changes.statement_pairs import statement_changes
from modelops_bundle.changes.statements import source_line


def changes(old: str, new: str) -> list[tuple[str | None, str | None]]:
    pairs = statement_changes(ast.parse(old).body, ast.parse(new).body)
    return [(source_line(was) if was else None, source_line(now) if now else None) for was, now in pairs]


def test_equal_blocks_have_no_changes() -> None:
    assert changes("x = 1\nif a:\n  y", "x=1  # note\nif (a):\n    y") == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("x = 1\ny = 2", "x = 1\ny = 3", [("y = 2", "y = 3")]),
        ("x = 1\ny = 2", "y = 2", [("x = 1", None)]),
        ("x = 1", "x = 1\ny = 2", [(None, "y = 2")]),
        ("x = 1\ny = 2", "w = 0\nx = 9\ny = 2", [(None, "w = 0"), ("x = 1", "x = 9")]),
        ("return x", "raise x", [("return x", None), (None, "raise x")]),
        ("return x", "return y", [("return x", "return y")]),
        ("f(1)\ng(1)\nh(1)", "f(2)\nh(2)", [("f(1)", "f(2)"), ("g(1)", None), ("h(1)", "h(2)")]),
    ],
)
def test_statements(old: str, new: str, expected: list[tuple[str | None, str | None]]) -> None:
    assert changes(old, new) == expected


def test_inside_of_compound_statements() -> None:
    old = "for i in r:\n  if a:\n    x = 1\n  else:\n    y = 1\n  z = 1"
    assert changes(old, old.replace("y = 1", "y = 2")) == [("y = 1", "y = 2")]


def test_the_head_and_the_inside_of_a_compound_statement() -> None:
    old = "if a:\n  x = 1\n  y = 1"
    assert changes(old, "if b:\n  x = 1\n  y = 2") == [("if a:", "if b:"), ("y = 1", "y = 2")]


def test_handlers_and_cases() -> None:
    old = "try:\n  x\nexcept A:\n  y = 1\nmatch m:\n  case 1:\n    z = 1"
    new = old.replace("y = 1", "y = 2").replace("z = 1", "z = 2")
    assert changes(old, new) == [("y = 1", "y = 2"), ("z = 1", "z = 2")]
    assert changes(old, old.replace("except A", "except B")) == [("except A:", "except B:")]
    assert changes(old, old.replace("case 1", "case 2")) == [("case 1:", "case 2:")]
    assert changes(old, f"{old}\n  case _:\n    w") == [(None, "case _:")]


def test_definitions_are_not_looked_into() -> None:
    assert changes("def f():\n  return 1", "def f():\n  return 2") == [("def f():", "def f():")]
