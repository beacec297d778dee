"""Tags are listed with the highest first, and versions with all their tags."""

from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.digest import digest_of
from modelops_bundle.remotes.published import by_version, sort_tags

tags = st.text("0123456789.-abcv\u0660\u00b2", min_size=1, max_size=12)


def test_numbers_in_tags_count_by_value() -> None:
    assert sort_tags(["v1.9", "latest", "v1.10", "v1.10-rc1", "2024", "v2"]) == [
        *("2024", "v2", "v1.10-rc1", "v1.10", "v1.9"),
        "latest",
    ]


@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_the_higher_number_comes_first(one: int, other: int) -> None:
    assert sort_tags([f"v{one}", f"v{other}"]) == [f"v{max(one, other)}", f"v{min(one, other)}"]


@given(st.lists(tags, unique=True))
def test_the_order_of_the_input_does_not_matter(found: list[str]) -> None:
    assert sort_tags(found) == sort_tags(sorted(found))


def test_a_version_has_all_its_tags_and_stands_where_its_first_one_does() -> None:
    old, new = digest_of(b"old"), digest_of(b"new")
    assert list(by_version({"v1": old, "latest": new, "v2": new, "first": old}).items()) == [
        (new, ("v2", "latest")),
        (old, ("v1", "first")),
    ]
