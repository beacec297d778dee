"""init makes a project, all of it or nothing, and keeps what is there."""

import json
from pathlib import Path

import pytest
import yaml

from modelops_bundle.checkout.project import Project
from tests.support.workspace import Workspace


@pytest.fixture
def model(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "SEIR model", tmp_path / "home")


def test_a_new_project_tracks_what_was_made_for_it(model: Workspace) -> None:
    printed = model.ok("init")
    assert printed.splitlines()[:4] == [
        f"Initialized project in {model.root}",
        "  created .modelops-bundle/",
        "  created pyproject.toml",
        "  created .modelopsignore",
    ]
    assert "Remote: none yet" in printed
    assert model.ok("ls-files").split() == [".modelops-bundle/config.yaml", ".modelopsignore", "pyproject.toml"]
    assert 'name = "seir-model"' in model.read("pyproject.toml")


def test_what_is_there_stays(model: Workspace) -> None:
    model.write("pyproject.toml", "[project]\n")
    model.write(".modelopsignore", "*.bak\n")
    assert "created pyproject.toml" not in model.ok("init")
    assert (model.read("pyproject.toml"), model.read(".modelopsignore")) == ("[project]\n", "*.bak\n")


def test_remote_tag_and_threshold_are_set(model: Workspace) -> None:
    model.ok("init", "--remote", "oci:../out:v3", "--threshold", "2")
    assert model.ok("config", "remote") == f"oci:{model.root.parent / 'out'}\n"
    assert model.ok("config", "tag") == "v3\n"
    assert yaml.safe_load(model.read(".modelops-bundle/config.yaml"))["storage"] == {"threshold_bytes": 2 << 20}


def test_another_directory_can_be_named(model: Workspace) -> None:
    value = json.loads(model.ok("init", "below/deep", "--remote", "ghcr.io/lab/seir", "--json"))
    assert value == {
        "root": str(model.root / "below/deep"),
        "created": [".modelops-bundle/", "pyproject.toml", ".modelopsignore"],
        "remote": "ghcr.io/lab/seir",
    }
    assert not (model.root / ".modelops-bundle").exists()


def test_an_environment_is_pinned_and_told(model: Workspace) -> None:
    storage = ["--storage-provider", "s3", "--container", "blobs"]
    model.ok("env", "create", "lab", "--login-server", "ghcr.io", *storage)
    printed = model.ok("init", "--env", "lab")
    assert "Remote: ghcr.io/seir-model" in printed and "Storage: s3 (blobs)" in printed
    assert Project(model.root).pin_path.read_text() == "lab\n"


@pytest.mark.parametrize(
    ("code", "options"),
    [
        (1, ["--env", "nope"]),
        (2, ["--remote", "me:hunter2@ghcr.io/lab"]),
        (2, ["--tag", "a b"]),
        (2, ["--threshold", "0"]),
    ],
)
def test_what_makes_no_sense_makes_no_project(model: Workspace, code: int, options: list[str]) -> None:
    assert "hunter2" not in model.refused(code, "init", *options)
    assert list(model.root.iterdir()) == []


def test_a_project_is_made_once(model: Workspace) -> None:
    model.ok("init", "--tag", "v1")
    before = model.everything()
    assert "already a project" in model.refused(2, "init", "--tag", "v2")
    assert model.everything() == before
