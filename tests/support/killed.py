"""Kill a command at a moment of one's choice: right before its Nth change of a file system, whichever it is.

for moment in range(1, 1000):
    if not killed_at(moment, "push", cwd=checkout):
        break
    ...                                    # what did it leave behind?
"""

import itertools
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.support import cli

# Events of `sys.addaudithook` that come right before a change; "open" does if it is for writing.
_CHANGES = {
    *("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod"),
    *("shutil.copyfile", "shutil.rmtree", "tempfile.mkstemp", "tempfile.mkdtemp"),
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def killed_at(moment: int, *args: str, cwd: Path, env: Mapping[str, str] | None = None) -> bool:
    """Run a command in a child that dies by SIGKILL before its Nth change; tell whether it lived to see that."""
    child = os.fork()
    if child == 0:
        _run_and_die(moment, args, cwd, env)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, f"{args} ended with {os.WEXITSTATUS(status)}"
    return os.WIFSIGNALED(status)


def moments(number_of_changes: int, wanted: int) -> Iterator[int]:
    """Yield up to `wanted` moments, spread evenly, the first and the last change among them."""
    step = max(1.0, (number_of_changes - 1) / (wanted - 1))
    for number in range(wanted):
        moment = 1 + round(number * step)
        if moment <= number_of_changes:
            yield moment


def changes_of(*args: str, cwd: Path, env: Mapping[str, str] | None = None) -> int:
    """Run a command to its end and return how many changes it makes."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _run_and_die(sys.maxsize, args, cwd, env, report=writer)
    os.close(writer)
    with open(reader, "rb") as stream:
        told = stream.read()
    os.waitpid(child, 0)
    return int(told)


def _run_and_die(
    moment: int, args: tuple[str, ...], cwd: Path, env: Mapping[str, str] | None, report: int = -1
) -> None:
    sys.dont_write_bytecode = True
    counter = itertools.count(1)
    seen = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        flags = arguments[2] if event == "open" else 0
        if event in _CHANGES or (isinstance(flags, int) and flags & _WRITING):
            seen = next(counter)
            if seen == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    code = 1
    try:
        sys.addaudithook(watch)
        code = cli.run(*args, cwd=cwd, env=env).code
        if report >= 0:
            os.write(report, str(seen).encode())
    finally:
        os._exit(code)
