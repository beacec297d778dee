"""The README of the earlier modelops-bundles, typed as it stands there, under that program's name."""

import json
import uuid
from pathlib import Path

import pytest

from tests.support.registry_server import RegistryServer
from tests.support.workspace import Workspace, snapshot


@pytest.fixture
def user(registry: RegistryServer, tmp_path: Path) -> Workspace:
    """Somebody with the variables of that README, for whom a colleague pushed `my-model:1.0.0`."""
    below = f"{uuid.uuid4().hex}/models"
    author = Workspace(tmp_path / "author", tmp_path / "home-of-author")
    author.ok("init", "--remote", f"{registry.host}/{below}/my-model")
    author.write("src/model.py", "BETA = 0.3\n")
    author.write("data/train.csv", "day,cases\n1,3\n")
    author.ok("add", ".")
    author.ok("push", "--tag", "1.0.0")
    variables = {
        "REGISTRY_URL": f"http://{registry.host}",
        "REGISTRY_REPO": below,
        "AZURE_STORAGE_KEY": "a2V5",
        "EXTERNAL_TIMEOUT_S": "30",
    }
    return Workspace(tmp_path / "user", tmp_path / "home-of-user", variables)


def test_the_basic_commands_do_what_they_promise(user: Workspace) -> None:
    assert "Bundle: my-model:1.0.0\nManifest: sha256:" in user.ok("resolve", "my-model:1.0.0")
    user.ok("materialize", "my-model:1.0.0", "./workspace")
    assert user.read("workspace/data/train.csv") == "day,cases\n1,3\n"
    user.ok("materialize", "my-model:1.0.0", "./runtime", "--role", "runtime")
    assert user.read("runtime/src/model.py") == "BETA = 0.3\n"
    assert not (user.root / "runtime" / "data").exists()
    user.ok("export", "./workspace", "./my-bundle.tar.zst")
    assert (user.root / "my-bundle.tar.zst").read_bytes().startswith(b"\x28\xb5\x2f\xfd")
    assert "Reference type: name:version" in user.ok("resolve", "my-model:1.0.0", "--verbose")


def test_the_advanced_options_do_what_they_promise(user: Workspace) -> None:
    user.ok("materialize", "my-model:1.0.0", "./workspace", "--prefetch-external")
    before = snapshot(user.root / "workspace")
    user.write("workspace/src/model.py", "mine\n")
    user.refused(12, "materialize", "my-model:1.0.0", "./workspace")
    user.ok("materialize", "my-model:1.0.0", "./workspace", "--overwrite")
    assert snapshot(user.root / "workspace") == before
    user.ok("resolve", "my-model:1.0.0", "--no-cache")
    assert user.run("materialize", "my-model:1.0.0", "./workspace", "--ci").stderr == ""


def test_every_format_of_a_reference_leads_to_the_same_bundle(user: Workspace) -> None:
    digest = json.loads(user.ok("resolve", "my-model:1.0.0", "--json"))["manifest_digest"]
    for reference in (digest, f"@{digest}", f"my-model@{digest}"):
        assert f"Manifest: {digest}\n" in user.ok("resolve", reference)


def test_the_error_codes_are_those_of_the_readme(user: Workspace) -> None:
    user.refused(1, "resolve", "my-model:2.0.0")
    user.refused(2, "resolve", "not a reference")
    user.refused(11, "materialize", "my-model:1.0.0", "./x", "--role", "inference")
    assert not (user.root / "x").exists()
