"""The boundary: whatever happens becomes an exit code and at most an error with a hint."""

import logging
from pathlib import Path

import click
import pytest

from modelops_bundle.errors import ExitCode, IntegrityError
from modelops_bundle.plumbing._session import Session
from modelops_bundle.porcelain import _program
from modelops_bundle.porcelain._program import run
from tests.support import cli


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """A command `status` that raises what is put into this list."""
    raised: list[BaseException] = []

    @click.command()
    def status() -> None:
        click.echo("printed")
        raise raised[0]

    monkeypatch.setattr(_program, "load", lambda name: status)
    return raised


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (IntegrityError("it is damaged", hint="fetch it"), 5, "error: it is damaged\nhint: fetch it\n"),
        (click.UsageError("no such thing"), 2, "error: no such thing\nhint: modelops-bundle status --help\n"),
        (KeyboardInterrupt(), 130, ""),
        (click.Abort(), 130, ""),
        (click.exceptions.Exit(1), 1, ""),
        (ZeroDivisionError("a bug"), 70, "this is a bug of ours"),
        (OSError(5, "Input/output error"), 3, "run it again with --debug"),
    ],
)
def test_every_end_has_an_exit_code(
    command: list[BaseException], capsys: pytest.CaptureFixture[str], error: BaseException, code: int, told: str
) -> None:
    command.append(error)
    assert run(["status"]) == code
    out, err = capsys.readouterr()
    assert out == "printed\n"
    assert told in err and "Traceback" not in err
    assert bool(err) == (code != 1)


def test_a_traceback_is_there_for_who_asks(
    command: list[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    command.append(ZeroDivisionError("a bug"))
    assert run(["--debug", "status"]) == ExitCode.BUG
    err = capsys.readouterr().err
    assert "Traceback" in err and err.splitlines()[-1].startswith("hint: ")


def test_a_reader_that_went_away_is_no_error(
    command: list[BaseException], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_program, "_forget_stdout", lambda: None)
    command.append(BrokenPipeError())
    assert run(["status"]) == ExitCode.BROKEN_PIPE
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("typed", "hint"), [("stauts", "did you mean 'status'?"), ("xyzzy", "modelops-bundle --help")]
)
def test_an_unknown_command_is_told_what_is_near(
    capsys: pytest.CaptureFixture[str], typed: str, hint: str
) -> None:
    assert run([typed]) == ExitCode.USAGE
    assert capsys.readouterr().err == f"error: no such command: '{typed}'\nhint: {hint}\n"


def test_without_a_command_there_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == ExitCode.USAGE
    assert run(["--help"]) == ExitCode.DONE
    out, err = capsys.readouterr()
    assert "Low-level commands:" in out and "Usage: modelops-bundle" in err


def test_dash_c_is_where_the_command_starts(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    assert cli.run("-C", "below", "init", cwd=tmp_path).code == 0
    assert (tmp_path / "below/.modelops-bundle").is_dir()
    done = cli.run("-C", "nowhere", "status", cwd=tmp_path)
    assert (done.code, done.stderr.splitlines()[0]) == (2, "error: no such directory: 'nowhere'")


@pytest.mark.parametrize(
    ("words", "verbosity", "progress"),
    [
        ([], 0, "auto"),
        (["-v"], 1, "auto"),
        (["-vv"], 2, "auto"),
        (["-q"], -1, "none"),
        (["-q", "--progress", "json"], -1, "json"),
    ],
)
def test_a_command_is_given_how_much_to_tell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str], verbosity: int, progress: str
) -> None:
    given: list[Session] = []

    @click.command()
    @click.pass_obj
    def status(session: Session) -> None:
        given.append(session)

    monkeypatch.setattr(_program, "load", lambda name: status)
    assert cli.run(*words, "status", cwd=tmp_path).code == 0
    assert (given[0].verbosity, given[0].progress, given[0].directory) == (verbosity, progress, tmp_path)


def test_a_trace_goes_where_the_variable_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    @click.command()
    def status() -> None:
        logging.getLogger("modelops_bundle.test").debug("one request")

    monkeypatch.setattr(_program, "load", lambda name: status)
    done = cli.run("status", cwd=tmp_path, env={"MODELOPS_BUNDLE_TRACE": "1"})
    assert done.stderr == "modelops_bundle.test: one request\n"
    done = cli.run("status", cwd=tmp_path, env={"MODELOPS_BUNDLE_TRACE": str(tmp_path / "trace")})
    assert (done.stderr, (tmp_path / "trace").read_text()) == ("", "modelops_bundle.test: one request\n")
    assert cli.run("-v", "status", cwd=tmp_path).stderr == ""
    assert cli.run("-vv", "status", cwd=tmp_path).stderr == "modelops_bundle.test: one request\n"
