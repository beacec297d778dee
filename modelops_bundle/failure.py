"""What a failure means to whoever waits for a program: an exit code, and the lines that tell it.

The command line prints them, and so does `run_and_exit`; everywhere else errors are raised.
"""

import errno
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from modelops_bundle.errors import (
    AuthRefused,
    BundleError,
    Busy,
    ExitCode,
    IntegrityError,
    Invalid,
    LayerMismatch,
    NotFound,
    RemoteMoved,
    TransferFailed,
    UnsupportedMediaType,
    WorkingTreeConflict,
)
from modelops_bundle.safe_path import printable
from modelops_bundle.secret_text import redact

Result = TypeVar("Result")

EXIT_CODES: Mapping[type[BaseException], ExitCode] = {
    NotFound: ExitCode.NOT_FOUND,
    Invalid: ExitCode.USAGE,
    TransferFailed: ExitCode.TRANSFER,
    AuthRefused: ExitCode.AUTH,
    IntegrityError: ExitCode.INTEGRITY,
    Busy: ExitCode.BUSY,
    RemoteMoved: ExitCode.REMOTE_MOVED,
    UnsupportedMediaType: ExitCode.MEDIA_TYPE,
    LayerMismatch: ExitCode.LAYER,
    WorkingTreeConflict: ExitCode.CONFLICT,
    BundleError: ExitCode.TRANSFER,
    KeyboardInterrupt: ExitCode.INTERRUPTED,
    BrokenPipeError: ExitCode.BROKEN_PIPE,
    OSError: ExitCode.TRANSFER,
}
"""The exit code of each kind of error, and of all that are derived from it; the first kind that fits decides."""


@dataclass(frozen=True, slots=True)
class Failure:
    """How a program ends that failed: its exit code, one line, further lines, and what to do about it."""

    exit_code: ExitCode
    message: str
    hint: str = ""
    details: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the lines for standard error; names in them, which strangers chose, cannot steer a terminal.

        Nor do they show what looks like a credential.
        """
        hints = [f"hint: {self.hint}"] if self.hint else []
        lines = [f"error: {self.message}", *(f"  {line}" for line in self.details), *hints]
        return "".join(f"{printable(redact(line))}\n" for line in lines)


def exit_code_for(error: BaseException) -> ExitCode:
    """Return the exit code of what an error is a kind of: 70, a bug, for what is in no table."""
    return next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), ExitCode.BUG)


def failure_of(error: BaseException) -> Failure:
    """Return what an error means; only errors of ours, and the usual ones of the system, have a hint."""
    code = exit_code_for(error)
    match error:
        case BundleError():
            return Failure(code, error.message, error.hint, error.details)
        case KeyboardInterrupt():
            return Failure(code, "interrupted", "nothing is lost: run the same command again to go on")
        case OSError():
            name = f": '{os.fsdecode(error.filename)}'" if isinstance(error.filename, str | bytes) else ""
            return Failure(code, f"{error.strerror or error}{name}", _hint_for(error))
    return Failure(code, f"{type(error).__name__}: {error}")


def run_and_exit(work: Callable[[], Result]) -> Result:
    """Return what `work` returns; if it raises, say why on standard error and raise SystemExit with the exit code.

    This is for the outermost call of a program that has no boundary of its own, so it writes to a stream, as
    nothing else in the library does. The command line's own boundary cannot serve: the library stands below the
    commands and knows no click. Both use the words of `failure_of`. A bug comes with its traceback.
    """
    try:
        return work()
    except (Exception, KeyboardInterrupt) as error:
        failure = failure_of(error)
        if failure.exit_code is ExitCode.BUG:
            import traceback

            traceback.print_exception(error)
        if failure.exit_code is not ExitCode.BROKEN_PIPE:
            sys.stderr.write(failure.text())
        raise SystemExit(failure.exit_code) from error


def _hint_for(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "check who owns it and its permissions"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "nothing was lost: make room on the disk, then run the same command again"
    return ""
