"""The program answers to several names, and its help to the one that was typed."""

import subprocess
import sys
from pathlib import Path

import pytest

from modelops_bundle.porcelain.main import PROGRAMS
from tests.support.cli import CHECKOUT

SCRIPT = "from modelops_bundle.porcelain.main import main\nmain()\n"


def call(tmp_path: Path, name: str, *words: str) -> subprocess.CompletedProcess[str]:
    script = tmp_path / name
    script.write_text(SCRIPT)
    return subprocess.run(
        [sys.executable, str(script), *words],
        env={"PYTHONPATH": str(CHECKOUT), "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("name", PROGRAMS)
def test_help_shows_the_name_that_was_typed(tmp_path: Path, name: str) -> None:
    assert call(tmp_path, name, "--help").stdout.startswith(f"Usage: {name} [OPTIONS]")
    assert call(tmp_path, name, "export", "--help").stdout.startswith(f"Usage: {name} export [OPTIONS]")
    assert f"hint: {name} export --help" in call(tmp_path, name, "export").stderr


def test_under_any_other_name_it_is_the_usual_one(tmp_path: Path) -> None:
    assert call(tmp_path, "script.py", "--help").stdout.startswith("Usage: modelops-bundle [OPTIONS]")
