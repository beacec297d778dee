"""The user's cache keeps what can be used again, and nothing else."""

import os
import time
from pathlib import Path

import pytest

from modelops_bundle.digest import digest_of
from modelops_bundle.errors import Busy, Invalid, TransferFailed
from modelops_bundle.files.lockfile import hold_passing
from modelops_bundle.store.user_cache import opened_cache, temporary_cache
from modelops_bundle.transfer import partial_path

DIGEST = digest_of(b"content")


def below(directory: Path) -> set[str]:
    return {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()}


def test_objects_stay_and_the_rest_goes(tmp_path: Path) -> None:
    with opened_cache(tmp_path, "a") as store:
        store.objects.put(b"content")
        partial_path(store.objects, DIGEST).write_bytes(b"whole")
    with opened_cache(tmp_path, "b") as store:
        assert store.objects.read(DIGEST) == b"content"
    assert len(below(tmp_path)) == 1
    assert list((tmp_path / "store" / "tmp").iterdir()) == []


def test_what_was_fetched_by_halves_serves_the_next_try(tmp_path: Path) -> None:
    with pytest.raises(Invalid), opened_cache(tmp_path, "a") as store:
        partial_path(store.objects, DIGEST).write_bytes(b"half")
        raise Invalid("broken off", hint="again")
    with opened_cache(tmp_path, "other") as store:
        assert not partial_path(store.objects, DIGEST).exists()
    with opened_cache(tmp_path, "a") as store:
        assert partial_path(store.objects, DIGEST).read_bytes() == b"half"
    assert below(tmp_path) == set()


def test_a_failure_that_left_nothing_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Invalid), opened_cache(tmp_path, "a"):
        raise Invalid("wrong", hint="other")
    assert list((tmp_path / "store" / "tmp").iterdir()) == []


def test_what_was_left_long_ago_is_removed(tmp_path: Path) -> None:
    for name, age in (("old", 8 * 24 * 3600), ("young", 3600)):
        folder = tmp_path / "store" / "tmp" / name
        folder.mkdir(parents=True)
        (folder / "half").write_bytes(b"half")
        os.utime(folder, (time.time() - age, time.time() - age))
    with opened_cache(tmp_path, "a"):
        assert below(tmp_path) >= {"store/tmp/young/half"}
        assert not (tmp_path / "store" / "tmp" / "old").exists()


def test_what_is_in_use_is_not_removed_whatever_its_age(tmp_path: Path) -> None:
    """A clock may be wrong, and a command may begin between the look at the time and the removal."""
    with opened_cache(tmp_path, "long") as store:
        partial_path(store.objects, DIGEST).write_bytes(b"half")
        os.utime(store.tmp, (1, 1))
        with opened_cache(tmp_path, "b"):
            pass
        assert partial_path(store.objects, DIGEST).read_bytes() == b"half"


def test_two_of_one_purpose_do_not_work_at_once(tmp_path: Path) -> None:
    with opened_cache(tmp_path, "a") as store:
        with opened_cache(tmp_path, "b"):
            pass
        with pytest.raises(Busy), hold_passing(store.tmp / "lock", wait=0):
            pass


def test_a_cache_that_cannot_be_written_is_told_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = pytest.raises(TransferFailed, match="cannot use the cache")
    with told as caught, opened_cache(tmp_path / "file", "a"):
        pass
    assert "--no-cache" in caught.value.hint


def test_a_temporary_store_disappears() -> None:
    with temporary_cache() as store:
        store.objects.put(b"content")
        directory = store.directory
        assert directory.is_dir()
    assert not directory.exists()
