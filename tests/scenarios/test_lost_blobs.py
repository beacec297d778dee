"""A registry forgets what we sent: the next push notices, and sends all that is missing."""

import random
from pathlib import Path

import httpx
import pytest

from tests.support.registry_server import RegistryServer, anonymous_registry
from tests.support.workspace import METADATA, Workspace


@pytest.mark.parametrize("profile", ["portable", "packed", "auto"])
def test_a_push_after_garbage_collection_is_whole(alice: Workspace, tmp_path: Path, profile: str) -> None:
    alice.write(f"{METADATA}/config.yaml", f"version: 1\nstorage:\n  layout: {profile}\n")
    alice.write("data/large.bin", random.Random(2).randbytes(9 << 20))
    alice.ok("add", ".")
    with anonymous_registry(tmp_path) as registry:
        remote = f"{registry.host}/lab/model"
        (alice.root / METADATA / "local.yaml").write_text(f"version: 1\nremote: {remote}\n")
        alice.ok("push")
        forget(registry, "lab/model", alice.ok("resolve-ref", "HEAD").strip())
        alice.write("data/cases.csv", "after the collection\n")
        alice.ok("push")
        Workspace(tmp_path).ok("clone", remote, "copy")
        assert Workspace(tmp_path / "copy").tree() == alice.tree()


def test_a_push_of_what_was_forgotten_brings_it_back(alice: Workspace, tmp_path: Path) -> None:
    with anonymous_registry(tmp_path) as registry:
        remote = f"{registry.host}/lab/model"
        (alice.root / METADATA / "local.yaml").write_text(f"version: 1\nremote: {remote}\n")
        alice.ok("push")
        digest = alice.ok("resolve-ref", "HEAD").strip()
        forget(registry, "lab/model", digest)
        assert digest in alice.ok("push")
        Workspace(tmp_path).ok("clone", remote, "copy")
        assert Workspace(tmp_path / "copy").tree() == alice.tree()


def forget(registry: RegistryServer, repository: str, digest: str) -> None:
    """Delete a version as an administrator does, and all blobs that only it named."""
    assert httpx.delete(f"{registry.url}/v2/{repository}/manifests/{digest}").status_code == 202
    registry.collect_garbage(delete_untagged=True)
    assert httpx.head(f"{registry.url}/v2/{repository}/manifests/{digest}").status_code == 404
