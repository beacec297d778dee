"""A worker whose cache is on a full disk, or may only be read: told by an error of ours, or served anyway."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from modelops_bundle.errors import Invalid, TransferFailed
from tests.support.cli import CHECKOUT
from tests.support.programs import require
from tests.support.worker import publish, worker
from tests.support.workspace import Workspace, snapshot

# Asks for a bundle, and prints what it is given, or which error says why not.
ASKS = """
import sys
from modelops_bundle.errors import BundleError
from modelops_bundle.repository import ModelOpsBundleRepository
registry, cache, reference = sys.argv[1:]
try:
    print(ModelOpsBundleRepository(registry, cache).ensure_local(reference)[1])
except BundleError as error:
    print(f"{type(error).__name__}: {error.message}; {error.hint}")
"""


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    work = Workspace(tmp_path / "seir", tmp_path / "home")
    work.write("data/cases.csv", "day,cases\n1,3\n")
    return work


@pytest.fixture
def remote(tmp_path: Path) -> str:
    return f"oci:{tmp_path}/layout"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 5 MB, which only root can make."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() or not _mount("-t", "tmpfs", "-o", "size=5m", "tmpfs", str(folder)):
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)  # locks of the bundles in use are open


def _mount(*args: str) -> bool:
    return subprocess.run(["mount", *args], capture_output=True).returncode == 0


def asks_as_another_user(remote: str, cache: Path, digest: str) -> str:
    """Return what a process prints that file permissions bind, though root may run the tests."""
    drop = "-dac_override,-dac_read_search,-fowner"
    bound = [str(require("setpriv")), f"--bounding-set={drop}", f"--inh-caps={drop}"] if not os.geteuid() else []
    command = [*bound, sys.executable, "-c", ASKS, remote, str(cache), digest]
    return (
        subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=True, timeout=60).stdout.decode().strip()
    )


@contextmanager
def unwritable(cache: Path) -> Iterator[None]:
    """Let nobody write to the directories and locks of a cache."""
    paths = [cache, *(path for path in cache.rglob("*") if path.is_dir()), *(cache / "locks").iterdir()]
    modes = {path: path.stat().st_mode for path in paths}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def test_a_full_disk_is_told_with_what_makes_room(work: Workspace, remote: str, disk: Path) -> None:
    small = publish(work, remote)
    work.write("large.bin", os.urandom(6 << 20))
    large = publish(work, remote)
    cache = disk / "cache"
    with pytest.raises(TransferFailed) as caught:
        worker(remote, cache).ensure_local(large)
    assert f"cannot bring '{large}' into the cache '{cache}': No space left on device" in caught.value.message
    assert caught.value.hint == f"make room on the disk: modelops-bundle cache prune --dir {cache}"
    work.ok("cache", "prune", "--older-than", "0", "--dir", str(cache))
    assert snapshot(worker(remote, cache).ensure_local(small)[1])["data/cases.csv"]


def test_a_read_only_cache_serves_what_is_sound_in_it(work: Workspace, remote: str, disk: Path) -> None:
    digest = publish(work, remote)
    work.write("data/cases.csv", "day,cases\n")
    other = publish(work, remote)
    _, directory = worker(remote, disk).ensure_local(digest)
    (directory / "data/cases.csv").touch()
    assert _mount("-o", "remount,ro", str(disk))
    repository = worker(remote, disk)
    assert [repository.ensure_local(digest)[1] for _ in range(2)] == [directory] * 2
    with pytest.raises(TransferFailed, match=r"into the cache .*: Read-only file system: .*locks"):
        repository.ensure_local(other)
    assert _mount("-o", "remount,rw", str(disk))
    (directory / "data/cases.csv").write_text("changed\n")
    assert _mount("-o", "remount,ro", str(disk))
    for asked in repository, worker(remote, disk):
        with pytest.raises(TransferFailed, match="Read-only file system"):
            asked.ensure_local(digest)


def test_the_cache_of_another_user_serves_what_is_sound_in_it(
    work: Workspace, remote: str, tmp_path: Path
) -> None:
    cache, digest = tmp_path / "cache", publish(work, remote)
    _, directory = worker(remote, cache).ensure_local(digest)
    (directory / "data/cases.csv").touch()
    with unwritable(cache):
        assert asks_as_another_user(remote, cache, digest) == str(directory)
        (directory / "data/cases.csv").write_text("changed\n")
        said = asks_as_another_user(remote, cache, digest)
    assert said.startswith(f"CacheUnusable: cannot bring '{digest}' into the cache '{cache}': Permission denied: ")
    assert said.endswith("; give workers a cache that they may write to, or let its owner fetch the bundle")


def test_what_one_may_not_even_read_is_told(work: Workspace, remote: str, tmp_path: Path) -> None:
    cache, digest = tmp_path / "cache", publish(work, remote)
    worker(remote, cache).ensure_local(digest)
    for path in cache, cache / "records":
        path.chmod(0)
        try:
            assert "Permission denied" in asks_as_another_user(remote, cache, digest)
        finally:
            path.chmod(0o755)


@pytest.mark.parametrize("make", [Path.touch, lambda path: path.symlink_to("/dev/null")])
def test_a_cache_that_is_no_directory_is_told(
    work: Workspace, remote: str, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "cache")
    with pytest.raises(Invalid, match=f"not a directory: '{tmp_path}/cache'"):
        worker(remote, tmp_path / "cache").ensure_local(publish(work, remote))
    assert f"not a directory: '{tmp_path}/cache'" in work.refused(2, "cache", "list", "--dir", f"{tmp_path}/cache")
