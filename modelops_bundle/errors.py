"""Errors that reach a person: each says what failed, how to go on, and the exit code.

    BundleError
    ├── NotFound               1   a name, object, blob or file is not there
    ├── Invalid                2   usage or validation
    ├── TransferFailed         3   download, upload, runtime
    ├── AuthRefused            4   authentication or permission refused
    ├── IntegrityError         5   bytes do not match their digest, or a document contradicts itself
    ├── Busy                   6   locked by another process
    ├── RemoteMoved            7   the tag holds changes that we do not have
    ├── UnsupportedMediaType  10   not something we can read
    ├── LayerMismatch         11   role or layer does not fit
    └── WorkingTreeConflict   12   would overwrite work

Concrete errors are subclasses that live beside the code that raises them.
`run` in porcelain/_program.py is the one boundary that prints them.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import ClassVar

from modelops_bundle.secret_text import redact

MANY = 50
"""More details than this are counted instead of listed."""


class ExitCode(IntEnum):
    """Exit codes of every command; docs/scripting.md is the public table."""

    DONE = 0
    NOT_FOUND = 1
    USAGE = 2
    TRANSFER = 3
    AUTH = 4
    INTEGRITY = 5
    BUSY = 6
    REMOTE_MOVED = 7
    MEDIA_TYPE = 10
    LAYER = 11
    CONFLICT = 12
    BUG = 70
    INTERRUPTED = 130
    BROKEN_PIPE = 141


class BundleError(Exception):
    """A failure that the user can act on.

    `message` is one line naming the path, ref or digest; `hint` is the next command to type;
    `details` are further lines, such as the paths in conflict. None of them shows what looks like a credential.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.TRANSFER
    usual_hint: ClassVar[str] = ""

    def __init__(self, message: str, *, hint: str = "", details: tuple[str, ...] = ()) -> None:
        self.message = redact(message)
        super().__init__(self.message)
        self.hint = redact(hint or self.usual_hint)
        self.details = tuple(redact(line) for line in details)


class NotFound(BundleError):
    exit_code = ExitCode.NOT_FOUND


class Invalid(BundleError):
    exit_code = ExitCode.USAGE


class TransferFailed(BundleError):
    exit_code = ExitCode.TRANSFER


class AuthRefused(BundleError):
    exit_code = ExitCode.AUTH


class IntegrityError(BundleError):
    exit_code = ExitCode.INTEGRITY
    usual_hint = "it is damaged, or was altered on the way: ask who published it for modelops-bundle push --force"


class Busy(BundleError):
    exit_code = ExitCode.BUSY


class RemoteMoved(BundleError):
    exit_code = ExitCode.REMOTE_MOVED


class UnsupportedMediaType(BundleError):
    exit_code = ExitCode.MEDIA_TYPE


class LayerMismatch(BundleError):
    exit_code = ExitCode.LAYER


class WorkingTreeConflict(BundleError):
    exit_code = ExitCode.CONFLICT


def shortened(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the first lines of many for `details`, and how many more there are."""
    more = (f"… and {len(lines) - MANY} more",) if len(lines) > MANY else ()
    return (*lines[:MANY], *more)


def joined(errors: Sequence[BundleError], summary: str) -> BundleError:
    """Return one error for several, of the family and with the hint of the first; a single one as it is.

    `summary` becomes the message, and what each of them says a line below it.
    """
    first = errors[0]
    if len(errors) == 1:
        return first
    family = next(kind for kind in type(first).__mro__ if kind.__module__ == __name__)
    assert issubclass(family, BundleError)
    return family(summary, hint=first.hint, details=shortened([error.message for error in errors]))
