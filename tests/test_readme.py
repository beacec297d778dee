"""The README's tour is run, and must print what the README says."""

import shutil
from pathlib import Path

import pytest

from tests.support.console_blocks import check_page

ROOT = Path(__file__).parent.parent


def test_the_tour_prints_what_the_readme_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A checkout of somebody who ran the demo project holds more than that.
    copy = tmp_path / "source" / "scripts" / "demo-project"
    shutil.copytree(ROOT / "scripts/demo-project", copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("SOURCE", str(tmp_path / "source"))
    (tmp_path / "tour").mkdir()
    check_page((ROOT / "README.md").read_text("utf-8"), tmp_path / "tour")
