"""The program: a table of commands, imported when they are used, and the one boundary that prints errors."""

import os
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelops_bundle import __version__
from modelops_bundle.errors import ExitCode, Invalid
from modelops_bundle.failure import Failure, failure_of
from modelops_bundle.porcelain.commands import PLUMBING, PORCELAIN, load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelops_bundle.porcelain._earlier_words import Word
    from modelops_bundle.settings import Settings

EARLIER_PROGRAM = "modelops-bundles"
_OTHERS = "As the earlier modelops-bundles had them"
COMPLETION = "_MODELOPS_BUNDLE_COMPLETE"
"""The variable in which a shell's completion script asks; click names it after the program."""
ISSUES = "this is a bug of ours; run again with --debug and report what it prints"
_SEE_WHERE = "run it again with --debug to see where"


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is asked for, and not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(dict.fromkeys([*PORCELAIN, *PLUMBING, *_earlier_words(ctx)]))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        word = _earlier_words(ctx).get(cmd_name)
        return word.make(cmd_name) if word else load(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, names = args[0], self.list_commands(ctx)
        if name not in names:
            import difflib

            near = difflib.get_close_matches(name, names, 1)
            hint = f"did you mean '{near[0]}'?" if near else "modelops-bundle --help"
            raise Invalid(f"no such command: '{name}'", hint=hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        others = _earlier_words(ctx)
        for title, table in ("Commands", PORCELAIN), ("Low-level commands", PLUMBING), (_OTHERS, others):
            if table:
                with formatter.section(title):
                    formatter.write_dl([(name, entry.summary) for name, entry in table.items()])


def _earlier_words(ctx: click.Context) -> "Mapping[str, Word]":
    """Return what the program knows in addition when it is called by the name of the earlier one."""
    if ctx.info_name != EARLIER_PROGRAM:
        return {}
    from modelops_bundle.porcelain._earlier_words import WORDS

    return WORDS


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 not found or different, 2 usage, 3 transfer, 4 authentication, 5 integrity, "
    "6 busy, 7 remote moved, 10 media type, 11 layer, 12 conflict.",
)
@click.option("-C", "directory", metavar="DIR", default="", help="Run as if started in DIR.")
@click.option("-v", "--verbose", "verbosity", count=True, help="Tell more on stderr; twice for HTTP requests.")
@click.option("-q", "--quiet", is_flag=True, help="Tell nothing but errors on stderr.")
@click.option("--debug", is_flag=True, help="Show a traceback when something fails.")
@click.option(
    "--progress",
    type=click.Choice(["auto", "none", "plain", "bar", "json"]),
    default="auto",
    help="How to show progress on stderr: a bar on a terminal, one line per phase elsewhere; json: events.",
)
@click.version_option(__version__, prog_name="modelops-bundle", message="%(prog)s %(version)s")
@click.pass_context
def program(ctx: click.Context, directory: str, verbosity: int, quiet: bool, debug: bool, progress: str) -> None:
    """git for simulation models: version a model with all it depends on, publish it to any OCI registry."""
    # `--version` and `--help` need none of this.
    from modelops_bundle.plumbing._session import Session
    from modelops_bundle.settings import Settings

    settings = Settings.from_environment()
    # Without links and '..', which would mislead the search for the project upwards.
    start = (Path.cwd() / directory).resolve()
    if not start.is_dir():
        raise Invalid(f"no such directory: '{directory}'", hint="check the argument of -C")
    _log(-1 if quiet else verbosity, settings)
    shown = "none" if quiet and progress == "auto" else progress
    ctx.obj = Session(settings, start, -1 if quiet else verbosity, shown)


def complete() -> None:
    """Answer the shell's completion script, if it is who asks, and end."""
    if question := os.environ.get(COMPLETION):
        from click.shell_completion import shell_complete

        sys.exit(shell_complete(program, {}, "modelops-bundle", COMPLETION, question))


def run(arguments: list[str], name: str = "modelops-bundle") -> int:
    """Run one command line and return its exit code; help shows the program under `name`."""
    debug = "--debug" in arguments
    try:
        # `program.main` would end with 1 where the reader of our output went away.
        with program.make_context(name, list(arguments)) as context:
            result = program.invoke(context)
        sys.stdout.flush()
        return result if isinstance(result, int) else ExitCode.DONE
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return ExitCode.USAGE
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else name
        return _report(Failure(ExitCode.USAGE, error.format_message(), f"{command} --help"), debug)
    except click.exceptions.Exit as error:
        return error.exit_code
    except BrokenPipeError:
        _forget_stdout()
        return ExitCode.BROKEN_PIPE
    except click.Abort:
        return _report(failure_of(KeyboardInterrupt()), debug)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the boundary: nothing goes beyond it
        failure = failure_of(error)
        usual = ISSUES if failure.exit_code is ExitCode.BUG else _SEE_WHERE if isinstance(error, OSError) else ""
        return _report(replace(failure, hint=failure.hint or usual), debug)


def _report(failure: Failure, debug: bool) -> ExitCode:
    """Print why the command failed, and return its exit code."""
    if debug:
        import traceback

        traceback.print_exc()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_stdout()
    with suppress(BrokenPipeError):
        sys.stderr.write(failure.text())
    return failure.exit_code


def _forget_stdout() -> None:
    # The interpreter flushes stdout once more at exit, and would complain about the same pipe.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _log(verbosity: int, settings: "Settings") -> None:
    """Send log records to stderr, or to the file that MODELOPS_BUNDLE_TRACE names."""
    if not settings.trace and verbosity <= 0:
        return
    import logging

    if settings.trace and settings.trace.lower() not in ("1", "true"):
        handler: logging.Handler = logging.FileHandler(settings.trace)
    else:
        handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    logger = logging.getLogger("modelops_bundle")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if settings.trace or verbosity > 1 else logging.INFO)
