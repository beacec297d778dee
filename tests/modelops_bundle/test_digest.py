"""A digest is checked before it is used in a path or a URL."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.digest import digest_of, digest_of_stream, hex_of, is_digest, parse_digest, short
from modelops_bundle.errors import Invalid

EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_digest_is_sha256() -> None:
    assert digest_of(b"") == EMPTY
    assert parse_digest(EMPTY) == EMPTY
    assert hex_of(digest_of(b"")) == EMPTY.removeprefix("sha256:")
    assert short(EMPTY) == "sha256:e3b0c44298fc"


@pytest.mark.parametrize(
    "text",
    [
        "",
        EMPTY[:-1],
        EMPTY + "0",
        EMPTY + "\n",
        EMPTY.upper(),
        EMPTY.replace("sha256", "sha512"),
        "sha256:" + "../" * 21 + "x",
        "sha256:" + "０" * 64,
    ],
)
def test_what_is_no_digest_is_refused(text: str) -> None:
    assert not is_digest(text)
    with pytest.raises(Invalid):
        parse_digest(text)


@given(st.binary(max_size=100))
def test_a_stream_has_the_digest_of_its_bytes_and_is_copied_on_the_way(data: bytes) -> None:
    copy = io.BytesIO()
    assert digest_of_stream(io.BytesIO(data), copy) == (digest_of(data), len(data))
    assert copy.getvalue() == data
    assert digest_of_stream(io.BytesIO(data)) == (digest_of(data), len(data))
