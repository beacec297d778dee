"""Parameters have the id that the platform gives them."""

import enum
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.errors import ExitCode
from modelops_bundle.models.parameter_id import NotAParameter, make_param_id

VALUES = st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()


class Rate(float):
    """A number with a name of its own, as numpy has them."""

    def __repr__(self) -> str:
        return f"Rate({float(self)})"


class Age(enum.IntEnum):
    """A number that prints as a word."""

    CHILD = 7


def test_the_golden_vector_of_the_contracts() -> None:
    golden = "f8e6ec63bd4f2512dc126441f042151b279dd9ccc8fdf54188511b4f4ef3cf40"
    assert make_param_id({"beta": 0.1, "gamma": 1}) == golden
    assert make_param_id({"gamma": 1, "beta": 0.1}) == golden


@pytest.mark.parametrize(
    ("params", "golden"),
    [
        ({}, "02a98351d516148f91f93bb0ce4b4cb6468cb40e04263fb6f257e9ba37365b44"),
        (
            {"größe": "ß", "on": True, "x": -0.0, "y": 1e300, "z": 10**20},
            "32ff23c511bac1b38f074f74a728ca38e403d0498e56a6551b68df41a84270ff",
        ),
        ({"b": 1, "a": '"\\\n'}, "0de681cf9e7fb5a15716bec5efe4892d1cb7b56b4f18f7bb7aa9eaf85b8d4cf0"),
    ],
)
def test_other_values_of_the_contracts(params: dict[str, Any], golden: str) -> None:
    assert make_param_id(params) == golden


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1}, {"a": 1.0}),
        ({"a": 1}, {"a": True}),
        ({"a": 0.0}, {"a": -0.0}),
        ({"a": "1"}, {"a": 1}),
        ({}, {"a": ""}),
    ],
)
def test_what_looks_alike_is_not_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert make_param_id(one) != make_param_id(other)


def test_what_is_a_number_counts_as_that_number() -> None:
    assert make_param_id({"a": Rate(0.25), "b": Age.CHILD}) == make_param_id({"a": 0.25, "b": 7})


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"beta": math.nan}, "'beta' is nan"),
        ({"beta": -math.inf}, "'beta' is -inf"),
        ({"beta": None}, "NoneType"),
        ({"beta": [1]}, "list"),
        ({"beta": {"x": 1}}, "dict"),
        ({"beta": 1j}, "complex"),
        ({"beta": b"x"}, "bytes"),
        ({1: 2}, "'1' is no name"),
        ({"beta": "\ud800"}, "no text"),
        ({"\ud800": 1}, "no text"),
    ],
)
def test_what_is_no_parameter_is_refused_by_name(params: dict[str, Any], told: str) -> None:
    with pytest.raises(NotAParameter) as refused:
        make_param_id(params)
    assert told in refused.value.message
    assert refused.value.exit_code is ExitCode.USAGE


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_it_is_what_the_contracts_say(params: dict[str, Any]) -> None:
    contracts = pytest.importorskip("modelops_contracts")
    assert make_param_id(params) == contracts.make_param_id(params)
