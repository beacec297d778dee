"""Two versions of Python source differ in functions, classes, constants and imports, each with its values."""

import ast

import pytest

from modelops_bundle.changes.detail_text import text_of
from modelops_bundle.changes.python_body import body_changes

MODEL = '''\
"""A model."""
import os
from .rates import beta, gamma

N = 1000
PARS = dict(beta=0.1, gamma=0.2)


def force(i, n=N):
    """Return the force of infection."""
    rate = beta * i
    if rate > 1:
        rate = 1
    return rate / n


@register("seir")
class SEIR(BaseModel):
    """Susceptible, exposed."""

    latent: float = 3.0
    """In days."""

    def step(self, s):
        new = force(self.i) * s
        self.i += new
        return new

    def stop(self):
        return True


try:
    import numba
except ImportError:
    numba = None
if __name__ == "__main__":
    print(force(1))
'''


def changes(old: str, new: str) -> list[str]:
    return [text_of(detail) for detail in body_changes(ast.parse(old).body, ast.parse(new).body)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("N = 1000", "N = 2000", ["~ constant N, line 5: 1000 -> 2000"]),
        (
            "gamma=0.2",
            "gamma=0.25",
            ["~ constant PARS, line 6: dict(beta=0.1, gamma=0.2) -> dict(beta=0.1, gamma=0.25)"],
        ),
        ("N = 1000\n", "N: int = 1000\n", ["~ constant N, line 5: N = 1000 -> N: int = 1000"]),
        ("N = 1000\n", "N = 1000\nM = 5\n", ["+ constant M, line 6: 5"]),
        ("N = 1000\n", "", ["- constant N, old line 5: 1000"]),
        ("import os\n", "", ["- import os, old line 2: import os"]),
        ("import os\n", "import os\nimport math as m\n", ["+ import m, line 3: import math as m"]),
        (
            "from .rates import beta, gamma",
            "from .rates import gamma\nfrom .other import beta",
            [
                "~ import beta, line 4: from .rates import beta -> from .other import beta",
                "~ order of imports, line 4",
            ],
        ),
        ("beta * i", "beta * i * i", ["~ function force, line 11: rate = beta * i -> rate = beta * i * i"]),
        ("rate = 1\n", "rate = 2\n", ["~ function force, line 13: rate = 1 -> rate = 2"]),
        ("if rate > 1", "if rate >= 1", ["~ function force, line 12: if rate > 1: -> if rate >= 1:"]),
        (
            "        rate = 1\n    return rate / n",
            "        rate = 1\n        return rate / n",
            ["~ statement force, line 14 -> line 14: moved return rate / n"],
        ),
        ("n=N", "n=5", ["~ default value force(n), line 9: N -> 5"]),
        (
            "the force of",
            "an",
            ["~ docstring force, line 10: Return the force of infection. -> Return an infection."],
        ),
        ("A model", "The model", ["~ docstring module, line 1: A model. -> The model."]),
        ("In days", "In weeks", ["~ docstring SEIR.latent, line 22: In days. -> In weeks."]),
        ('"seir"', '"sir"', ["~ decorator SEIR, line 17: @register('seir') -> @register('sir')"]),
        ("(BaseModel)", "(Base)", ["~ class SEIR, line 18: class SEIR(BaseModel): -> class SEIR(Base):"]),
        ("3.0", "4.0", ["~ attribute SEIR.latent, line 21: 3.0 -> 4.0"]),
        ("self.i += new", "self.i -= new", ["~ method SEIR.step, line 26: self.i += new -> self.i -= new"]),
        ("        self.i += new\n", "", ["~ method SEIR.step, old line 26: removed self.i += new"]),
        ("self.i += new", "self.i += new\n        x = 1", ["~ method SEIR.step, line 27: added x = 1"]),
        (
            "    def stop(self):\n        return True\n",
            "    def go(self, n):\n        return n\n",
            ["+ method SEIR.go, line 29: def go(self, n):", "- method SEIR.stop, old line 29: def stop(self):"],
        ),
        ("def stop", "def halt", ["~ method SEIR.halt, line 29: renamed from SEIR.stop"]),
        ("numba = None", "numba = 0", ["~ constant numba, line 36: numba = None -> numba = 0"]),
        ("    import numba", "    import numba.core", ["~ import, line 34: import numba -> import numba.core"]),
        ("print(force(1))", "print(force(2))", ["~ statement, line 38: print(force(1)) -> print(force(2))"]),
    ],
)
def test_one_edit_is_named(old: str, new: str, expected: list[str]) -> None:
    assert changes(MODEL, MODEL.replace(old, new, 1)) == expected


def test_nothing_differs_after_reformatting() -> None:
    assert changes(MODEL, MODEL.replace("    ", "  ").replace("\n\n\n", "\n") + "# end\n") == []


def test_definitions_in_another_order() -> None:
    old = "def a():\n  return 1\ndef b():\n  return 2\ndef c():\n  return 3\n"
    new = "def c():\n  return 3\ndef a():\n  return 1\ndef b():\n  return 2\n"
    assert changes(old, new) == ["~ function c, line 5 -> line 1: moved"]


def test_statements_in_another_order() -> None:
    assert changes("f()\ng()\nh()", "h()\nf()\ng()") == ["~ statement, line 3 -> line 1: moved h()"]


def test_imports_in_another_order_are_one_change() -> None:
    old, new = "import a\nimport b\nimport c\nx = 1", "import c\nimport b\nimport a\nx = 1"
    assert changes(old, new) == ["~ order of imports, line 2"]


def test_imports_that_are_one_statement_now() -> None:
    assert changes("import a\nimport b\nx = 1", "import a, b\nx = 1") == ["~ grouping of imports"]
    assert changes("class A:\n  import a, b", "class A:\n  import a\n  import b") == ["~ grouping of imports"]


def test_a_statement_that_moved_inside_a_function() -> None:
    old = "def f(x):\n  x += 1\n  y = 2\n  return x\n"
    new = "def f(x):\n  y = 2\n  x += 1\n  return x\n"
    assert changes(old, new) in (
        ["~ statement f, line 2 -> line 3: moved x += 1"],
        ["~ statement f, line 3 -> line 2: moved y = 2"],
    )


def test_functions_inside_functions_and_conditions_are_named() -> None:
    old = "def f():\n  def g():\n    return 1\n  return g\nif a:\n  def h():\n    return 1\n"
    assert changes(old, old.replace("return 1", "return 2")) == [
        "~ function f.g, line 3: return 1 -> return 2",
        "~ function h, line 7: return 1 -> return 2",
    ]


def test_a_class_inside_a_function_is_named() -> None:
    old = "def f():\n  class A:\n    n = 1\n  return A\n"
    assert changes(old, old.replace("n = 1", "n = 2")) == ["~ attribute f.A.n, line 3: 1 -> 2"]


def test_a_property_and_its_setter_are_told_apart() -> None:
    old = "class A:\n  @property\n  def n(self):\n    return 1\n  @n.setter\n  def n(self, v):\n    self.v = v\n"
    assert changes(old, old.replace("self.v = v", "self.v = w")) == [
        "~ method A.n, line 7: self.v = v -> self.v = w"
    ]


def test_a_function_that_becomes_a_class() -> None:
    assert changes("def f():\n  pass", "class f:\n  pass") == ["~ class f, line 1: def f(): -> class f:"]


def test_many_statements_of_a_function_are_counted() -> None:
    old = "def f():\n" + "".join(f"  x{number} = 1\n" for number in range(9))
    found = changes(old, old.replace("= 1", "= 2"))
    assert len(found) == 6
    assert found[-1] == "~ function f (and 4 more statements)"
