import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.errors import Invalid
from modelops_bundle.pushing.next_version import Part, next_version


@pytest.mark.parametrize(
    ("tags", "part", "wanted"),
    [
        ([], "patch", "0.0.1"),
        ([], "minor", "0.1.0"),
        ([], "major", "1.0.0"),
        (["latest", "1.2", "2024.01.05", "1.0.0-rc1", "x1.0.0"], "patch", "0.0.1"),
        (["1.2.3"], "patch", "1.2.4"),
        (["1.2.3"], "minor", "1.3.0"),
        (["1.2.3"], "major", "2.0.0"),
        (["1.9.0", "1.10.0"], "patch", "1.10.1"),
        (["0.9.9", "v1.0.0", "latest"], "minor", "v1.1.0"),
        (["v1.0.0", "1.0.0"], "patch", "1.0.1"),
    ],
)
def test_the_next_version_follows_the_highest_one(tags: list[str], part: str, wanted: str) -> None:
    assert next_version(tags, Part(part)) == wanted
    assert next_version(reversed(tags), Part(part)) == wanted


VERSIONS = st.builds("{}{}.{}.{}".format, st.sampled_from(["", "v"]), *[st.integers(0, 10**9)] * 3)


@given(st.lists(VERSIONS), st.sampled_from(Part))
def test_the_next_version_is_new_and_the_highest(tags: list[str], part: Part) -> None:
    found = next_version(tags, part)
    assert found not in tags
    assert next_version([*tags, found], part) == next_version([found], part)


def test_a_number_that_would_make_no_tag_is_refused() -> None:
    with pytest.raises(Invalid, match="not a tag"):
        next_version([f"{'9' * 124}.0.0"], Part.MAJOR)
