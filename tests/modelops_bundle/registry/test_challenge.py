import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.registry.challenge import Challenge, parse_challenges, preferred


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            ['Bearer realm="https://auth.io/token",service="reg",scope="repository:a/b:pull,push"'],
            [
                (
                    "bearer",
                    {"realm": "https://auth.io/token", "service": "reg", "scope": "repository:a/b:pull,push"},
                )
            ],
        ),
        (["BASIC Realm=reg"], [("basic", {"realm": "reg"})]),
        (['Basic realm="say \\"hi\\", \\\\you"'], [("basic", {"realm": 'say "hi", \\you'})]),
        (
            ['Negotiate, Basic realm="a, b", Bearer realm=https://auth.io/token , service = "x"'],
            [
                ("negotiate", {}),
                ("basic", {"realm": "a, b"}),
                ("bearer", {"realm": "https://auth.io/token", "service": "x"}),
            ],
        ),
        (["Negotiate YIIabc+/==, Basic realm=r"], [("negotiate", {}), ("basic", {"realm": "r"})]),
        (["NTLM", 'Bearer realm="r"'], [("ntlm", {}), ("bearer", {"realm": "r"})]),
        (['Bearer realm="a",realm="b"'], [("bearer", {"realm": "a"})]),
        (['Bearer realm=""'], [("bearer", {"realm": ""})]),
        (['Bearer realm="never closed'], [("bearer", {})]),
        ([",, ,"], []),
        (["", "@@@"], []),
    ],
)
def test_challenges_are_read(headers: list[str], expected: list[tuple[str, dict[str, str]]]) -> None:
    assert parse_challenges(headers) == [Challenge(scheme, parameters) for scheme, parameters in expected]


def test_bearer_goes_before_basic_and_the_rest_is_passed_over() -> None:
    bearer = preferred(parse_challenges(['Negotiate, Basic realm="b", Bearer realm="https://a/t"']))
    assert bearer is not None and bearer.scheme == "bearer"
    basic = preferred(parse_challenges(['Bearer service="no realm"', 'Basic realm="b"']))
    assert basic is not None and basic.scheme == "basic"
    assert preferred(parse_challenges(["Negotiate"])) is None


TOKENS = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,8}", fullmatch=True)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)


@given(st.lists(st.tuples(TOKENS, st.dictionaries(TOKENS.map(str.lower), VALUES, max_size=3)), max_size=3))
def test_whatever_is_quoted_comes_back(challenges: list[tuple[str, dict[str, str]]]) -> None:
    def quoted(value: str) -> str:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    header = ", ".join(
        f"{scheme} " + ", ".join(f"{name}={quoted(value)}" for name, value in parameters.items())
        for scheme, parameters in challenges
    )
    expected = [Challenge(scheme.lower(), parameters) for scheme, parameters in challenges]
    assert parse_challenges([header]) == expected


@given(st.text(max_size=200))
def test_no_header_breaks_the_parser(header: str) -> None:
    parse_challenges([header])
