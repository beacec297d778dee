"""An edit sends and fetches about what it changed, on a plain registry, version after version."""

import hashlib
import json
import random
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.bundles.media_types import OCI_MANIFEST
from scripts.benchmarks.wire import counted
from tests.support.programs import require
from tests.support.registry_server import RegistryServer, anonymous_registry
from tests.support.workspace import Workspace

pytestmark = pytest.mark.server("docker-registry")

SIZE = 48 << 20
LIMIT = 500_000


def rows(size: int, seed: int = 0) -> bytearray:
    """Return a CSV of about `size` bytes that compresses as such files do."""
    number = random.Random(seed)
    text = "".join(f"{n},{number.random():.9f},{number.random():.9f}\n" for n in range(size // 28))
    return bytearray(text.encode()[:size])


def push(workspace: Workspace) -> Any:
    return json.loads(workspace.ok("push", "--json"))


def begin(tmp_path: Path, remote: str) -> Workspace:
    alice = Workspace(tmp_path / "alice")
    alice.write("README.md", "SEIR\n")
    alice.ok("init", "--remote", remote)
    alice.ok("add", ".")
    return alice


def edit_and_pull(alice: Workspace, bob: Workspace, data: bytes, limit: int) -> None:
    """Push an edit and pull it elsewhere, neither moving more bytes than the limit."""
    alice.write("data/runs.csv", data)
    assert 0 < push(alice)["bytes_sent"] < limit
    told = json.loads(bob.ok("pull", "--dry-run", "--json"))
    assert 0 < told["bytes"] < limit
    assert told["requests"] < 20
    bob.ok("pull")
    assert (bob.root / "data/runs.csv").read_bytes() == data


def test_an_edit_of_a_large_file_moves_little(registry: RegistryServer, tmp_path: Path) -> None:
    remote = f"{registry.host}/deltas/large"
    alice, bob = begin(tmp_path, remote), Workspace(tmp_path / "bob")
    data = bytearray(hashlib.shake_128(b"large").digest(SIZE))
    alice.write("data/runs.csv", bytes(data))
    alice.ok("add", ".")
    push(alice)
    alice.ok("clone", remote, str(bob.root))
    data[SIZE // 2 : SIZE // 2 + 4096] = hashlib.shake_128(b"new").digest(4096)
    edit_and_pull(alice, bob, bytes(data), LIMIT)
    data[1000:1000] = b"one,row,near,the,start\n"
    edit_and_pull(alice, bob, bytes(data), LIMIT)
    data += hashlib.shake_128(b"more").digest(1 << 20)
    edit_and_pull(alice, bob, bytes(data), 1_600_000)
    alice.ok("clone", remote, str(tmp_path / "carol"))
    assert Workspace(tmp_path / "carol").tree() == alice.tree() == bob.tree()


def stored(registry: RegistryServer) -> int:
    """Return how many bytes a registry keeps in blobs."""
    return sum(file.stat().st_size for file in registry.data_dir.rglob("data"))


def delete_manifest(registry: RegistryServer, repository: str, digest: str) -> None:
    url = f"{registry.url}/v2/{repository}/manifests/{digest}"
    with urllib.request.urlopen(urllib.request.Request(url, method="DELETE")) as answer:
        assert answer.status == 202


def test_twenty_versions_stay_bounded_and_the_last_outlives_the_others(tmp_path: Path) -> None:
    (tmp_path / "registry").mkdir()
    with anonymous_registry(tmp_path / "registry") as registry:
        remote = f"{registry.host}/deltas/twenty"
        alice = begin(tmp_path, remote)
        data = rows(16 << 20)
        alice.write("data/runs.csv", bytes(data))
        alice.ok("add", ".")
        digests = [push(alice)["digest"]]
        first = stored(registry)
        number, sent = random.Random(7), list[int]()
        for version in range(1, 20):
            at = number.randrange(len(data))
            data[at:at] = b"version,%d,inserted\n" % version
            alice.write("data/runs.csv", bytes(data))
            pushed = push(alice)
            sent.append(pushed["bytes_sent"])
            digests.append(pushed["digest"])
        assert len(set(digests)) == 20
        # Now and then many small packs are packed anew together.
        assert sorted(sent)[-2] < LIMIT
        assert max(sent) < 2 * LIMIT
        last = json.loads(alice.ok("cat-object", "-p", digests[-1]))
        assert len(last["layers"]) < 30
        live = sum(layer["size"] for layer in last["layers"])
        assert live < 1.5 * first
        assert stored(registry) < 2 * first
        for digest in digests[:-1]:
            delete_manifest(registry, "deltas/twenty", digest)
        registry.collect_garbage()
        assert stored(registry) < live + 100_000
        alice.ok("clone", remote, str(tmp_path / "carol"))
        assert Workspace(tmp_path / "carol").tree() == alice.tree()
        alice.write("README.md", "edited\n")
        push(alice)


def test_an_edit_of_one_of_many_files_sends_little(registry: RegistryServer, tmp_path: Path) -> None:
    remote = f"{registry.host}/deltas/many"
    alice, bob = begin(tmp_path, remote), Workspace(tmp_path / "bob")
    for number in range(2000):
        alice.write(f"runs/{number % 20}/{number}.csv", hashlib.shake_128(b"%d" % number).digest(2000))
    alice.ok("add", ".")
    push(alice)
    alice.ok("clone", remote, str(bob.root))
    for edit in range(3):
        alice.write("runs/7/7.csv", f"edited {edit}\n")
        assert push(alice)["bytes_sent"] < 200_000
        told = json.loads(bob.ok("pull", "--dry-run", "--json"))
        assert told["bytes"] < 200_000
        bob.ok("pull")
    assert bob.tree() == alice.tree()


@pytest.mark.server("skopeo")
def test_a_copy_by_skopeo_is_the_same_bundle(registry: RegistryServer, tmp_path: Path) -> None:
    remote = f"{registry.host}/deltas/copied"
    alice = begin(tmp_path, remote)
    alice.write("data/runs.csv", bytes(rows(10 << 20)))
    for number in range(200):
        alice.write(f"small/{number}.csv", f"{number}\n" * number)
    alice.ok("add", ".")
    digest = push(alice)["digest"]
    layout = tmp_path / "layout"
    command = [str(require("skopeo")), "copy", "--preserve-digests", "--src-tls-verify=false"]
    command += [f"docker://{remote}:latest", f"oci:{layout}:latest"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    cloned = json.loads(alice.ok("clone", "--json", f"oci:{layout}", str(tmp_path / "copy")))
    assert cloned["digest"] == digest
    assert Workspace(tmp_path / "copy").tree() == alice.tree()


def test_the_manifest_names_every_pack(registry: RegistryServer, tmp_path: Path) -> None:
    remote = f"{registry.host}/deltas/named"
    alice = begin(tmp_path, remote)
    data = rows(10 << 20)
    for edit in range(3):
        data[edit * 1_000_000 : edit * 1_000_000] = b"row\n"
        alice.write("data/runs.csv", bytes(data))
        alice.ok("add", ".")
        digest = push(alice)["digest"]
    request = urllib.request.Request(
        f"{registry.url}/v2/deltas/named/manifests/{digest}", headers={"Accept": OCI_MANIFEST}
    )
    with urllib.request.urlopen(request) as answer:
        layers = json.loads(answer.read())["layers"]
    packs = [layer["digest"] for layer in layers if layer["mediaType"].endswith("pack.v1")]
    assert len(packs) == len(set(packs)) >= 3
    assert all(registry.blob_file(pack).is_file() for pack in packs)


def test_a_dry_run_tells_what_the_push_after_it_sends(registry: RegistryServer, tmp_path: Path) -> None:
    with counted(registry.host) as traffic:
        alice = begin(tmp_path, f"{traffic.host}/deltas/told")
        alice.write("data/runs.csv", bytes(rows(12 << 20)))
        alice.ok("add", ".")
        for edit in (b"", b"one,row,near,the,start\n"):
            alice.write("data/runs.csv", edit + bytes(rows(12 << 20)))
            told = json.loads(alice.ok("push", "--dry-run", "--json"))
            traffic.reset()
            done = push(alice)
            assert told["bytes_sent"] == done["bytes_sent"] < traffic.sent
            # Beside what was told, a push looks where the tag stands and, the first time, who is asking.
            assert told["requests"] + 1 <= traffic.requests <= told["requests"] + 3
            assert told["digest"] == done["digest"]
        assert told["bytes_reused"] > 11 << 20
