"""A module or class is a list of members with names."""

import ast

from modelops_bundle.changes.members import members_of

SOURCE = '''
"""Doc."""
import os, a.b as c
from .x import y as z, w
from .q import *
BETA = 0.3
"""What beta is."""
GAMMA: float = 1
@property
def f(): pass
class A: pass
f()
x.y = 1
def f(): pass
'''


def test_kinds_and_names() -> None:
    found = [(member.kind, member.name) for member in members_of(ast.parse(SOURCE).body).values()]
    assert found == [
        ("docstring", "module"),
        ("import", "os"),
        ("import", "c"),
        ("import", "z"),
        ("import", "w"),
        ("import", "from .q import *"),
        ("constant", "BETA"),
        ("docstring", "BETA"),
        ("constant", "GAMMA"),
        ("function", "f"),
        ("class", "A"),
        ("statement", ""),
        ("statement", ""),
        ("function", "f"),
    ]


def test_members_of_a_class_are_qualified() -> None:
    body = ast.parse("n = 1\ndef f(self): pass\nclass B: pass\n'note'").body
    found = [(member.kind, member.name) for member in members_of(body, "A").values()]
    assert found == [("attribute", "A.n"), ("method", "A.f"), ("class", "A.B"), ("docstring", "A.n")]


def test_members_of_one_name_are_told_apart_by_their_order() -> None:
    keys = list(members_of(ast.parse("def f(): pass\nx = 1\ndef f(a): pass\nx = 2").body))
    assert keys == [("definition", "f", 0), ("constant", "x", 0), ("definition", "f", 1), ("constant", "x", 1)]


def test_a_function_that_becomes_a_class_is_still_that_member() -> None:
    one, other = (members_of(ast.parse(source).body) for source in ("def f(): pass", "class f: pass"))
    assert list(one) == list(other)


def test_each_imported_name_is_a_member_of_its_own() -> None:
    texts = [member.text for member in members_of(ast.parse("from ..a import b, c as d").body).values()]
    assert texts == ["from ..a import b", "from ..a import c as d"]
