"""Names bound at module level, and what they stand for."""

import ast

import pytest

from modelops_bundle.source.module_scope import ModuleScope


def scope_of(source: str) -> ModuleScope:
    return ModuleScope(ast.parse(source).body)


@pytest.mark.parametrize(
    ("source", "bindings"),
    [
        ("import numpy", {"numpy": "numpy"}),
        ("import a.b.c", {"a": "a"}),
        ("import a.b.c as d", {"d": "a.b.c"}),
        ("from a.b import C", {"C": "a.b.C"}),
        ("from a import C as D, E", {"D": "a.C", "E": "a.E"}),
        ("from . import util", {"util": ".util"}),
        ("from .util import f", {"f": ".util.f"}),
        ("from .. import util as u", {"u": "..util"}),
        ("from ..a.b import c", {"c": "..a.b.c"}),
        ("from a import *", {}),
        ("import a as x\nB = x.Base", {"x": "a", "B": "a.Base"}),
        ("from a import B\nC = B\nD = C", {"B": "a.B", "C": "a.B", "D": "a.B"}),
        ("class A: ...\nB = A", {"B": "A"}),
        ("class A: ...\nB: type = A", {"B": "A"}),
        ("from a import X, Y\nP, Q = X, Y", {"X": "a.X", "Y": "a.Y", "P": "a.X", "Q": "a.Y"}),
        ("A = B = int", {"A": "int", "B": "int"}),
        ("import numpy\nnumpy = numpy", {"numpy": "numpy"}),
    ],
)
def test_imports_and_aliases_bind_names(source: str, bindings: dict[str, str]) -> None:
    assert scope_of(source).bindings == bindings


@pytest.mark.parametrize("later", ["B = 1", "def B(): ...", "class B: ...", "for B in x: ...", "B += 1"])
def test_the_last_binding_of_a_name_counts(later: str) -> None:
    scope = scope_of(f"from a import B\n{later}")
    assert (scope.bindings, scope.names) == ({}, {"B"})


@pytest.mark.parametrize(
    "fallback", ["class B: ...", "B = object", "B = None", "from other import B", "def B(): ..."]
)
def test_of_alternatives_the_first_counts(fallback: str) -> None:
    assert scope_of(f"try:\n    from a import B\nexcept ImportError:\n    {fallback}").bindings == {"B": "a.B"}
    assert scope_of(f"if x:\n    from a import B\nelse:\n    {fallback}").bindings == {"B": "a.B"}


def test_an_alternative_to_nothing_binds() -> None:
    assert scope_of("try:\n    pass\nexcept ImportError:\n    from a import B").bindings == {"B": "a.B"}


def test_all_names_of_the_module_are_known() -> None:
    source = """
import a.b
from c import d as e
f = g[0] = 1
h, (i, *j) = x
k: int
l: int = 1
for m in x: pass
with y as n, z as (o, p): pass
def q(): inner = 1
async def r(): ...
class S: inner = 2
t += 1
u.v = 3
"""
    assert scope_of(source).names == {*"aefhijlmnopqrSt"}


def test_constants_are_what_is_assigned_and_no_name() -> None:
    scope = scope_of("LOW = 0.1\nlow = LOW\nBASE = Generic[int]\nX = f()\nfrom a import N")
    assert set(scope.constants) == {"LOW", "BASE", "X"}
    assert ast.unparse(scope.constant("low") or ast.Name("?")) == "0.1"
    assert scope.constant("N") is scope.constant("unknown") is None


def test_a_constant_that_is_no_longer_one_is_forgotten() -> None:
    assert scope_of("X = 1\nfrom a import X").constants == {}
    assert scope_of("X = 1\nX += 1").constants == {}


def test_a_class_may_take_the_name_of_what_it_replaces() -> None:
    scope = scope_of("from .base import Sim\nclass Sim(Sim): ...")
    assert (scope.bindings, scope.replaced) == ({}, {"Sim": ".base.Sim"})


def test_names_are_spelled_out() -> None:
    scope = scope_of("import modelops_calabaria as cb")
    assert scope.spelled_out("cb.BaseModel") == "modelops_calabaria.BaseModel"
    assert scope.spelled_out("other.BaseModel") == "other.BaseModel"


def test_another_file_may_say_what_an_imported_name_is() -> None:
    source = "import a.b\nclass C: ...\nD = C\nfor e in x: ..."
    asked = ("a.b.f", "D", "C", "e", "unknown", "property")
    assert [scope_of(source).is_imported(name) for name in asked] == [True, True, False, False, False, False]
    stars = scope_of(f"{source}\nfrom other import *")
    assert [stars.is_imported(name) for name in asked] == [True, True, False, False, True, False]
