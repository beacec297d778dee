"""The runner of commands gives them their input and keeps all that they leave behind."""

import gc
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.support import cli

MAIN = "modelops_bundle.porcelain.main"


def install(monkeypatch: pytest.MonkeyPatch, main: Callable[[list[str], str], None]) -> None:
    module = ModuleType(MAIN)
    module.main = main  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, MAIN, module)


def test_a_command_gets_its_arguments_input_directory_and_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def main(argv: list[str], name: str) -> None:
        sys.stdout.write(f"{argv} {Path.cwd()} {os.environ['GREETING']} ")
        sys.stdout.buffer.write(sys.stdin.buffer.read())
        sys.exit()

    install(monkeypatch, main)
    before = Path.cwd()
    result = cli.run("cat", "-", cwd=tmp_path, env={"GREETING": "hello"}, input=b"\xff\x00")
    assert result == cli.Result(0, f"['cat', '-'] {tmp_path} hello ".encode() + b"\xff\x00", "")
    assert (Path.cwd(), "GREETING" in os.environ) == (before, False)


@pytest.mark.parametrize(("ended_with", "code", "stderr"), [(7, 7, ""), (None, 0, ""), ("lost", 1, "lost\n")])
def test_the_code_is_the_one_that_the_interpreter_would_end_with(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ended_with: int | str | None, code: int, stderr: str
) -> None:
    install(monkeypatch, lambda argv, name: sys.exit(ended_with))
    assert cli.run(cwd=tmp_path) == cli.Result(code, b"", stderr)


def test_an_error_that_is_no_exit_reaches_the_test(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def main(argv: list[str], name: str) -> None:
        raise KeyError("a bug")

    install(monkeypatch, main)
    with pytest.raises(KeyError, match="a bug"):
        cli.run(cwd=tmp_path)


def test_what_the_program_does_to_its_process_is_undone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    logger = logging.getLogger("modelops_bundle")
    before = (list(logger.handlers), logger.level)

    def main(argv: list[str], name: str) -> None:
        gc.disable()
        logger.addHandler(logging.FileHandler(tmp_path / "trace"))
        logger.setLevel(logging.DEBUG)
        sys.exit(0)

    install(monkeypatch, main)
    cli.run(cwd=tmp_path)
    assert gc.isenabled()
    assert (logger.handlers, logger.level) == before


def test_a_process_runs_this_checkout_from_anywhere(tmp_path: Path) -> None:
    result = cli.run_process("--version", cwd=tmp_path)
    assert (result.code, result.stderr) == (0, "")
    assert result.stdout


def test_a_started_command_has_pipes_and_does_not_outlive_its_block(tmp_path: Path) -> None:
    with cli.start("--version", cwd=tmp_path) as process:
        out, _ = process.communicate(timeout=30)
    assert out == cli.run_process("--version", cwd=tmp_path).stdout
    assert process.returncode == 0
