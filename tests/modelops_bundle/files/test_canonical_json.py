"""One spelling per value, and a reader that trusts nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.files.canonical_json import MAX_INTEGER, MalformedDocument, decode, encode

LIMIT = 1 << 20


def test_keys_are_sorted_and_nothing_is_spaced() -> None:
    assert encode({"b": [1, 2.5, None, True], "a": "ä\n"}) == '{"a":"ä\\n","b":[1,2.5,null,true]}'.encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1: 2, "a": 3}, {"a": object()}, "\ud800"])
def test_what_json_cannot_say_is_not_written(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        encode(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"{} {}",
        b"{'a': 1}",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"NaN",
        b"[Infinity]",
        b'{"a":-Infinity}',
        b"1e400",
        b"-1e400",
        b"9007199254740993",
        b"-9007199254740993",
        b"1" * 100_000,
        b'{"a":1,"a":1}',
        b'[{"a":{"b":1,"c":2,"b":1}}]',
        b'"\\ud800"',
        b'{"\\udfff":1}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'"tab\there"',
    ],
)
def test_what_not_every_reader_would_see_alike_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedDocument, match="the thing"):
        decode(data, "the thing", max_bytes=LIMIT)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\\\\ud800"', "\\ud800"),
        (b"9007199254740992", MAX_INTEGER),
        (b"-9007199254740992", -MAX_INTEGER),
        (b" { } \n", {}),
    ],
)
def test_what_is_unusual_and_clear_is_read(data: bytes, value: object) -> None:
    assert decode(data, "the thing", max_bytes=LIMIT) == value


def test_a_document_may_have_just_as_many_bytes_as_allowed() -> None:
    assert decode(b"[1]", "the thing", max_bytes=3) == [1]
    with pytest.raises(MalformedDocument, match="larger than 2 bytes"):
        decode(b"[1]", "the thing", max_bytes=2)


TEXT = st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
)


@given(VALUES)
def test_every_value_is_read_back_and_written_again_the_same(value: object) -> None:
    data = encode(value)
    assert decode(data, "it", max_bytes=LIMIT) == value
    assert encode(decode(data, "it", max_bytes=LIMIT)) == data


@given(st.dictionaries(TEXT, st.integers(0, 9), min_size=2, max_size=6))
def test_the_order_of_keys_makes_no_difference(value: dict[str, int]) -> None:
    assert encode(dict(reversed(value.items()))) == encode(value)


@given(st.binary(max_size=50) | st.text(max_size=50).map(str.encode).map(lambda text: b'"\\u' + text + b'"'))
def test_no_bytes_give_anything_but_a_value_or_a_refusal(data: bytes) -> None:
    try:
        value = decode(data, "it", max_bytes=LIMIT)
    except MalformedDocument:
        return
    encode(value)
