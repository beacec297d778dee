"""The README of the earlier modelops-bundles: its commands, its Python and its promises, as they stand there."""

import json
import shlex
import sys
import uuid
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from tests.support import contracts
from tests.support.earlier_roles import Publication
from tests.support.foreign_layout import descriptor, manifest_of, publish
from tests.support.registry_server import RegistryServer
from tests.support.worker import digest_in
from tests.support.workspace import Workspace, snapshot

BASIC = """
# Resolve bundle identity
modelops-bundles resolve my-model:1.0.0

# Materialize bundle to filesystem
modelops-bundles materialize my-model:1.0.0 ./workspace

# Materialize specific role
modelops-bundles materialize my-model:1.0.0 ./runtime --role runtime

# Export directory to bundle archive
modelops-bundles export ./workspace ./my-bundle.tar.zst

# Verbose output
modelops-bundles resolve my-model:1.0.0 --verbose
"""
ADVANCED = """
# Prefetch external data immediately
modelops-bundles materialize my-model:1.0.0 ./workspace --prefetch-external

# Overwrite existing files
modelops-bundles materialize my-model:1.0.0 ./workspace --overwrite

# Disable caching
modelops-bundles resolve my-model:1.0.0 --no-cache

# CI mode (suppress progress)
modelops-bundles materialize my-model:1.0.0 ./workspace --ci
"""
PYTHON = """
from modelops_bundles.operations import Operations, OpsConfig
from modelops_bundles.providers.bundle_content import default_provider_from_env
from modelops_contracts.artifacts import BundleRef

# Create operations facade with default provider
config = OpsConfig(verbose=True)
provider = default_provider_from_env()
ops = Operations(config=config, provider=provider)

# Resolve bundle
ref = BundleRef(name="my-model", version="1.0.0")
resolved = ops.resolve(ref)

# Materialize to filesystem
result = ops.materialize(
    ref=ref,
    dest="./workspace",
    role="training",
    prefetch_external=False
)

# Export workspace to archive
ops.export(
    workdir="./workspace",
    dest="./my-bundle.tar.zst"
)
"""
TRAIN = "day,cases\n1,3\n"


@pytest.fixture
def author(registry: RegistryServer, tmp_path: Path) -> Workspace:
    """A colleague, who pushed `my-model:1.0.0`."""
    author = Workspace(tmp_path / "author", tmp_path / "home-of-author", program="modelops-bundles")
    author.ok("init", "--remote", f"{registry.host}/{uuid.uuid4().hex}/models/my-model")
    author.write("src/model.py", "BETA = 0.3\n")
    author.write("params.yaml", "beta: 0.3\n")
    author.write("data/train.csv", TRAIN)
    author.write("models/fitted.pkl", "pickled\n")
    author.ok("add", ".")
    author.ok("push", "--tag", "1.0.0")
    return author


@pytest.fixture
def user(registry: RegistryServer, author: Workspace, tmp_path: Path) -> Workspace:
    """Somebody with the variables of that README."""
    below = author.ok("config", "remote").strip().removeprefix(f"{registry.host}/").removesuffix("/my-model")
    variables = {
        "REGISTRY_URL": f"http://{registry.host}",
        "REGISTRY_REPO": below,
        "AZURE_STORAGE_KEY": "a2V5",
        "EXTERNAL_TIMEOUT_S": "30",
    }
    return Workspace(tmp_path / "user", tmp_path / "home-of-user", variables, "modelops-bundles")


def typed(user: Workspace, session: str) -> list[str]:
    """Type the lines of a session, and return what each command printed."""
    words = [shlex.split(line, comments=True) for line in session.splitlines()]
    return [user.ok(*arguments) for program, *arguments in filter(None, words) if program == user.program]


def files(user: Workspace, directory: str) -> set[str]:
    """Return what was materialized, without what every project has."""
    return {path for path in snapshot(user.root / directory) if not path.startswith((".mo", "pyproject"))}


def test_the_basic_commands_do_what_they_promise(user: Workspace) -> None:
    resolved, _, _, exported, verbose = typed(user, BASIC)
    assert resolved.startswith("Bundle: my-model:1.0.0\nManifest: sha256:")
    assert files(user, "workspace") == {"data/train.csv", "models/fitted.pkl", "params.yaml", "src/model.py"}
    assert user.read("workspace/data/train.csv") == TRAIN
    assert files(user, "runtime") == {"params.yaml", "src/model.py"}
    assert exported.startswith("Exported ./workspace to ./my-bundle.tar.zst\n")
    assert (user.root / "my-bundle.tar.zst").read_bytes().startswith(b"\x28\xb5\x2f\xfd")
    assert "Reference type: name:version" in verbose


def test_the_advanced_options_do_what_they_promise(user: Workspace) -> None:
    typed(user, ADVANCED)
    before = snapshot(user.root / "workspace")
    user.write("workspace/src/model.py", "mine\n")
    user.refused(12, "materialize", "my-model:1.0.0", "./workspace")
    typed(user, ADVANCED.partition("# Disable")[0].partition("# Overwrite")[2])
    assert snapshot(user.root / "workspace") == before
    assert user.run("materialize", "my-model:1.0.0", "./workspace", "--ci").stderr == ""


