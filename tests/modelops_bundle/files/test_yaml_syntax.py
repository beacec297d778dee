"""YAML is read strictly and within bounds, and what was rendered is read as it was."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.errors import Invalid
from modelops_bundle.files.yaml_syntax import MAX_DEPTH, parse, render

WORDS = st.text("abeEyYnNoOfF01.:/@+-_# ~<=\"'\\é\n", max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_rendered_is_read(value: Any) -> None:
    assert parse(render(value), "f") == value


def test_keys_stay_in_their_order() -> None:
    assert list(parse(render({"b": 1, "a": 2}), "f")) == ["b", "a"]


@pytest.mark.parametrize("data", [b"a: 1\na: 2\n", b"x: {a: 1, b: 2, a: 3}\n", b"- {a: 1, 'a': 2}\n"])
def test_a_key_that_stands_twice_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid, match=r"f\.yaml.*the same key twice"):
        parse(data, "f.yaml")


@pytest.mark.parametrize(
    "data",
    [
        b"a: [",
        b"\xff\xfe\x00",
        b"!!python/object/apply:os.system ['true']",
        b"!!timestamp x",
        b"!!int x",
        b"!!float ''",
        b"!!binary \xc3\xa9",
        b"? [a]\n: 1",
    ],
)
def test_what_is_no_yaml_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(Invalid, match=r"not valid YAML: 'f\.yaml'") as refused:
        parse(data, "f.yaml")
    assert "\n" not in refused.value.message


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
def test_what_is_nested_too_deep_does_not_end_the_process(opening: str, closing: str) -> None:
    deepest = opening * MAX_DEPTH + "1" + closing * MAX_DEPTH
    assert parse(deepest.encode(), "f")
    with pytest.raises(Invalid, match="nested deeper"):
        parse(f"{opening}{deepest}{closing}".encode(), "f")
    with pytest.raises(Invalid, match="nested deeper"):
        parse((opening * 200_000).encode(), "f")
