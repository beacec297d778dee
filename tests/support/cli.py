"""Run the command line from a test: in this process (fast), or as a process of its own (pipes and signals).

Both take the environment of the test (which `isolated_environment` cleaned) and add `env` to it.
"""

import contextlib
import gc
import io
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

CHECKOUT = Path(__file__).parents[2]
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Result:
    """What a command left behind: its exit code, and everything that it wrote."""

    code: int
    stdout: bytes
    stderr: str

    @property
    def text(self) -> str:
        """The standard output as text; bytes that are not UTF-8 are kept by surrogateescape."""
        return self.stdout.decode(errors="surrogateescape")


def run(
    *args: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    input: bytes = b"",
    program: str = "modelops-bundle",
) -> Result:
    """Run a command in this process; an error that is no exit of the program reaches the test."""
    from modelops_bundle.porcelain.main import main

    stdin, stdout, stderr = _stream(input), _stream(), _stream()
    code = 0
    with (
        mock.patch.object(sys, "stdin", stdin),
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
        contextlib.chdir(cwd),
        mock.patch.dict(os.environ, env or {}),
        _process_state_kept(),
    ):
        try:
            main(list(args), program)
        except SystemExit as end:
            code = _exit_code(end)
    return Result(code, _written(stdout), _written(stderr).decode(errors="surrogateescape"))


def run_process(*args: str, cwd: Path, env: Mapping[str, str] | None = None, input: bytes = b"") -> Result:
    """Run a command as a process of its own, with real pipes; it fails the test after a minute."""
    done = subprocess.run(
        _command(args), cwd=cwd, env=_environment(env), input=input, capture_output=True, timeout=_SECONDS
    )
    return Result(done.returncode, done.stdout, done.stderr.decode(errors="surrogateescape"))


@contextlib.contextmanager
def start(*args: str, cwd: Path, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command with a pipe at each of its streams; the block's end kills it if it still runs."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        _command(args), cwd=cwd, env=_environment(env), stdin=pipe, stdout=pipe, stderr=pipe
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def _process_state_kept() -> Iterator[None]:
    """Undo what the program does to its process, since a test's process goes on after it."""
    logger = logging.getLogger("modelops_bundle")
    handlers, level = list(logger.handlers), logger.level
    try:
        yield
    finally:
        for added in set(logger.handlers) - set(handlers):
            logger.removeHandler(added)
            added.close()
        logger.setLevel(level)
        gc.enable()


def _command(args: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "modelops_bundle", *args]


def _environment(env: Mapping[str, str] | None) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(CHECKOUT)} | dict(env or {})


def _stream(content: bytes = b"") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(content), "utf-8", "surrogateescape", write_through=True)


def _written(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()


def _exit_code(end: SystemExit) -> int:
    """Return the exit code that the interpreter would end with."""
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    print(end.code, file=sys.stderr)
    return 1
