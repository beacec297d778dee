"""The first command of the README does what it says."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_demo_ends_well() -> None:
    done = subprocess.run(["bash", str(ROOT / "scripts" / "demo")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("The clone is byte-identical, and its result is the same.\n")
