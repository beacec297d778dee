"""A login fits into a header, or is refused; it is in no representation."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.errors import AuthRefused
from modelops_bundle.registry.credential import Credential, basic_header, bearer_header


@given(st.text("ab:é@ ", max_size=6).filter(lambda name: ":" not in name), st.text("ab:é@ \n", max_size=6))
def test_the_basic_header_says_user_and_password_in_utf8(username: str, password: str) -> None:
    scheme, _, encoded = basic_header(username, password).partition(" ")
    name, _, secret = base64.b64decode(encoded).decode().partition(":")
    assert (scheme, name, secret) == ("Basic", username, password)
    assert basic_header(username, password).isascii()


def test_without_a_password_there_is_no_basic_header() -> None:
    assert Credential("me").basic == ""
    assert Credential("me", "p").basic == basic_header("me", "p")


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX-Evil: 1", "é", "a\x00"])
def test_a_token_that_fits_no_header_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(AuthRefused) as refused:
        bearer_header(token)
    assert not token or token not in refused.value.message
    assert bearer_header("abc.DEF-123=") == "Bearer abc.DEF-123="


def test_no_secret_is_in_a_representation() -> None:
    shown = repr(Credential("me", "hunter2", "hunter2", "hunter2", "a file"))
    assert "me" in shown and "a file" in shown and "hunter2" not in shown
