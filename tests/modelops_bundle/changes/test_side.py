"""A look at the bytes of a file tells how it can be read."""

import pytest

from modelops_bundle.changes.side import MAX_LINE, Side, Survey, survey


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", Survey(0, False, False, False)),
        (b"a\nb\n", Survey(2, False, False, False)),
        (b"a\nb", Survey(2, False, False, False)),
        (b'a,"b"\n', Survey(1, True, False, False)),
        (b"a\0b", Survey(1, False, True, False)),
        (b"x" * (MAX_LINE + 1), Survey(1, False, False, True)),
    ],
)
def test_a_survey(data: bytes, expected: Survey) -> None:
    assert survey(Side.of(data)) == expected


def test_text_is_read_without_its_byte_order_mark_and_keeps_what_is_not_utf8() -> None:
    with Side.of(b"\xef\xbb\xbfa\r\n\xe9\n").text() as text:
        assert list(text) == ["a\r\n", "\udce9\n"]
