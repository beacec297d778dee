"""Run what the docs show: each command of a page's ```console blocks, one after another in one shell.

A line `$ command` is a command, lines `> …` right below continue it, and what follows is what it prints: its
standard output, and what it says on standard error when it fails. A command may fail only where the next one
is `echo $?`, so that a page shows every exit code that it relies on. A block marked `console no-run` is left out.
"""

import re
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_AGE = re.compile(r"\d+ (second|minute)s? ago")
_SECONDS = 120
_PROGRAM = f'modelops-bundle() {{ {shlex.quote(sys.executable)} -m modelops_bundle "$@"; }}'


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a page, and what the page shows for it."""

    command: str
    shown: str


def steps_of(text: str) -> list[Step]:
    """Return the steps of all console blocks of a page, in order."""
    steps: list[Step] = []
    for line in "".join(_BLOCK.findall(text)).split("\n")[:-1]:
        if line.startswith("$ "):
            steps.append(Step(line[2:], ""))
        elif (line == ">" or line.startswith("> ")) and not steps[-1].shown:
            steps[-1] = Step(f"{steps[-1].command}\n{line[2:]}", "")
        else:
            steps[-1] = Step(steps[-1].command, f"{steps[-1].shown}{line}\n")
    return steps


def check_page(text: str, directory: Path, names: Mapping[str, str] | None = None) -> None:
    """Run all steps of a page in `directory`, and compare what they print with what the page shows.

    A page writes `…` for the directory and `~` for the home. `names` maps what else it shows, such as the host of
    a registry, to what it is in this run. How long ago something was is not compared.
    """
    steps = steps_of(text)
    assert steps, "the page has no console block"
    for at, (step, (code, printed)) in enumerate(zip(steps, run_steps(steps, directory, names), strict=True)):
        asked = at + 1 < len(steps) and steps[at + 1].command == "echo $?"
        assert code == 0 or asked, f"'{step.command}' ended with {code}:\n{printed}"
        assert _without_ages(printed) == _without_ages(step.shown), step.command


def run_steps(
    steps: Sequence[Step], directory: Path, names: Mapping[str, str] | None = None
) -> list[tuple[int, str]]:
    """Run steps and return the exit code of each and what a page should show for it."""
    real = {"…": str(directory)} | dict(names or {})
    shown = {value: name for name, value in real.items()} | {str(Path.home()): "~"}
    results = _run([_replace(step.command, real) for step in steps], directory)
    return [(code, _replace(out + (err if code else ""), shown)) for code, out, err in results]


def _run(commands: list[str], directory: Path) -> list[tuple[int, str, str]]:
    """Return exit code, output and error output of each command; they share a shell, its directory and `$?`."""
    results = directory / ".results"
    results.mkdir()
    here = shlex.quote(str(results))
    lines = [_PROGRAM, "code=0"]
    for at, command in enumerate(commands):
        lines += [
            f"(exit $code)\n{{\n{command}\n}} >{here}/{at}.out 2>{here}/{at}.err",
            f"code=$?; echo $code >{here}/{at}.code",
        ]
    script = results / "script"
    script.write_text("\n".join(lines), "utf-8")
    subprocess.run(["bash", str(script)], cwd=directory, stdin=subprocess.DEVNULL, timeout=_SECONDS, check=True)
    return [
        (
            int((results / f"{at}.code").read_text()),
            (results / f"{at}.out").read_text("utf-8"),
            (results / f"{at}.err").read_text("utf-8"),
        )
        for at in range(len(commands))
    ]


def _replace(text: str, names: Mapping[str, str]) -> str:
    for old, new in names.items():
        text = text.replace(old, new)
    return text


def _without_ages(text: str) -> str:
    """Return output with its ages made one, and with single spaces, where it has any: they set columns apart."""
    same, found = _AGE.subn("some time ago", text)
    return re.sub(" {2,}", "  ", same) if found else text
