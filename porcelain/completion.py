"""completion: print the shell's completion script."""

import click
from click.shell_completion import get_completion_class

from modelops_bundle.porcelain._render import say

PROGRAMS = ("modelops-bundle", "mops-bundle")
VARIABLE = "_MODELOPS_BUNDLE_COMPLETE"
"""The variable through which the script asks the program; click makes it of the program's own name."""


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script for SHELL; it completes commands, options, tags and tracked paths.

    \b
    bash: eval "$(modelops-bundle completion bash)"                             in ~/.bashrc
    zsh:  eval "$(modelops-bundle completion zsh)"                              in ~/.zshrc
    fish: modelops-bundle completion fish > ~/.config/fish/completions/modelops-bundle.fish
    """
    script = get_completion_class(shell)
    assert script is not None
    for program in PROGRAMS:
        say(script(ctx.find_root().command, {}, program, VARIABLE).source())
