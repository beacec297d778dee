"""The same program as a Typer application, for the platform to mount: `mops bundle …`.

The words behind `bundle` are handed on as they are, so that options, messages, help and exit codes are those of
`modelops-bundle`. Newer versions of Typer carry their own copy of click, so that its groups and commands and ours
cannot hold each other.
"""

from typing import Any

import click
import typer
from click.shell_completion import ShellComplete
from typer.core import TyperGroup

from modelops_bundle.porcelain._program import COMPLETION, program, run


class Program(TyperGroup):
    """A group that leaves everything to the program."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.args = left = list(args)
        return left

    def invoke(self, ctx: Any) -> None:
        ctx.exit(run(ctx.args))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[None, None, list[str]]:
        # Only completion asks, to walk down to a command: it ends here.
        return None, None, args

    def get_params(self, ctx: Any) -> list[Any]:
        return []

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        asked: click.Command = program
        return [*ShellComplete(asked, {}, "modelops-bundle", COMPLETION).get_completions(ctx.args, incomplete)]


app = typer.Typer(name="bundle", cls=Program, add_completion=False)


@app.callback(help=program.help)
def _program() -> None:
    """Stand for the program: a Typer application without commands needs a callback."""
