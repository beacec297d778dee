"""The README's tour is run, and must print what the README says."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def tour() -> list[tuple[str, str]]:
    """Return each command of the README's console blocks with the output shown for it."""
    text = (ROOT / "README.md").read_text("utf-8")
    lines = "\n".join(re.findall(r"```console\n(.*?)```", text, re.DOTALL)).splitlines()
    steps: list[tuple[str, str]] = []
    for line in filter(None, lines):
        if line.startswith("$ "):
            steps.append((line[2:], ""))
        else:
            command, shown = steps[-1]
            steps[-1] = (command, f"{shown}{line}\n")
    return steps


def test_the_tour_prints_what_the_readme_shows(tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "scripts" / "demo-project", tmp_path / "seir", ignore=shutil.ignore_patterns("__pycache__")
    )
    program = f'modelops-bundle() {{ {shlex.quote(sys.executable)} -m modelops_bundle "$@"; }}'
    directory = tmp_path
    for command, shown in tour():
        if command.startswith("cd "):
            directory = directory / command.removeprefix("cd ")
            continue
        result = subprocess.run(
            ["bash", "-c", f"{program}; {command}"], cwd=directory, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stderr
        assert result.stdout.replace(str(tmp_path), "…") == shown, command
