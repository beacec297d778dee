"""What goes wrong has the same exit code and words, whoever waits for it."""

import errno
import sys

import pytest

from modelops_bundle import errors
from modelops_bundle.api import NothingRegistered
from modelops_bundle.bundles.roles import RoleMismatch
from modelops_bundle.errors import BundleError, ExitCode, Invalid
from modelops_bundle.failure import EXIT_CODES, exit_code_for, failure_of, run_and_exit


def test_every_family_of_errors_is_in_the_table() -> None:
    families = {kind for kind in BundleError.__subclasses__() if kind.__module__ == errors.__name__}
    assert {kind: kind.exit_code for kind in families}.items() <= EXIT_CODES.items()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RoleMismatch("no such role"), 11),
        # Both a NotFound of ours and a FileNotFoundError: what it is to us counts.
        (NothingRegistered("nothing is registered"), 1),
        (BundleError("it failed"), 3),
        (PermissionError(errno.EACCES, "Permission denied", "a.csv"), 3),
        (BrokenPipeError(), 141),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("division by zero"), 70),
    ],
)
def test_an_error_has_the_exit_code_of_what_it_is_a_kind_of(error: BaseException, code: int) -> None:
    assert exit_code_for(error) == code
    assert failure_of(error).exit_code == code


def test_an_error_of_ours_is_told_with_its_details_and_its_hint() -> None:
    failure = failure_of(Invalid("2 paths are bad", hint="rename them", details=("a", "b")))
    assert failure.text() == "error: 2 paths are bad\n  a\n  b\nhint: rename them\n"


def test_names_that_strangers_chose_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in failure_of(Invalid("no such file: '\x1b[2J'", details=("\x1b]0;x",))).text()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file", "a.csv"), "No such file: 'a.csv'"),
        (FileNotFoundError(errno.ENOENT, "No such file", b"a.csv"), "No such file: 'a.csv'"),
        (OSError("no reason"), "no reason"),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
        (KeyboardInterrupt(), "interrupted"),
    ],
)
def test_any_other_error_is_told_too(error: BaseException, message: str) -> None:
    assert failure_of(error).message == message


def test_a_disk_that_is_full_is_no_riddle() -> None:
    assert "make room" in failure_of(OSError(errno.ENOSPC, "No space left on device")).hint
    assert failure_of(OSError("no reason")).hint == ""
    assert failure_of(ZeroDivisionError()).exit_code is ExitCode.BUG


def test_what_succeeds_returns_its_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_and_exit(lambda: 7) == 7
    assert capsys.readouterr() == ("", "")


def test_what_fails_is_told_and_ends_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        raise RoleMismatch("the bundle has no role 'x'", hint="available roles: default")

    with pytest.raises(SystemExit) as end:
        run_and_exit(work)
    assert end.value.code == 11
    assert capsys.readouterr() == ("", "error: the bundle has no role 'x'\nhint: available roles: default\n")


def test_a_bug_shows_where_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        run_and_exit(lambda: 1 // 0)
    error = capsys.readouterr().err
    assert end.value.code == 70
    assert "Traceback" in error
    assert error.endswith("error: ZeroDivisionError: integer division or modulo by zero\n")


@pytest.mark.parametrize(
    ("error", "code", "told"), [(KeyboardInterrupt(), 130, True), (BrokenPipeError(), 141, False)]
)
def test_an_interrupt_and_a_reader_that_went_away_end_it_too(
    error: BaseException, code: int, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        raise error

    with pytest.raises(SystemExit) as end:
        run_and_exit(work)
    assert end.value.code == code
    assert bool(capsys.readouterr().err) is told


def test_an_end_that_was_asked_for_is_left_alone() -> None:
    with pytest.raises(SystemExit) as end:
        run_and_exit(lambda: sys.exit(7))
    assert end.value.code == 7
