from pathlib import Path

import pytest

from modelops_bundle.digest import digest_of, hex_of
from modelops_bundle.errors import Busy, Invalid
from modelops_bundle.worker_cache.layout import CacheLayout

DIGEST = digest_of(b"a bundle")


def test_the_structure_says_how_directories_may_be_named(tmp_path: Path) -> None:
    whole = hex_of(DIGEST)
    assert CacheLayout(tmp_path).names(DIGEST) == (whole[:12], whole)
    assert CacheLayout(tmp_path, "digest").names(DIGEST) == (whole,)
    with pytest.raises(Invalid, match="no such structure of a cache: 'tag'") as caught:
        CacheLayout(tmp_path, "tag")
    assert "'digest_short'" in caught.value.hint


def test_one_at_a_time_works_on_a_bundle_and_the_others_are_told_which(tmp_path: Path) -> None:
    layout = CacheLayout(tmp_path)
    with layout.lock(DIGEST), pytest.raises(Busy, match=DIGEST), layout.lock(DIGEST, wait=0):
        pass
    with layout.lock(DIGEST, wait=0), CacheLayout(tmp_path).lock(digest_of(b"another"), wait=0):
        pass


def test_what_is_used_is_not_unused(tmp_path: Path) -> None:
    layout = CacheLayout(tmp_path)
    use = layout.use(DIGEST)
    with pytest.raises(Busy), layout.unused(DIGEST):
        pass
    del use
    with layout.unused(DIGEST), pytest.raises(Busy), layout.lock(DIGEST, wait=0):
        pass


def test_what_is_on_its_way_belongs_to_one_bundle(tmp_path: Path) -> None:
    layout = CacheLayout(tmp_path)
    one, other = layout.store(DIGEST), layout.store(digest_of(b"another"))
    assert one.tmp != other.tmp
    assert other.objects.put(b"shared") in one.objects
