"""Patterns mean what they mean in .gitignore, whichever way they are matched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from modelops_bundle.errors import Invalid
from modelops_bundle.files.path_patterns import PathPatterns

NAMES = st.text("ab.*", min_size=1, max_size=3).filter(lambda name: name.strip(".*") != "")
PATHS = st.lists(st.text("ab.", min_size=1, max_size=3).filter(lambda n: n.strip(".")), min_size=1, max_size=3)


@given(st.lists(NAMES, min_size=1, max_size=3), PATHS.map("/".join))
def test_plain_patterns_match_as_gitignore_does(patterns: list[str], path: str) -> None:
    expected = GitIgnoreSpec.from_lines(patterns).match_file(path)
    assert PathPatterns("x", patterns).match(path) == expected


def test_no_pattern_matches_nothing() -> None:
    assert not PathPatterns("x", []).match("a")


def test_a_later_pattern_takes_a_path_out_again() -> None:
    patterns = PathPatterns("x", ["data/", "!data/small.csv"])
    assert patterns.match("data/large.csv")
    assert not patterns.match("data/small.csv")


def test_what_is_no_pattern_is_refused_by_its_key() -> None:
    with pytest.raises(Invalid, match=r"storage\.force_oci_patterns"):
        PathPatterns("storage.force_oci_patterns", ["!"])
