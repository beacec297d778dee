"""Dotted names in expressions."""

import ast

import pytest

from modelops_bundle.source.dotted_names import MAX_TEXT, dotted_name, join_names, last_part, source_text


def expression(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body


@pytest.mark.parametrize(
    ("source", "name"),
    [
        *(("BaseModel", "BaseModel"), ("cb.models.BaseModel", "cb.models.BaseModel")),
        *(("BaseModel[int]", "BaseModel"), ("cb.Generic[K, V]", "cb.Generic"), ("A[int][str]", "A")),
        *(("make()", ""), ("make().Base", ""), ("table[0].Base", ""), ("A if x else B", ""), ("'A'", "")),
    ],
)
def test_a_dotted_name_loses_its_subscripts(source: str, name: str) -> None:
    assert dotted_name(expression(source)) == name


@pytest.mark.parametrize(
    ("first", "rest", "joined"),
    [("a", "b.c", "a.b.c"), ("a", "", "a"), ("", "b", "b"), ("..", "b", "..b"), (".a", "b", ".a.b")],
)
def test_names_are_joined_as_imports_spell_them(first: str, rest: str, joined: str) -> None:
    assert join_names(first, rest) == joined


def test_the_last_part_of_a_name() -> None:
    assert [last_part(name) for name in ("a.b.c", "c", "..c", "")] == ["c", "c", "c", ""]


def test_source_is_kept_as_python_spells_it_but_bounded() -> None:
    assert source_text(expression("f( 'x' ,y )")) == "f('x', y)"
    assert len(source_text(expression("'" + "x" * 1000 + "'"))) == MAX_TEXT
    node: ast.expr = ast.Name("x")
    for _ in range(20_000):
        node = ast.UnaryOp(ast.USub(), node)
    assert source_text(node) == "…"
