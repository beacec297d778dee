"""A lock keeps others out, and ends with its holder, however that ends."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from modelops_bundle.errors import Busy, ExitCode, TransferFailed
from modelops_bundle.files import lockfile
from modelops_bundle.files.lockfile import hold, hold_passing
from tests.support.cli import CHECKOUT
from tests.support.forked import forked

ROUNDS = """
import os, sys
from pathlib import Path
from modelops_bundle.files import lockfile
os.getpid = lambda: 7  # as the first processes of two containers have it
lockfile._POLL = 0.0005
for _ in range(int(sys.argv[2])):
    with lockfile.hold_passing(Path(sys.argv[1]), wait=60):
        os.close(os.open(f"{sys.argv[1]}-alone", os.O_CREAT | os.O_EXCL))
        os.unlink(f"{sys.argv[1]}-alone")
"""
HOLDER = """
import sys
from pathlib import Path
from modelops_bundle.files.lockfile import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


FORKS = """
import os, sys
from pathlib import Path
from modelops_bundle.files.lockfile import hold
with hold(Path(sys.argv[1])):
    if not os.fork():
        print("forked", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process that holds the lock until its standard input ends."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == b"held\n"
            yield process
        finally:
            process.kill()


def test_a_lock_can_be_held_again_once_it_is_released(tmp_path: Path) -> None:
    for _ in range(2):
        with hold(tmp_path / "locks" / "a", wait=0):
            pass


def test_a_failure_releases_the_lock(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), hold(tmp_path / "a"):
        raise KeyboardInterrupt
    with hold(tmp_path / "a", wait=0):
        pass


def test_two_locks_of_different_names_do_not_meet(tmp_path: Path) -> None:
    with hold(tmp_path / "a"), hold(tmp_path / "b", wait=0):
        pass


def test_who_holds_a_lock_keeps_others_of_the_same_process_out(tmp_path: Path) -> None:
    with hold(tmp_path / "a"), pytest.raises(Busy, match=str(os.getpid())), hold(tmp_path / "a", wait=0):
        pass


def test_another_process_is_named_and_killing_it_frees_the_lock(tmp_path: Path) -> None:
    with holder(tmp_path / "a") as process:
        with pytest.raises(Busy, match=rf"process {process.pid}\b") as caught, hold(tmp_path / "a", wait=0.01):
            pass
        assert caught.value.exit_code is ExitCode.BUSY
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)
        with hold(tmp_path / "a", wait=0):
            assert (tmp_path / "a").read_text() == str(os.getpid())


def test_a_waiter_gets_the_lock_when_it_is_released(tmp_path: Path) -> None:
    with holder(tmp_path / "a") as process:
        assert process.stdin
        process.stdin.close()
        with hold(tmp_path / "a", wait=10):
            pass
        assert process.wait(timeout=10) == 0


def test_a_child_does_not_inherit_the_lock(tmp_path: Path) -> None:
    with hold(tmp_path / "a"):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False)
    # The kernel closes the lock of the child at exec, which may come a moment after Popen returns.
    with child, hold(tmp_path / "a", wait=5):
        child.communicate(b"\n", timeout=10)


def test_a_lock_that_is_released_is_free_whoever_was_forked_meanwhile(tmp_path: Path) -> None:
    with ExitStack() as children:
        with hold(tmp_path / "a"), hold_passing(tmp_path / "b"):
            children.enter_context(forked(lambda: None))
        for take in hold, hold_passing:
            for name in "ab":
                with take(tmp_path / name, wait=0):
                    pass


def test_a_killed_holder_leaves_its_lock_to_no_child_that_it_forked(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FORKS, str(tmp_path / "a")]
    with subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        assert process.stdout.readline() == b"forked\n"
        with pytest.raises(Busy), hold(tmp_path / "a", wait=0):
            pass
        process.kill()
        with hold(tmp_path / "a", wait=5):
            process.stdin.close()  # which the child lived for


def test_a_child_that_leaves_what_its_parent_is_at_takes_no_lock_from_it(tmp_path: Path) -> None:
    with ExitStack() as held:
        held.enter_context(hold_passing(tmp_path / "a"))
        with forked(held.close), pytest.raises(Busy), hold(tmp_path / "a", wait=0):
            pass


def test_a_passing_lock_leaves_no_file_and_keeps_others_out(tmp_path: Path) -> None:
    for _ in range(2):
        with hold_passing(tmp_path / "a"):
            with pytest.raises(Busy), hold_passing(tmp_path / "a", wait=0):
                pass
            assert (tmp_path / "a").exists()
        assert not (tmp_path / "a").exists()


def test_a_lock_whose_file_went_while_somebody_waited_keeps_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last holder removes the file that we have open: what we hold is not the lock of that name any more."""
    held: list[int] = []
    real = lockfile._try_lock

    def removed_before(handle: int) -> None:
        real(handle)
        held.append(handle)
        if len(held) == 1:
            (tmp_path / "a").unlink()

    monkeypatch.setattr(lockfile, "_try_lock", removed_before)
    with hold_passing(tmp_path / "a"):
        assert len(held) == 2
        with pytest.raises(Busy), hold(tmp_path / "a", wait=0):
            pass


def test_a_passing_lock_has_one_holder_among_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockfile, "_POLL", 0.0005)

    def take(_: int) -> None:
        with hold_passing(tmp_path / "a", wait=60):
            os.close(os.open(tmp_path / "alone", os.O_CREAT | os.O_EXCL))
            time.sleep(0)
            os.unlink(tmp_path / "alone")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(take, range(400)))
    assert list(tmp_path.iterdir()) == []


def test_a_passing_lock_has_one_holder_among_processes_of_one_number(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ROUNDS, str(tmp_path / "a"), "100"]
    running = [subprocess.Popen(command, cwd=CHECKOUT) for _ in range(4)]
    assert [process.wait(timeout=60) for process in running] == [0] * 4
    assert list(tmp_path.iterdir()) == []


def test_a_lock_is_not_written_through_a_symlink(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"content")
    (tmp_path / "a").symlink_to("precious")
    with pytest.raises(OSError, match="symbolic links"), hold(tmp_path / "a"):
        pass
    assert (tmp_path / "precious").read_bytes() == b"content"


def test_a_lock_is_held_whose_directory_went_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its last holder removed it, between our making of it and of the file."""
    real = Path.mkdir

    def mkdir_in_vain(path: Path, *args: bool, **options: bool) -> None:
        monkeypatch.undo()
        real(path, *args, **options)
        path.rmdir()

    monkeypatch.setattr(Path, "mkdir", mkdir_in_vain)
    with hold_passing(tmp_path / "locks" / "a"):
        assert (tmp_path / "locks" / "a").exists()


def test_a_file_system_without_locks_is_not_taken_for_a_busy_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(handle: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lockfile, "_try_lock", no_locks)
    with pytest.raises(TransferFailed, match="No locks available"), hold(tmp_path / "a"):
        pass
