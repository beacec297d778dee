"""Values that source spells out."""

import ast
import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.source.literals import MAX_DEPTH, Literals
from modelops_bundle.source.module_scope import ModuleScope


def literals(constants: str = "") -> Literals:
    return Literals(ModuleScope(ast.parse(constants).body))


def number(source: str, constants: str = "") -> float | None:
    return literals(constants).number(ast.parse(source, mode="eval").body)


def text(source: str, constants: str = "") -> str | None:
    return literals(constants).text(ast.parse(source, mode="eval").body)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        *(("3", 3), ("-0.5", -0.5), ("+2", 2), ("1e-3", 1e-3), ("1_000", 1000), ("0x10", 16), ("--3", 3)),
        *(("1 / 7", 1 / 7), ("2 * 3 + 4", 10), ("-(2 - 5)", 3), ("7 // 2", 3), ("7 % 4", 3), ("10 ** -3", 1e-3)),
        *(("2 ** 10", 1024), ("2.5 ** 2", 6.25)),
    ],
)
def test_numbers_and_their_arithmetic_are_calculated(source: str, value: float) -> None:
    found = number(source)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "source",
    [
        *("True", "None", "'3'", "3j", "f()", "x", "a.b", "[3]", "~3", "not 3", "1 if x else 2", "1 << 2"),
        *("1 / 0", "0 ** -1", "(-8) ** 0.5", "1e308 * 10", "10.0 ** 400", "1e999", "2 ** 100000", "9 ** 9 ** 9"),
    ],
)
def test_what_is_no_finite_number_is_none(source: str) -> None:
    assert number(source) is None


def test_constants_of_the_file_are_followed() -> None:
    constants = "LOW = 0.1\nHIGH: float = LOW * 2\nTOP = HIGH"
    assert [number(name, constants) for name in ("LOW", "HIGH", "TOP", "-TOP")] == [0.1, 0.2, 0.2, -0.2]


def test_constants_that_depend_on_themselves_are_none() -> None:
    assert number("A", "A = B + 1\nB = A + 1") is None
    assert text("A", "A = B + 'x'\nB = A + 'x'") is None


def test_constants_that_double_each_other_take_no_time() -> None:
    doubling = "X0 = 'x'\n" + "".join(f"X{n} = X{n - 1} + X{n - 1}\n" for n in range(1, 200))
    assert text("X199", doubling) is None
    assert text("X10", doubling) == "x" * 1024
    assert number("X20", doubling.replace("'x'", "1")) == 2**20


NUMBERS = st.integers(-1000, 1000) | st.floats(-1000, 1000)
OPERATORS = st.sampled_from(["+", "-", "*", "/", "//", "%", "**"])
EXPRESSIONS = st.recursive(
    NUMBERS.map(repr),
    lambda inner: st.builds("({} {} {})".format, inner, OPERATORS, inner) | inner.map("(-{})".format),
    max_leaves=8,
)


@given(EXPRESSIONS)
def test_arithmetic_is_that_of_python(source: str) -> None:
    found = number(source)
    if found is not None:
        assert repr(found) == repr(eval(source))
    else:
        assert _is_out_of_bounds(source)


def _is_out_of_bounds(source: str) -> bool:
    """Tell whether some part of an expression is no finite real number, or huge."""
    for node in ast.walk(ast.parse(source, mode="eval")):
        if isinstance(node, ast.BinOp):
            if isinstance(node.op, ast.Pow):
                return True
            with suppress(ArithmeticError):
                value = eval(ast.unparse(node))
                if math.isfinite(value):
                    continue
            return True
    return False


@pytest.mark.parametrize(
    ("source", "value"),
    [
        *(("'a' 'b'", "ab"), ("'a' + 'b'", "ab"), ("f'data/{NAME}.csv'", "data/cases.csv"), ("NAME", "cases")),
        *(("Path('data') / NAME", "data/cases"), ("str(ROOT / 'x.csv')", "data/x.csv")),
        *(("os.path.join('data', 'x.csv')", "data/x.csv"), ("pathlib.PurePath('a', 'b')", "a/b"), ("''", "")),
        *(("P('a', 'b')", "a/b"),),
    ],
)
def test_texts_and_paths_are_put_together(source: str, value: str) -> None:
    constants = "from pathlib import Path, Path as P\nNAME = 'cases'\nROOT = Path('data')"
    assert text(source, constants) == value


@pytest.mark.parametrize(
    "source",
    [
        *("3", "b'x'", "f()", "x", "'a' * 2", "f'{3}'", "f'{NAME!r}'", "f'{NAME:>9}'", "f'{NAME}{y}'"),
        *("Path(__file__).parent / 'x'", "Path('a', strict=True)", "'a'.join(['b'])", "str(3)", "'a' + x"),
    ],
)
def test_what_is_no_text_is_none(source: str) -> None:
    assert text(source, "NAME = 'cases'") is None


def test_what_is_nested_too_deeply_is_none() -> None:
    assert number("-" * (MAX_DEPTH + 1) + "1") is None
    assert text("+".join(["'a'"] * (MAX_DEPTH + 2))) is None
