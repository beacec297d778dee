"""The entry point: prepare the process, run one command line, and leave."""

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

PROGRAMS = ("modelops-bundle", "mops-bundle", "modelops-bundles")
"""The names under which we are installed; the last one is that of an earlier tool."""


def main(arguments: list[str] | None = None, program: str = PROGRAMS[0]) -> NoReturn:
    """Run the program and exit: what was typed, or `arguments` as if they were typed behind `program`."""
    if arguments is None and sys.getfilesystemencoding() != "utf-8":
        # Else a locale would decide how names of files are read, and with them the digest of a tree.
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])
    # A program that was started without them must not fail for it: nobody reads what it says.
    for name, mode in ("stdin", "r"), ("stdout", "w"), ("stderr", "w"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - open until the end
    # The short-lived heap of one command is never worth a collection, which would be 20 % of `status` with
    # 100,000 files; nor is what imports leave behind, so they come after this.
    gc.disable()
    from modelops_bundle.porcelain._program import complete, run

    complete()
    if arguments is not None:
        sys.exit(run(arguments, program))
    called = os.path.basename(sys.argv[0]).removesuffix(".exe")
    _leave(run(sys.argv[1:], called if called in PROGRAMS else PROGRAMS[0]))


def _leave(code: int) -> NoReturn:
    """End the process without taking down its heap object by object, which is a tenth of a short command."""
    if sys.gettrace() or sys.getprofile():
        sys.exit(code)  # who watches has something to write at the end
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # whoever wrote has reported it
            stream.flush()
    os._exit(code)
