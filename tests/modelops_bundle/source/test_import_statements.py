"""Every import of a file is seen, however it is written and wherever it stands."""

import pytest

from modelops_bundle.source.facts import ImportStatement
from modelops_bundle.source.import_statements import imports_of
from modelops_bundle.source.syntax import parse_source
from tests.modelops_bundle.source.projects import notebook


def found(source: str) -> list[tuple[str, int, tuple[str, ...]]]:
    statements = imports_of(parse_source(source.encode(), "x.py"))
    return [(each.module, each.level, each.names) for each in statements]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import a", [("a", 0, ())]),
        ("import a.b.c as d", [("a.b.c", 0, ())]),
        ("import b, a.c", [("b", 0, ()), ("a.c", 0, ())]),
        ("from a import b", [("a", 0, ("b",))]),
        ("from a import (\n  b as c,\n  d,\n)", [("a", 0, ("b", "d"))]),
        ("from a import *", [("a", 0, ("*",))]),
        ("from . import x", [("", 1, ("x",))]),
        ("from .a import x", [("a", 1, ("x",))]),
        ("from ...a.b import x", [("a.b", 3, ("x",))]),
        ("", []),
        ("imports = 'import a'", []),
    ],
)
def test_a_statement_is_read_as_it_is_spelled(
    source: str, expected: list[tuple[str, int, tuple[str, ...]]]
) -> None:
    assert found(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    {}",
        "async def f():\n    {}",
        "class C:\n    {}",
        "class C:\n    def f(self):\n        {}",
        "if False:\n    {}",
        "if a:\n    pass\nelse:\n    {}",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {}",
        "try:\n    {}\nexcept ImportError:\n    pass",
        "try:\n    pass\nexcept ImportError:\n    {}",
        "try:\n    pass\nfinally:\n    {}",
        "while True:\n    {}",
        "for a in b:\n    {}",
        "with a:\n    {}",
        "match a:\n    case 1:\n        {}",
    ],
)
def test_a_statement_is_found_wherever_it_stands(source: str) -> None:
    assert ("a.b", 0, ("c",)) in found(source.format("from a.b import c"))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("importlib.import_module('a.b')", ("a.b", 0, ())),
        ("import_module(name='a.b')", ("a.b", 0, ())),
        ("x = f(importlib.import_module('a').g())", ("a", 0, ())),
        ("importlib.import_module('.b', package='a')", ("a.b", 0, ())),
        ("importlib.import_module('..b.c', 'a.d')", ("a.b.c", 0, ())),
        ("importlib.import_module('.', 'a')", ("a", 0, ())),
        ("importlib.import_module('.b', __package__)", ("b", 1, ())),
        ("importlib.import_module('..b', package=__package__)", ("b", 2, ())),
        ("importlib.import_module('.b', __name__)", ("b", 1, ())),
        ("from importlib import import_module as load\nload('a')", ("a", 0, ())),
        ("__import__('a.b')", ("a.b", 0, ())),
        ("__import__('a', fromlist=['b', 'c'])", ("a", 0, ("b", "c"))),
        ("__import__('a', globals(), locals(), ('b',), 1)", ("a", 1, ("b",))),
        ("__import__('', globals(), level=1, fromlist=['b'])", ("", 1, ("b",))),
        ("builtins.__import__('a')", ("a", 0, ())),
    ],
)
def test_a_call_that_imports_what_it_spells_out_is_an_import(
    source: str, expected: tuple[str, int, tuple[str, ...]]
) -> None:
    assert expected in found(source)


@pytest.mark.parametrize(
    "source",
    [
        "importlib.import_module(name)",
        "importlib.import_module(f'a.{b}')",
        "importlib.import_module(*names)",
        "importlib.import_module()",
        "importlib.import_module('')",
        "importlib.import_module(b'a')",
        "importlib.import_module('.b')",
        "importlib.import_module('.b', a.__name__)",
        "importlib.import_module('...b', 'a')",
        "importlib.import_module('.b', '')",
        "__import__(name)",
        "__import__('')",
        "load('a')",
        "import_module",
    ],
)
def test_a_call_whose_module_is_not_spelled_out_is_none(source: str) -> None:
    assert found(source) == []


def test_imports_come_in_the_order_of_the_source_with_their_lines() -> None:
    source = "import a; import b\n\ndef f():\n    import d\n    __import__('e')\n\nimport c\n"
    statements = imports_of(parse_source(source.encode(), "x.py"))
    assert [(each.module, each.line) for each in statements] == [("a", 1), ("b", 1), ("d", 4), ("e", 5), ("c", 7)]
    assert {each.cell for each in statements} == {0}


def test_imports_of_a_notebook_name_their_cell_and_the_line_in_it() -> None:
    data = notebook("import a", "from importlib import import_module as load\n", "x = 1\nload('b')").encode()
    assert imports_of(parse_source(data, "x.ipynb")) == (
        ImportStatement("a", 1, cell=1),
        ImportStatement("importlib", 1, names=("import_module",), cell=2),
        ImportStatement("b", 2, cell=3),
    )


def test_a_file_that_does_not_parse_imports_nothing() -> None:
    assert imports_of(parse_source(b"import a\nimport", "x.py")) == ()


def test_a_source_is_never_nested_too_deeply() -> None:
    deep = "x = " + "+".join(["a"] * 900) + "\nimport b"
    assert found(deep) == [("b", 0, ())]
