"""Fixtures of the plumbing's tests."""

from pathlib import Path

import pytest

from tests.plumbing.sample import make_project


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The sample project, tracked and never published."""
    return make_project(tmp_path / "project")


@pytest.fixture
def layout(tmp_path: Path) -> str:
    """A remote in a directory that does not exist yet."""
    return f"oci:{tmp_path / 'remote'}"
