"""What is written as YAML is read back as the same values by every reader, and is the same text everywhere."""

import math
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.models.registry_yaml.block_yaml import render

READERS = [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    [
        "yes",
        "No",
        "null",
        "~",
        "1",
        "1.5",
        "1e5",
        "0x1f",
        "2024-01-01",
        "12:30:00",
        ".inf",
        "<<",
        "=",
        "- a",
        "a: b",
    ]
)
scalars = texts | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)


@given(st.dictionaries(texts, values, max_size=5))
def test_every_reader_reads_back_what_was_written(value: dict[str, Any]) -> None:
    data = render(value)
    for reader in READERS:
        assert yaml.load(data, Loader=reader) == value


@given(st.dictionaries(texts, values, max_size=5))
def test_a_value_takes_as_many_lines_whatever_its_texts_hold(value: dict[str, Any]) -> None:
    assert render(value).decode().count("\n") == len(render(value).decode().splitlines())


def test_ordinary_documents_look_as_people_write_them() -> None:
    value = {
        "version": "1.0",
        "models": {"sir": {"path": "models/sir.py", "outputs": ["a", "b"], "data": [], "digests": {}, "days": 1}},
        "list": [{"name": "beta", "lower": 0.1}, ["x"]],
    }
    assert render(value).decode() == (
        'version: "1.0"\n'
        "models:\n"
        "  sir:\n"
        "    path: models/sir.py\n"
        "    outputs:\n"
        "    - a\n"
        "    - b\n"
        "    data: []\n"
        "    digests: {}\n"
        "    days: 1\n"
        "list:\n"
        "- name: beta\n"
        "  lower: 0.1\n"
        "- - x\n"
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("sha256:ab", "sha256:ab"),
        ("two words", "two words"),
        ("off", '"off"'),
        ("1.0", '"1.0"'),
        ("a\n", r'"a\n"'),
        ("a\u2028\u202e\U0001f600", '"a\\u2028\\u202e\U0001f600"'),
        (1e-05, "1.0e-05"),
        (1e16, "1.0e+16"),
        (math.inf, ".inf"),
        (-math.inf, "-.inf"),
        (True, "true"),
        (None, "null"),
        ((), "[]"),
    ],
)
def test_a_scalar_is_written(value: Any, written: str) -> None:
    assert render({"a": value}).decode() == f"a: {written}\n"


def test_a_key_that_readers_would_not_look_to_the_end_of_is_marked() -> None:
    value = {"a" * 2000: "x", "b" * 2000: {"c": ["d"]}}
    assert yaml.safe_load(render(value)) == value


def test_an_empty_document_is_a_mapping_too() -> None:
    assert render({}) == b"{}\n"


def test_what_is_no_plain_value_is_refused() -> None:
    with pytest.raises(TypeError):
        render({"a": object()})
