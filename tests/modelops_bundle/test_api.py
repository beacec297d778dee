from pathlib import Path

import pytest

from modelops_bundle import api, ops
from modelops_bundle.api import load_config, push_dir
from modelops_bundle.errors import Invalid, NotFound, RemoteMoved
from tests.support.model_projects import make_unregistered, registry
from tests.support.registry_server import RegistryServer
from tests.support.worker import worker
from tests.support.workspace import Workspace, snapshot


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    """A project with a registered model whose remote is a directory."""
    work = make_unregistered(tmp_path / "seir")
    work.ok("config", "remote", f"oci:{tmp_path}/layout")
    work.ok("add", ".")
    work.ok("register-model", "models/seir.py", "--data", "data/people.csv")
    return work


def test_a_project_is_pushed_from_wherever_the_caller_is(work: Workspace, tmp_path: Path) -> None:
    digest = push_dir(work.root)
    assert digest.startswith("sha256:") and len(digest) == 71
    assert push_dir(str(work.root / "models"), tag="smoke-test") == digest
    assert f"Digest: {digest}" in work.ok("manifest", "smoke-test", "--full")
    assert work.ok("status", "--porcelain=v1") == ""


def test_the_platforms_way_from_push_to_worker(
    registry: RegistryServer, work: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.ok("config", "remote", f"{registry.host}/api/seir")
    monkeypatch.chdir(work.root)
    # As `mops jobs submit` has it.
    reference = f"{ops.load_config().registry_ref.partition('/')[2]}@{push_dir('.')}"
    digest, directory = worker(registry.host, tmp_path / "cache").ensure_local(reference)
    assert reference == f"api/seir@{digest}"
    assert snapshot(directory) == work.tree()


def test_what_is_stale_is_registered_anew(work: Workspace) -> None:
    first = push_dir(work.root)
    work.write("models/rates.py", "BETA = 0.4\n")
    assert push_dir(work.root) != first
    assert work.run("check").code == 0
    assert registry(work)["models"]


def test_outside_a_project_it_is_a_value_error(tmp_path: Path) -> None:
    for ask in push_dir, load_config:
        with pytest.raises(ValueError) as caught:
            ask(tmp_path / "none")
        assert isinstance(caught.value, NotFound)
        with pytest.raises(ValueError, match="not in a project"):
            ask(tmp_path)


def test_a_directory_that_is_not_there_belongs_to_no_project_above(work: Workspace) -> None:
    with pytest.raises(ValueError, match="not in a project"):
        push_dir(work.root / "none")


def test_without_a_registry_it_is_a_file_not_found_error(tmp_path: Path) -> None:
    work = make_unregistered(tmp_path / "seir")
    with pytest.raises(FileNotFoundError, match="nothing is registered") as caught:
        push_dir(work.root)
    assert isinstance(caught.value, NotFound)
    assert "register-model" in caught.value.hint


def test_what_is_broken_is_a_runtime_error(work: Workspace) -> None:
    (work.root / "models/rates.py").unlink()
    before = work.everything()
    with pytest.raises(RuntimeError, match="could not run: 'seir_seir'") as caught:
        push_dir(work.root)
    assert isinstance(caught.value, Invalid)
    assert any("models/rates.py" in line for line in caught.value.details)
    assert work.everything() == before


def test_a_colleagues_changes_are_not_discarded(work: Workspace, tmp_path: Path) -> None:
    push_dir(work.root)
    bob = Workspace(tmp_path / "bob", tmp_path / "bobs-home")
    bob.root.mkdir()
    bob.ok("clone", f"oci:{tmp_path}/layout", ".")
    bob.write("README.md", "# Bob's\n")
    bob.ok("push")
    work.write("data/people.csv", "age,count\n1,1\n")
    with pytest.raises(RemoteMoved):
        push_dir(work.root)


def test_the_configuration_says_where_bundles_go(work: Workspace, tmp_path: Path) -> None:
    assert load_config(work.root) == api.ProjectConfig(f"oci:{tmp_path}/layout", "latest")
    work.ok("config", "--unset", "remote")
    with pytest.raises(Invalid, match="no remote"):
        load_config(work.root)
