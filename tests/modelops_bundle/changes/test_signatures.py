"""The head of a function or class is told apart into decorators, parameters, bases and docstring."""

import ast

import pytest

from modelops_bundle.changes.detail_text import text_of
from modelops_bundle.changes.signatures import head_changes
from modelops_bundle.changes.statements import Definition


def definition(source: str) -> Definition:
    found = ast.parse(source).body[0]
    assert isinstance(found, Definition)
    return found


def heads(old: str, new: str) -> list[str]:
    kind = "class" if "class" in old else "function"
    before, after = definition(f"{old}\n  pass"), definition(f"{new}\n  pass")
    return [text_of(detail) for detail in head_changes(kind, before.name, before, after)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("def f(a, n=3):", "def f(a, n=4):", ["~ default value f(n), line 1: 3 -> 4"]),
        ("def f(a, n=1):", "def f(a, n=True):", ["~ default value f(n), line 1: 1 -> True"]),
        ("def f(a):", "def f(a, *, b: int = 2):", ["+ parameter f(b), line 1: b: int = 2"]),
        ("def f(a, b):", "def f(a):", ["- parameter f(b), old line 1: b"]),
        ("def f(a):", "def f(a=1):", ["~ parameter f(a), line 1: a -> a = 1"]),
        ("def f(a: int):", "def f(a: str):", ["~ parameter f(a), line 1: a: int -> a: str"]),
        ("def f(*a):", "def f(**a):", ["~ parameter f(a), line 1: *a -> **a"]),
        ("def f(a, b):", "def f(a, *, b):", ["~ parameter f(b), line 1: b -> b (by keyword only)"]),
        ("def f(a, b):", "def f(a, /, b):", ["~ parameter f(a), line 1: a -> a (by position only)"]),
        ("def f(a, b):", "def f(b, a):", ["~ order of parameters f, line 1: a, b -> b, a"]),
        ("def f() -> int:", "def f():", ["~ return type f, line 1: int -> not annotated"]),
        ("def f():", "async def f():", ["~ function f, line 1: def f(): -> async def f():"]),
        ("class A(B):", "class A(B, C):", ["~ class A, line 1: class A(B): -> class A(B, C):"]),
        ("class A(k=1):", "class A(k=2):", ["~ class A, line 1: class A(k=1): -> class A(k=2):"]),
        ("def f():", "@cache\ndef f():", ["+ decorator f, line 1: @cache"]),
        ("@cache\ndef f():", "def f():", ["- decorator f, old line 1: @cache"]),
        ("@d('a')\ndef f():", "@d('b')\ndef f():", ["~ decorator f, line 1: @d('a') -> @d('b')"]),
        ("@a\n@b\ndef f():", "@b\n@a\ndef f():", ["~ order of decorators f, line 3: @a, @b -> @b, @a"]),
        ("@a\n@a\ndef f():", "@a\ndef f():", ["- decorator f, old line 2: @a"]),
        ("def f():\n  'One.'", "def f():\n  'Two.'", ["~ docstring f, line 2: One. -> Two."]),
        ("def f():", "def f():\n  'Two.'", ["+ docstring f, line 2: Two."]),
        ("class A:\n  'One.'", "class A:", ["- docstring A, old line 2: One."]),
        ("def f(a=1): # x", "def f(a = 1):", []),
    ],
)
def test_heads(old: str, new: str, expected: list[str]) -> None:
    assert heads(old, new) == expected


def test_a_docstring_is_told_by_the_first_line_that_differs() -> None:
    old, new = '"""Do.\n\n  first\n  second\n  """', '"""Do.\n\n  first\n  third\n  """'
    assert heads(f"def f():\n  {old}", f"def f():\n  {new}") == ["~ docstring f, line 2: second -> third"]


def test_a_line_that_a_docstring_did_not_have_was_added() -> None:
    assert heads("def f():\n  'Do.'", "def f():\n  'Do.\\n\\nAnd do.'") == ["~ docstring f, line 2: added And do."]


def test_a_docstring_that_was_only_indented_is_the_same() -> None:
    assert heads('def f():\n  """Do.\n\n  more\n  """', 'def f():\n  """Do.\n\n      more\n  """') == []
