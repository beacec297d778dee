"""Each file is compared in the words of its format, and what does not fit it as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.changes import contents
from modelops_bundle.changes.contents import compare
from modelops_bundle.changes.detail_text import text_of
from modelops_bundle.changes.side import Side


@pytest.mark.parametrize(
    ("path", "old", "new", "format"),
    [
        ("a.py", b"x = 1\n", b"x = 2\n", "Python"),
        ("data/A.CSV", b"a,b\n1,2\n", b"a,b\n1,3\n", "table"),
        ("a.tsv", b"a\tb\n1\t2\n", b"a\tb\n1\t3\n", "table"),
        ("a.yml", b"a: 1\n", b"a: 2\n", "YAML"),
        ("a.json", b"[1]", b"[2]", "JSON"),
        ("a.toml", b"a = 1", b"a = 2", "TOML"),
        ("a.json", b"[1]", b"[2", "text"),
        ("README", b"a\n", b"b\n", "text"),
        ("a.csv", b"a,b\n1,2\n", b"a,b\n1,\0\n", "binary"),
        ("a.npy", b"\x93NUMPY\0", b"\x93NUMPY\0\0", "binary"),
        ("a.csv", b"a\n" + b"x" * 200_000 + b"\n", b'a\n"' + b"x" * 200_000, "text"),
    ],
)
def test_the_format_follows_name_and_content(path: str, old: bytes, new: bytes, format: str) -> None:
    assert compare(Side.of(old), Side.of(new), path).format == format


def test_source_that_is_too_large_is_compared_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "MAX_NOTEBOOK", 4)
    assert compare(Side.of(b"x = 1\n"), Side.of(b"x = 2\n"), "a.py").format == "text"


def test_too_many_lines_are_compared_coarsely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "MAX_LINES", 2)
    found = compare(Side.of(b"a,b\n1,2\n3,4\n"), Side.of(b"a,b\n1,2\n3,5\n"), "a.csv")
    assert found.summary == "too large to compare line by line; the first difference is in byte 11"


def test_very_long_lines_are_compared_coarsely() -> None:
    found = compare(Side.of(b"x" * 3_000_000), Side.of(b"x" * 2_999_999 + b"y"), "a.json")
    assert found.summary == "too large to compare line by line; the first difference is in byte 3,000,000"


NAMES = ["a.py", "a.ipynb", "a.csv", "a.tsv", "a.yaml", "a.json", "a.toml", "a.txt", "a"]
TEXTS = st.text(",;\t\r\n\"'[]{}:-=#&*ab1\u2028 ", max_size=60)
CONTENTS = st.one_of(st.binary(max_size=60), TEXTS.map(str.encode))


@given(st.sampled_from(NAMES), CONTENTS, CONTENTS)
def test_any_bytes_can_be_compared_with_any_others(path: str, old: bytes, new: bytes) -> None:
    found = compare(Side.of(old), Side.of(new), path)
    assert all(text_of(detail).isprintable() for detail in found.details)
    assert found.summary or old == new
