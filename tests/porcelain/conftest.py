"""One published checkout, whose remote is a layout directory: what most commands are tried on."""

from pathlib import Path

import pytest

from tests.support.workspace import Workspace

FILES = {
    "data/cases.csv": "day,cases\n1,3\n",
    "models/seir.py": "BETA = 0.3\n",
    "pyproject.toml": "[project]\n",
}


@pytest.fixture
def layout(tmp_path: Path) -> str:
    """A remote in a directory that does not exist yet."""
    return f"oci:{tmp_path / 'remote'}"


@pytest.fixture
def work(tmp_path: Path, layout: str) -> Workspace:
    """A checkout of which all is published as `latest`."""
    workspace = Workspace(tmp_path / "work")
    for path, content in FILES.items():
        workspace.write(path, content)
    workspace.ok("init", "--remote", layout)
    workspace.ok("add", ".")
    workspace.ok("push")
    return workspace


@pytest.fixture
def fresh(tmp_path: Path) -> Workspace:
    """A checkout with tracked files, without a remote, of which nothing was ever published."""
    workspace = Workspace(tmp_path / "fresh")
    for path, content in FILES.items():
        workspace.write(path, content)
    workspace.ok("init")
    workspace.ok("add", ".")
    return workspace
