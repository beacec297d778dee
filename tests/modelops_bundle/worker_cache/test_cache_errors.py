"""Whoever keeps us from filling a cache is told apart, and each hint says what helps."""

import errno
import os
from pathlib import Path

import pytest

from modelops_bundle.worker_cache.cache_errors import CacheUnusable, is_of_others
from tests.modelops_bundle.samples import digest_number


@pytest.mark.parametrize(
    ("number", "hint", "of_others"),
    [
        (errno.ENOSPC, "modelops-bundle cache prune --dir /cache", False),
        (errno.EDQUOT, "modelops-bundle cache prune --dir /cache", False),
        (errno.EROFS, "a cache that they may write to", True),
        (errno.EACCES, "a cache that they may write to", True),
        (errno.EPERM, "a cache that they may write to", True),
        (errno.EIO, "check the disk of '/cache'", False),
    ],
)
def test_the_hint_says_what_helps(number: int, hint: str, of_others: bool) -> None:
    error = OSError(number, os.strerror(number), "/cache/tmp/x")
    told = CacheUnusable(digest_number(1), Path("/cache"), error)
    assert hint in told.hint
    assert told.message.endswith(f"{os.strerror(number)}: '/cache/tmp/x'")
    assert is_of_others(error) is of_others


@pytest.mark.parametrize("filename", [None, 3])
def test_an_error_need_not_be_about_a_file(filename: int | None) -> None:
    told = CacheUnusable(digest_number(1), Path("/cache"), OSError(errno.EIO, "broken", filename))
    assert told.message == f"cannot bring '{digest_number(1)}' into the cache '/cache': broken"
