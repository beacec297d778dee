"""Other people's tools move our bundles without changing them, and get plain files out of them."""

import hashlib
import json
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.programs import require, require_module
from tests.support.registry_server import RegistryServer, anonymous_registry
from tests.support.workspace import METADATA, Workspace

PACKED = 9 << 20
"""A file of this size travels in a pack, unless the bundle is portable."""


def skopeo(*args: str) -> bytes:
    """Run skopeo without the machine's policy, over plain HTTP."""
    command = [str(require("skopeo")), "--insecure-policy", *args]
    done = subprocess.run(command, capture_output=True, timeout=60)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stderr.decode()}"
    return done.stdout


@pytest.fixture(scope="module")
def other_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryServer]:
    with anonymous_registry(tmp_path_factory.mktemp("other-registry")) as server:
        yield server


@pytest.fixture
def model(alice: Workspace) -> Workspace:
    """A project with a file of every kind, not pushed to any registry yet."""
    alice.write("run.sh", "#!/bin/sh\n", executable=True)
    alice.write("data/empty.csv", "")
    alice.write("data/Ünïcode naïve.csv", "ü\n")
    alice.write("data/large.bin", random.Random(1).randbytes(PACKED))
    (alice.root / "latest.csv").symlink_to("data/cases.csv")
    alice.ok("add", ".")
    return alice


def push(workspace: Workspace, remote: str) -> str:
    return str(json.loads(workspace.ok("push", "--json", "--remote", remote))["digest"])


def clone(source: str, directory: Path) -> Workspace:
    Workspace(directory.parent).ok("clone", source, directory.name)
    return Workspace(directory)


@pytest.mark.parametrize("profile", ["portable", "auto", "packed"])
def test_skopeo_moves_a_bundle_and_keeps_its_digest(
    registry: RegistryServer, other_registry: RegistryServer, model: Workspace, tmp_path: Path, profile: str
) -> None:
    model.write(f"{METADATA}/config.yaml", f"version: 1\nstorage:\n  layout: {profile}\n")
    here, there = f"{registry.host}/interop/{profile}", f"{other_registry.host}/moved/{profile}"
    layout = f"oci:{tmp_path / 'layout'}:v1"
    digest = push(model, here)
    skopeo("copy", "--src-tls-verify=false", f"docker://{here}:latest", layout)
    skopeo("copy", "--dest-tls-verify=false", layout, f"docker://{there}:v2")
    for name, source in (("one", f"{here}:latest"), ("two", layout), ("three", f"{there}:v2")):
        copy = clone(source, tmp_path / name)
        assert copy.tree() == model.tree()
        assert copy.ok("resolve-ref", "HEAD").strip() == digest
    copied = skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{there}:v2")
    assert f"sha256:{hashlib.sha256(copied).hexdigest()}" == digest


def test_skopeo_reads_a_layout_of_ours(registry: RegistryServer, model: Workspace, tmp_path: Path) -> None:
    layout = f"oci:{tmp_path / 'ours'}"
    digest = push(model, layout)
    model.ok("push", "--remote", layout, "--tag", "v2")
    for tag in ("latest", "v2"):
        raw = skopeo("inspect", "--raw", f"{layout}:{tag}")
        assert f"sha256:{hashlib.sha256(raw).hexdigest()}" == digest
    config = json.loads(skopeo("inspect", "--config", "--raw", f"{layout}:v2"))
    assert config["tree"] == json.loads(model.ok("push", "--json", "--remote", layout))["tree"]
    target = f"{registry.host}/interop/from-layout"
    skopeo("copy", "--dest-tls-verify=false", f"{layout}:v2", f"docker://{target}:v2")
    assert clone(f"{target}:v2", tmp_path / "copy").tree() == model.tree()
    assert json.loads(skopeo("list-tags", "--tls-verify=false", f"docker://{target}"))["Tags"] == ["v2"]


def test_oras_gets_the_files_of_a_portable_bundle(
    registry: RegistryServer, model: Workspace, tmp_path: Path
) -> None:
    """What is no blob of its own (empty files, links, executable bits) stands in the index, which comes along."""
    oras = require_module("oras.client")
    model.write(f"{METADATA}/config.yaml", "version: 1\nstorage:\n  layout: portable\n")
    remote = f"{registry.host}/interop/oras"
    push(model, remote)
    out = tmp_path / "out"
    out.mkdir()
    oras.OrasClient(insecure=True).pull(target=f"{remote}:latest", outdir=str(out))
    restored = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    index = next(name for name in restored if name.startswith("sha256:"))
    expected = {
        path: content
        for path in model.tree()
        if not (model.root / path).is_symlink() and (content := (model.root / path).read_bytes())
    }
    assert {name: path.read_bytes() for name, path in restored.items() if name != index} == expected
    assert "data/large.bin" in expected
    assert not {"data/empty.csv", "latest.csv"} & expected.keys()
    entries = {file["path"]: file for file in json.loads(restored[index].read_bytes())["files"]}
    assert entries.keys() == model.tree().keys()
    assert entries["run.sh"]["mode"] == "100755"
    assert entries["data/empty.csv"]["place"] == "empty"
    assert entries["latest.csv"]["place"] == {"link": "data/cases.csv"}


def test_oras_gets_the_small_files_of_a_bundle_that_says_nothing_else(
    registry: RegistryServer, model: Workspace, tmp_path: Path
) -> None:
    oras = require_module("oras.client")
    remote = f"{registry.host}/interop/oras-auto"
    push(model, remote)
    out = tmp_path / "out"
    out.mkdir()
    oras.OrasClient(insecure=True).pull(target=f"{remote}:latest", outdir=str(out))
    for path in (
        "models/seir.py",
        "data/cases.csv",
        "run.sh",
        "data/Ünïcode naïve.csv",
        f"{METADATA}/config.yaml",
    ):
        assert (out / path).read_bytes() == (model.root / path).read_bytes()
    assert not (out / "data" / "large.bin").exists()
