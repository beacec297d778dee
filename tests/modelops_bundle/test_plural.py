"""Things are counted in words."""

import pytest

from modelops_bundle.plural import count_of


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [
        (0, "file", "0 files"),
        (1, "class", "1 class"),
        (2, "class", "2 classes"),
        (1_234_567, "row", "1,234,567 rows"),
    ],
)
def test_a_number_of_things(number: int, noun: str, said: str) -> None:
    assert count_of(number, noun) == said
