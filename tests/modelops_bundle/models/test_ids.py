"""Ids stand in records, in messages and on command lines."""

import pytest

from modelops_bundle.errors import Invalid
from modelops_bundle.models.ids import check_id


@pytest.mark.parametrize(
    "id", ["sir", "models.north.sir_Sir_2", "über uns", "sir-v2", "a/b", "パンデミック", "x.csv"]
)
def test_printable_text_is_an_id(id: str) -> None:
    check_id(id)


@pytest.mark.parametrize(
    "id",
    [
        "",
        " ",
        "a\nb",
        "a\r",
        "a\tb",
        "\x1b[31mred",
        "a\u2028b",
        "a\u202eb",
        "\ud800",
        " a",
        "a ",
        "-x",
        "a.py",
        "a.ipynb",
    ],
)
def test_other_text_is_refused_and_the_hint_says_what_is_allowed(id: str) -> None:
    with pytest.raises(Invalid, match="not an id: ") as refusal:
        check_id(id)
    assert "printable text" in refusal.value.hint


def test_where_it_stands_is_named() -> None:
    with pytest.raises(Invalid, match=r"in 'targets/fit\.py:3'"):
        check_id("a\nb", "targets/fit.py:3")
