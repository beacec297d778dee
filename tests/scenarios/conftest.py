"""Two checkouts of one project whose remote is a layout directory: what most journeys begin with."""

import uuid
from pathlib import Path

import pytest

from tests.support.registry_server import RegistryServer
from tests.support.role_bundles import Published, publish_model
from tests.support.workspace import Workspace

FILES = {
    "models/seir.py": "BETA = 0.3\n",
    "data/cases.csv": "day,cases\n1,3\n",
    "data/deaths.csv": "day,deaths\n1,0\n",
    "README.md": "SEIR\n",
    "pyproject.toml": "[project]\n",
}


@pytest.fixture
def layout(tmp_path: Path) -> str:
    """A remote of its own."""
    return f"oci:{tmp_path / 'remote'}"


@pytest.fixture
def alice(tmp_path: Path, layout: str) -> Workspace:
    """Alice's checkout, pushed to tag `latest`."""
    workspace = Workspace(tmp_path / "alice", tmp_path / "home-of-alice")
    for path, content in FILES.items():
        workspace.write(path, content)
    workspace.ok("init", "--remote", layout)
    workspace.ok("add", ".")
    workspace.ok("push")
    return workspace


@pytest.fixture
def bob(tmp_path: Path, layout: str, alice: Workspace) -> Workspace:
    """Bob's clone of what Alice pushed."""
    workspace = Workspace(tmp_path / "bob", tmp_path / "home-of-bob")
    alice.ok("clone", layout, str(workspace.root))
    return workspace


@pytest.fixture(params=["layout", "registry"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Below what bundles are: a directory of layouts, or a path of a real registry."""
    if request.param == "layout":
        return f"oci:{tmp_path / 'models'}"
    registry: RegistryServer = request.getfixturevalue("registry")
    return f"{registry.host}/materialize/{uuid.uuid4().hex}"


@pytest.fixture
def published(base: str, tmp_path: Path) -> Published:
    """The bundle, pushed by somebody else."""
    return publish_model(base, tmp_path)
