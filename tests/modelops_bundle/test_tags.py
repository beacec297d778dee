"""Tags obey one grammar, and those that stand in for the referrers API are no versions."""

import pytest

from modelops_bundle.errors import Invalid
from modelops_bundle.tags import check_tag, is_referrers_tag


@pytest.mark.parametrize("tag", ["latest", "v1.0-rc_2", "_x", "0", "x" * 128, "sha256-abc"])
def test_a_tag_is_returned(tag: str) -> None:
    assert check_tag(tag) == tag


@pytest.mark.parametrize(
    "tag", ["", "-x", ".x", "a/b", "..", "a b", "a\n", "größe", "a:b", "x" * 129, "a@b", "\0", "\udcff"]
)
def test_what_is_no_tag_is_refused(tag: str) -> None:
    with pytest.raises(Invalid):
        check_tag(tag)


def test_only_a_whole_digest_stands_for_the_referrers_api() -> None:
    assert is_referrers_tag("sha256-" + "0" * 64)
    assert not is_referrers_tag("sha256-" + "0" * 63)
    assert not is_referrers_tag("sha256-" + "0" * 64 + "x")
    assert not is_referrers_tag("latest")
