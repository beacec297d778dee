import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.bundles.roles import RoleMismatch
from modelops_bundle.errors import Invalid, NotFound, WorkingTreeConflict
from modelops_bundle.operations import BundleRef, Operations, OpsConfig, default_provider_from_env
from tests.support.registry_server import RegistryServer
from tests.support.worker import digest_in
from tests.support.workspace import Workspace, snapshot


@pytest.fixture
def digest(registry: RegistryServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The version 1.0.0 of my-model in the registry's repository that the environment names."""
    work = Workspace(tmp_path / "my-model", tmp_path / "home")
    work.write("models/sir.py", "BETA = 0.3\n")
    work.write("data/train.csv", "day,cases\n1,3\n")
    work.ok("init", "--remote", f"{registry.host}/operations/my-model")
    work.ok("add", ".")
    pushed = digest_in(work.ok("push", "--tag", "1.0.0"))
    monkeypatch.setenv("MODELOPS_BUNDLE_REGISTRY", registry.host)
    monkeypatch.setenv("REGISTRY_REPO", "operations")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    return pushed


def test_the_example_of_the_earlier_tool_runs_as_written(digest: str) -> None:
    config = OpsConfig(verbose=True)
    provider = default_provider_from_env()
    ops = Operations(config=config, provider=provider)
    ref = BundleRef(name="my-model", version="1.0.0")
    resolved = ops.resolve(ref)
    result = ops.materialize(ref=ref, dest="./workspace", role="training", prefetch_external=False)
    ops.export(workdir="./workspace", dest="./my-bundle.tar.zst")
    assert resolved.manifest_digest == digest
    assert result.selected_role == "training"
    assert Path("workspace/data/train.csv").read_text() == "day,cases\n1,3\n"
    assert Path("my-bundle.tar.zst").stat().st_size > 100


@pytest.mark.parametrize("spelling", ["my-model@{}", "{}", "@{}", "My-Model:1.0.0", "{upper}"])
def test_a_bundle_is_found_by_every_spelling(digest: str, spelling: str) -> None:
    text = spelling.format(digest, upper=f"sha256:{digest[7:].upper()}")
    assert Operations().resolve(text).manifest_digest == digest
    assert Operations(OpsConfig(cache=False)).resolve(text).manifest_digest == digest


def test_what_a_reference_holds_is_brought_to_its_usual_form(digest: str) -> None:
    ref = BundleRef(name="My-Model", digest=f"sha256:{digest[7:].upper()}", role="runtime")
    result = Operations().pull(ref, "out")
    assert (result.selected_role, result.bundle.manifest_digest) == ("runtime", digest)
    assert not Path("out/data").exists()


def test_a_directory_is_a_reference_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = Workspace(tmp_path / "seir", tmp_path / "home")
    work.write("a.py", "1\n")
    work.ok("init", "--remote", f"oci:{tmp_path}/layout")
    work.ok("add", ".")
    pushed = digest_in(work.ok("push"))
    here = Operations(provider=default_provider_from_env(tmp_path))
    assert here.resolve(BundleRef(local_path="layout")).manifest_digest == pushed
    in_project = Operations(provider=default_provider_from_env(work.root))
    assert in_project.resolve("latest").remote == f"oci:{tmp_path}/layout"


def test_errors_are_those_of_the_commands(digest: str) -> None:
    ops = Operations()
    with pytest.raises(NotFound):
        ops.resolve("my-model:2.0.0")
    with pytest.raises(RoleMismatch):
        ops.materialize("my-model:1.0.0", "out", role="none")
    Path("out/data").mkdir(parents=True)
    Path("out/data/train.csv").write_text("mine")
    with pytest.raises(WorkingTreeConflict):
        ops.materialize("my-model:1.0.0", "out")
    assert snapshot(Path("out")).keys() == {"data/train.csv"}
    ops.materialize("my-model:1.0.0", "out", overwrite=True)
    assert Path("out/data/train.csv").read_text() == "day,cases\n1,3\n"
    assert ops.fetch_external("out").actions == {}


def test_both_spellings_export_the_same_bytes_as_the_command(digest: str) -> None:
    ops = Operations()
    ops.materialize("my-model:1.0.0", "out")
    ops.export("out", "one.tar.zst")
    ops.export(workdir=Path("out"), dest="two.tar.zst")
    Workspace(Path.cwd()).ok("export", "out", "three.tar.zst")
    one, two, three = (Path(f"{name}.tar.zst").read_bytes() for name in ("one", "two", "three"))
    assert one == two == three
    for wrong in ({}, {"src_dir": "out", "workdir": "out"}):
        with pytest.raises(Invalid, match="either 'src_dir' or 'workdir'"):
            ops.export(**wrong, dest="x.tar")  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="must end with"):
        ops.export("out", "x.zip")


def test_a_project_is_published(tmp_path: Path) -> None:
    work = Workspace(tmp_path / "seir", tmp_path / "home")
    work.write("a.py", "1\n")
    work.ok("init", "--remote", f"oci:{tmp_path}/layout")
    work.ok("add", ".")
    pushed = Operations().push(work.root, tag="v1")
    assert f"Digest: {pushed}" in work.ok("manifest", "v1")


def test_operations_are_sent_to_another_process_without_their_logins(
    digest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MODELOPS_REGISTRY_PASSWORD", "MODELOPS_REGISTRY_TOKEN", "AZURE_STORAGE_KEY"):
        monkeypatch.setenv(name, "planted-secret")
    Path(os.environ["HOME"], ".modelops/bundle-env").mkdir(parents=True)
    Path(os.environ["HOME"], ".modelops/bundle-env/dev.yaml").write_text(
        "registry: {login_server: localhost:1, username: me, password: planted-secret}\n"
    )
    here = Operations(OpsConfig(cache=False), default_provider_from_env("sub"))
    sent = pickle.dumps(here)
    assert b"planted-secret" not in sent
    for name in ("MODELOPS_REGISTRY_PASSWORD", "MODELOPS_REGISTRY_TOKEN"):
        monkeypatch.delenv(name)
    there = pickle.loads(sent)
    assert there.resolve("my-model:1.0.0").manifest_digest == digest
    assert (there.config, there.provider.directory) == (here.config, here.provider.directory)
    for value in (here.provider, here.provider.settings, here.provider.environment):
        with pytest.raises(Invalid, match="holds logins"):
            pickle.dumps(value)


@pytest.mark.parametrize("level", [0, 23, 99, -5, "6", 6.0, None, True])
def test_a_level_that_zstd_does_not_have_is_refused_at_once(level: Any) -> None:
    with pytest.raises(ValueError, match="not a level of zstd") as caught:
        OpsConfig(zstd_level=level)
    assert isinstance(caught.value, Invalid)
    assert [OpsConfig(zstd_level=each).zstd_level for each in (1, 22)] == [1, 22]
