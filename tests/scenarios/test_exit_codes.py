"""Exit codes that it takes more than a command line to provoke: damage, locks, other people's images, bugs."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from modelops_bundle.bundles.media_types import DOCKER_MANIFEST
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import digest_of
from modelops_bundle.files.lockfile import hold
from tests.support.registry_server import RegistryServer
from tests.support.workspace import METADATA, Workspace, assert_refusal

TITLE = "org.opencontainers.image.title"


def manifest_of(remote: Path) -> dict[str, str]:
    """Return the digests of the parts of what a layout's only tag names."""
    digest = json.loads((remote / "index.json").read_text())["manifests"][0]["digest"]
    manifest = json.loads((remote / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_bytes())
    titles = {layer.get("annotations", {}).get(TITLE): layer for layer in manifest["layers"]}
    return {
        "manifest": digest,
        "config": manifest["config"]["digest"],
        "index": manifest["layers"][0]["digest"],
        "file": titles["data/cases.csv"]["digest"],
    }


def flip(file: Path) -> None:
    """Change one byte in the middle."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.chmod(0o644)
    file.write_bytes(data)


def shorten(file: Path) -> None:
    """Lose the last byte."""
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-1])


@pytest.mark.parametrize("harm", [flip, shorten])
@pytest.mark.parametrize("part", ["manifest", "config", "index", "file"])
def test_a_damaged_remote_is_refused(
    alice: Workspace, tmp_path: Path, part: str, harm: Callable[[Path], None]
) -> None:
    digest = manifest_of(tmp_path / "remote")[part]
    harm(tmp_path / "remote" / "blobs" / "sha256" / digest.removeprefix("sha256:"))
    said = Workspace(tmp_path).refused(5, "clone", f"oci:{tmp_path / 'remote'}", "copy")
    assert digest in said
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("harm", [flip, shorten])
@pytest.mark.parametrize("part", ["manifest", "config", "index", "file"])
def test_a_damaged_registry_is_refused(
    alice: Workspace, registry: RegistryServer, tmp_path: Path, part: str, harm: Callable[[Path], None]
) -> None:
    remote = f"{registry.host}/exit-codes/damaged-{part}-{harm.__name__}"
    alice.write("data/cases.csv", f"{part} {harm.__name__}\n")
    alice.write("only.txt", f"{part} {harm.__name__}\n")
    alice.ok("add", ".")
    alice.ok("push")
    alice.ok("push", "--remote", remote)
    digest = manifest_of(tmp_path / "remote")[part]
    harm(registry.blob_file(digest))
    copy = Workspace(tmp_path, env={"MODELOPS_HTTP_RETRY": "0"})
    done = copy.run("clone", remote, "copy")
    # A registry that notices by itself does not serve the blob at all.
    assert_refusal(done, 3 if done.code == 3 and "HTTP 5" in done.stderr else 5)
    assert not (tmp_path / "copy").exists() or done.code == 3


def test_a_command_waits_for_another_and_then_gives_up(alice: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Project, "lock_wait", 0.05)
    alice.write("new.csv", "new\n")
    with hold(alice.root / METADATA / "locks" / "project"):
        for command in (("add", "."), ("push",), ("pull",)):
            said = alice.refused(6, *command)
            assert f"process {os.getpid()}" in said
        alice.ok("status")
    alice.ok("add", ".")


@pytest.mark.parametrize("command", ["clone", "pull", "push", "fetch"])
def test_a_container_image_is_no_bundle(registry: RegistryServer, alice: Workspace, command: str) -> None:
    repository = f"exit-codes/image-{command}"
    push_container_image(registry, repository)
    remote = f"{registry.host}/{repository}"
    where = (remote, "copy") if command == "clone" else ("--remote", remote)
    said = alice.refused(10, command, *where)
    assert f"'{remote}" in said
    assert "not a bundle" in said
    assert not (alice.root / "copy").exists()


def push_container_image(registry: RegistryServer, repository: str) -> None:
    """Store an image as docker would."""
    with httpx.Client(base_url=registry.url) as client:
        blobs = {}
        for data in (b"{}", b"layer"):
            location = client.post(f"/v2/{repository}/blobs/uploads/").headers["Location"]
            target = httpx.URL(location).copy_merge_params({"digest": digest_of(data)})
            assert client.put(target, content=data).status_code == 201
            blobs[data] = {"digest": digest_of(data), "size": len(data)}
        config = blobs[b"{}"] | {"mediaType": "application/vnd.docker.container.image.v1+json"}
        layer = blobs[b"layer"] | {"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip"}
        manifest = {"schemaVersion": 2, "mediaType": DOCKER_MANIFEST, "config": config, "layers": [layer]}
        stored = client.put(
            f"/v2/{repository}/manifests/latest",
            content=json.dumps(manifest).encode(),
            headers={"Content-Type": DOCKER_MANIFEST},
        )
        assert stored.status_code == 201


def test_a_bug_of_ours_asks_to_be_reported(alice: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr("modelops_bundle.porcelain.status.look_at", broken)
    said = alice.refused(70, "status")
    assert "KeyError: 'surprise'" in said
    assert "--debug" in said
    debugged = alice.run("--debug", "status")
    assert debugged.code == 70
    assert "Traceback" in debugged.stderr