def test_the_python_example_runs_as_it_is_written(
    user: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    artifacts = ModuleType("modelops_contracts.artifacts")
    artifacts.__dict__["BundleRef"] = contracts.BundleRef
    monkeypatch.setitem(sys.modules, "modelops_contracts", ModuleType("modelops_contracts"))
    monkeypatch.setitem(sys.modules, "modelops_contracts.artifacts", artifacts)
    user.root.mkdir()
    monkeypatch.chdir(user.root)
    for name, value in user.variables.items():
        monkeypatch.setenv(name, value)
    names: dict[str, object] = {}
    exec(PYTHON, names)
    assert capsys.readouterr() == ("", "")
    told = json.loads(user.ok("resolve", "my-model:1.0.0", "--json"))["manifest_digest"]
    assert getattr(names["resolved"], "manifest_digest", "") == told
    assert getattr(names["result"], "selected_role", "") == "training"
    assert files(user, "workspace") == {"data/train.csv", "params.yaml", "src/model.py"}
    user.ok("export", "./workspace", "./again.tar.zst")
    assert user.root.joinpath("again.tar.zst").read_bytes() == user.root.joinpath("my-bundle.tar.zst").read_bytes()


def test_every_format_of_a_reference_leads_to_the_same_bundle(user: Workspace) -> None:
    digest = json.loads(user.ok("resolve", "my-model:1.0.0", "--json"))["manifest_digest"]
    for reference in (digest, f"@{digest}", f"my-model@{digest}", f"sha256:{digest[7:].upper()}"):
        assert f"Manifest: {digest}\n" in user.ok("resolve", reference)


def test_the_host_of_the_registry_may_stand_in_the_repository_itself(user: Workspace) -> None:
    variables = {**user.env, "REGISTRY_REPO": f"{user.env['REGISTRY_URL'][7:]}/{user.env['REGISTRY_REPO']}"}
    del variables["REGISTRY_URL"]
    typed(replace(user, env=variables), BASIC)


def test_roles_select_the_layers_that_they_promise(user: Workspace) -> None:
    told = user.ok("resolve", "my-model:1.0.0")
    assert "runtime   code, config\n" in told
    assert "training  code, config, data\n" in told
    user.ok("materialize", "my-model:1.0.0", "out", "--role", "training")
    assert files(user, "out") == {"data/train.csv", "params.yaml", "src/model.py"}


def test_what_were_stubs_are_commands(user: Workspace, author: Workspace) -> None:
    assert "data/train.csv" in author.ok("scan")
    author.write("data/train.csv", TRAIN + "2,4\n")
    assert "+ data/train.csv" in author.ok("plan", ".", "--external-preview")
    assert "~ data/train.csv" in author.ok("diff", "1.0.0")
    assert "~ data/train.csv" in author.ok("diff", "data")
    assert ":1.1.0" in author.ok("push", ".", "--bump", "minor", "--dry-run")
    pushed = digest_in(author.ok("push", ".", "--bump", "minor"))
    assert f"Manifest: {pushed}" in user.ok("resolve", "my-model:1.1.0")
    user.ok("pull", "my-model:1.1.0", "./workspace", "--role", "training", "--no-cache", "--ci", "--verbose")
    assert user.read("workspace/data/train.csv") == TRAIN + "2,4\n"


def test_a_file_in_external_storage_becomes_the_pointer_that_it_shows(user: Workspace) -> None:
    publication = Publication(typed=True, bare=True)
    publication.add("code", "src/model.py", b"BETA = 0.3\n")
    publication.add_external("data", "data/train.csv", "az://container/train.csv", b"x" * 1048576)
    publish(user.root / "layout", publication.manifest, publication.blobs, "1.0.0")
    user.ok("materialize", "./layout:1.0.0", "./workspace", "--role", "training")
    pointer = json.loads(user.read("workspace/.mops/ptr/data/train.csv.json"))
    sha256 = publication.entries["data"][0]["external"]["sha256"]
    assert (
        pointer.items()
        >= {
            "fulfilled": False,
            "original_path": "data/train.csv",
            "uri": "az://container/train.csv",
            "sha256": sha256,
            "size": 1048576,
            "tier": "cool",
        }.items()
    )


def test_no_path_leads_out_of_the_directory_or_into_what_is_reserved(user: Workspace) -> None:
    paths = ("../evil.py", "/etc/evil.py", ".mops/evil.py", ".MOPS/evil.py", "a/.mops/evil.py")
    for number, path in enumerate(paths):
        publication = Publication(typed=True)
        publication.add("code", path, b"evil\n")
        publish(user.root / "layout", publication.manifest, publication.blobs, f"v{number}")
        assert "evil" in user.refused(5, "materialize", f"./layout:v{number}", "out")
    assert {path.name for path in user.root.iterdir()} == {"layout"}


def test_there_is_no_silent_default_of_where_bundles_are(user: Workspace) -> None:
    nowhere = replace(user, env={})
    assert "REGISTRY_REPO" in nowhere.refused(2, "resolve", "my-model:1.0.0")


def test_the_error_codes_are_those_of_the_readme(user: Workspace) -> None:
    user.refused(1, "resolve", "my-model:2.0.0")
    user.refused(2, "resolve", "not a reference")
    user.refused(2, "export", "./none", "./x.tar")
    nobody = replace(user, env={**user.env, "REGISTRY_URL": "http://127.0.0.1:9", "MODELOPS_HTTP_RETRY": "0"})
    nobody.refused(3, "resolve", "my-model:1.0.0")
    image = descriptor("application/vnd.oci.image.layer.v1.tar+gzip", b"layer")
    config = "application/vnd.oci.image.config.v1+json"
    publish(user.root / "image", manifest_of([image], config_type=config), (b"{}", b"layer"))
    user.refused(10, "resolve", "./image:latest")
    user.refused(11, "materialize", "my-model:1.0.0", "./x", "--role", "inference")
    assert not (user.root / "x").exists()
    user.write("out/src/model.py", "mine\n")
    user.refused(12, "materialize", "my-model:1.0.0", "./out")
    assert snapshot(user.root / "out").keys() == {"src/model.py"}
