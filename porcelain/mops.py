"""mops: `mops bundle …` is this program; any other word belongs to the platform's own `mops`."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, NoReturn

from modelops_bundle.errors import ExitCode

OURS = "modelops-bundle"
_HELP = """\
Usage: mops bundle COMMAND …    version models: modelops-bundle COMMAND …
       mops WORD …              the platform's commands, where modelops is installed
"""
_MISSING = """\
error: no such command: 'mops {word}': the platform (modelops) is not installed
hint: install modelops for the platform's commands; mops bundle --help lists those for bundles
"""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run `mops` and exit."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == ["bundle"]:
        from modelops_bundle.porcelain.main import main as bundle

        bundle(words[1:])
    platform = find_platform()
    if words[:1] in ([], ["-h"], ["--help"]):
        sys.stdout.write(_HELP)
        if platform is None:
            sys.exit(ExitCode.DONE)
    elif platform is None:
        sys.stderr.write(_MISSING.format(word=words[0]))
        sys.exit(ExitCode.USAGE)
    sys.stdout.flush()
    sys.argv = ["mops", *words]
    sys.exit(platform())


def find_platform() -> Callable[[], Any] | None:
    """Return the `mops` of another distribution, else the platform's main function, else None."""
    from importlib.metadata import entry_points

    for point in entry_points(group="console_scripts", name="mops"):
        if point.dist and point.dist.name.lower().replace("_", "-") != OURS:
            loaded: Callable[[], Any] = point.load()
            return loaded
    try:
        found: Callable[[], Any] = import_module("modelops.cli.main").main
    except ModuleNotFoundError as error:
        # A module that the platform itself lacks is the platform's problem, and its message says so.
        if error.name in ("modelops", "modelops.cli", "modelops.cli.main"):
            return None
        raise
    return found
