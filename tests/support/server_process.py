"""Run a server for tests on free loopback ports, and end it by its pid."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 10


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on; all different, since all are held until the last is found."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def listens(port: int) -> bool:
    """Tell whether a loopback port takes connections."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(is_ready: Callable[[], bool], what: str) -> None:
    """Return when a server is ready, and fail when that takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        assert time.monotonic() < deadline, f"no start within {START_SECONDS} s: {what}"
        time.sleep(0.01)


@contextmanager
def server_process(
    command: Sequence[str | Path],
    log_file: Path,
    is_ready: Callable[[], bool],
    env: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """Run a server until the block ends; it starts once `is_ready`."""
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [str(part) for part in command],
            env=None if env is None else dict(env),
            cwd=log_file.parent,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )

    def started() -> bool:
        assert process.poll() is None, f"{command[0]} ended: {log_file.read_text(errors='replace')}"
        return is_ready()

    try:
        wait_until(started, f"{command[0]}, see '{log_file}'")
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
