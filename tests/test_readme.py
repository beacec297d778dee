"""The README's tour is run, and must print what the README says."""

import shutil
from pathlib import Path

from tests.support.console_blocks import check_page

ROOT = Path(__file__).parent.parent


def test_the_tour_prints_what_the_readme_shows(tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "scripts" / "demo-project", tmp_path / "seir", ignore=shutil.ignore_patterns("__pycache__")
    )
    check_page((ROOT / "README.md").read_text("utf-8"), tmp_path)
