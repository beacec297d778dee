import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from modelops_bundle.digest import Digest
from modelops_bundle.errors import AuthRefused, BundleError, IntegrityError, NotFound, TransferFailed
from modelops_bundle.fetching.contents import Origin
from modelops_bundle.worker_cache.last_failure import LastFailure, leave_failure, read_failure
from modelops_bundle.worker_cache.layout import CacheLayout
from modelops_bundle.worker_cache.shared_cache import SharedCache
from tests.modelops_bundle.samples import digest_number

DIGEST = digest_number(1)
REMOTE = "localhost:5000/lab/seir"


def failing(error: BundleError, tried: list[str]) -> Callable[[], AbstractContextManager[Origin]]:
    @contextmanager
    def opened() -> Iterator[Origin]:
        tried.append(error.message)
        raise error
        yield

    return opened


class TwoWorkers:
    """One is at the bundle when the other comes, and fails while it waits."""

    def __init__(self, root: Path, error: BundleError) -> None:
        self.root = root
        self.error = error
        self.tried: list[str] = []
        self._at_it, self._fails = Event(), Event()

    def second_meets(self, remote: str = REMOTE) -> BundleError:
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(SharedCache(CacheLayout(self.root)).require, DIGEST, REMOTE, self._fails_later)
            assert self._at_it.wait(10)
            second = pool.submit(self._comes_second, remote)
            assert met_by(first) is self.error
            return met_by(second)

    @contextmanager
    def _fails_later(self) -> Iterator[Origin]:
        self._at_it.set()
        assert self._fails.wait(10)
        raise self.error
        yield

    def _comes_second(self, remote: str) -> None:
        fails = self._fails

        class Waiting(CacheLayout):
            @contextmanager
            def lock(self, digest: Digest, wait: float = 10) -> Iterator[None]:
                fails.set()
                with super().lock(digest, wait):
                    yield

        SharedCache(Waiting(self.root)).require(DIGEST, remote, failing(TransferFailed("by itself"), self.tried))


def met_by(work: Future[Any]) -> BundleError:
    error = work.exception(10)
    assert isinstance(error, BundleError)
    return error


@pytest.mark.parametrize("kind", [TransferFailed, IntegrityError])
def test_who_waited_for_a_failure_meets_it_too(tmp_path: Path, kind: type[BundleError]) -> None:
    workers = TwoWorkers(tmp_path / "cache", kind("lost 'reg'", hint="look"))
    met = workers.second_meets()
    assert (type(met), met.message, met.hint) == (kind, "lost 'reg'", "look")
    assert "another process met this" in met.details[0]
    assert workers.tried == []


@pytest.mark.parametrize("kind", [AuthRefused, NotFound])
def test_who_may_be_luckier_tries(tmp_path: Path, kind: type[BundleError]) -> None:
    workers = TwoWorkers(tmp_path / "cache", kind("not you"))
    assert workers.second_meets().message == "by itself"


def test_another_remote_may_have_it(tmp_path: Path) -> None:
    workers = TwoWorkers(tmp_path / "cache", TransferFailed("lost 'reg'"))
    assert workers.second_meets("ghcr.io/lab/seir").message == "by itself"


def test_who_comes_later_tries_again(tmp_path: Path) -> None:
    tried: list[str] = []
    for cache in [SharedCache(CacheLayout(tmp_path / "cache"))] * 2 + [
        SharedCache(CacheLayout(tmp_path / "cache"))
    ]:
        with pytest.raises(TransferFailed):
            cache.require(DIGEST, REMOTE, failing(TransferFailed("lost 'reg'"), tried))
    assert len(tried) == 3


def test_two_failures_are_never_the_same(tmp_path: Path) -> None:
    left = []
    for _ in range(2):
        leave_failure(tmp_path / "failure", REMOTE, TransferFailed("lost", hint="look"))
        left.append(read_failure(tmp_path / "failure"))
    assert left[0] and left[1] and left[0] != left[1]


@pytest.mark.parametrize(
    "change", [{"kind": "BundleError"}, {"kind": 1}, {"message": 5}, {"more": ""}, {"message": "x" * 70000}]
)
def test_what_others_may_have_written_there_is_not_believed(tmp_path: Path, change: dict[str, object]) -> None:
    file = tmp_path / "failure"
    leave_failure(file, REMOTE, TransferFailed("lost"))
    assert isinstance(read_failure(file), LastFailure)
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    assert read_failure(file) is None
    file.unlink()
    assert read_failure(file) is None


def test_where_nothing_can_be_left_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    leave_failure(tmp_path / "file" / "failure", REMOTE, TransferFailed("lost"))
