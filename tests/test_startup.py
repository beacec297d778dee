"""A command that needs no network starts without the modules that only others need."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import CHECKOUT, run

HEAVY = (
    *("asyncio", "azure", "boto3", "google.cloud", "httpx", "pathspec", "rich", "ssl", "yaml"),
    *("concurrent.futures", "logging", "shutil", "tempfile"),
)

# Runs the command, then names on standard error every heavy module that came along.
PROBE = f"""
import sys
from modelops_bundle.porcelain.main import main
try:
    main(sys.argv[1:])
finally:
    print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [["--version"], ["hash-object", "file.txt"], ["status"]])
def test_a_local_command_imports_nothing_heavy(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "file.txt").write_text("content\n")
    run("init", cwd=tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        cwd=tmp_path,
        env={"PYTHONPATH": str(CHECKOUT), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "\n")
    assert done.stdout


def test_the_client_of_registries_comes_without_the_command_line_of_httpx() -> None:
    probe = (
        "import sys, modelops_bundle.registry.remote; "
        "print({'rich', 'pygments', 'httpx._main'} & {*sys.modules}); import httpx._main"
    )
    done = subprocess.run([sys.executable, "-c", probe], cwd=CHECKOUT, capture_output=True, text=True)
    # Whoever wants that command line still gets it.
    assert (done.returncode, done.stdout, done.stderr) == (0, "set()\n", "")
