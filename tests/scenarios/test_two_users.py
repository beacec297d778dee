"""Two people share a model through a real registry, of each flavour: nobody loses what the other did."""

import base64
import hashlib
import http.client
import json
import ssl
from pathlib import Path

import pytest

from tests.support.registry_server import RegistryServer
from tests.support.workspace import METADATA, Workspace

FLAVOURS = ("registry", "registry_htpasswd", "registry_token", "registry_tls")
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def alices(server: RegistryServer, tmp_path: Path) -> Workspace:
    """Alice has her login in the environment."""
    variables = {"MODELOPS_REGISTRY_USERNAME": server.username, "MODELOPS_REGISTRY_PASSWORD": server.password}
    return Workspace(tmp_path / "alice" / "seir", tmp_path / "alice", variables | trust(server))


def bobs(server: RegistryServer, tmp_path: Path) -> Workspace:
    """Bob logged in with docker."""
    if server.username:
        login = base64.b64encode(f"{server.username}:{server.password}".encode()).decode()
        config = tmp_path / "bob" / ".docker" / "config.json"
        config.parent.mkdir(parents=True)
        config.write_text(json.dumps({"auths": {server.host: {"auth": login}}}))
    return Workspace(tmp_path / "bob" / "work" / "copy", tmp_path / "bob", trust(server))


def trust(server: RegistryServer) -> dict[str, str]:
    return {"MODELOPS_BUNDLE_CA_FILE": str(server.ca_file)} if server.ca_file else {}


def start_project(alice: Workspace, remote: str) -> None:
    alice.write("models/seir.py", "BETA = 0.3\n")
    alice.write("data/cases.csv", "day,cases\n1,3\n")
    alice.write("data/nothing.csv", "")
    alice.write("data/Ünïcode naïve.csv", "x\n")
    alice.write("run.sh", "#!/bin/sh\n", executable=True)
    (alice.root / "latest.csv").symlink_to("data/cases.csv")
    (alice.root / "data" / "inputs").symlink_to("../models")
    alice.ok("init", "--remote", remote)
    alice.ok("add", ".")


def digest_in(printed: str) -> str:
    return printed.rpartition("Digest: ")[2].strip()


def writes(server: RegistryServer) -> int:
    """Return how many requests have come that store something."""
    return sum(server.log.count(f'"{method} /v2/') for method in ("POST", "PUT", "PATCH", "DELETE"))


def manifest_at(server: RegistryServer, repository: str, reference: str) -> tuple[str, bytes]:
    """Fetch a manifest without any code of ours; return the digest that the registry states, and the bytes."""
    headers = {"Accept": OCI_MANIFEST}
    if server.tokens:
        token = server.tokens.sign("carol", "test-registry", (f"repository:{repository}:pull",))
        headers["Authorization"] = f"Bearer {token}"
    elif server.username:
        login = base64.b64encode(f"{server.username}:{server.password}".encode()).decode()
        headers["Authorization"] = f"Basic {login}"
    connection = (
        http.client.HTTPSConnection(server.host, context=ssl.create_default_context(cafile=server.ca_file))
        if server.ca_file
        else http.client.HTTPConnection(server.host)
    )
    connection.request("GET", f"/v2/{repository}/manifests/{reference}", headers=headers)
    reply = connection.getresponse()
    assert reply.status == 200
    return reply.headers["Docker-Content-Digest"], reply.read()


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_two_people_share_a_model(flavour: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    server: RegistryServer = request.getfixturevalue(flavour)
    repository = f"two-users/{flavour.replace('_', '-')}"
    remote = f"{server.host}/{repository}"
    alice, bob = alices(server, tmp_path), bobs(server, tmp_path)

    start_project(alice, remote)
    digest = digest_in(alice.ok("push"))
    stated, manifest = manifest_at(server, repository, "latest")
    assert digest == stated == f"sha256:{hashlib.sha256(manifest).hexdigest()}"

    bob.ok("clone", remote, str(bob.root))
    assert bob.tree() == alice.tree()

    bob.write("data/cases.csv", "day,cases\n1,3\n2,9\n")
    bob.write("notes.md", "fitted to day 2\n")
    bob.ok("add", "notes.md")
    (bob.root / "run.sh").chmod(0o644)
    alice.write("models/seir.py", "BETA = 0.36\n")
    (alice.root / "data" / "nothing.csv").unlink()
    bobs_digest = digest_in(bob.ok("push"))

    before, written = alice.tree(), writes(server)
    refusal = alice.refused(7, "push")
    assert "data/cases.csv" in refusal
    assert "modelops-bundle pull" in refusal
    assert (alice.tree(), writes(server)) == (before, written)
    assert written, "the registry's log is not what we take it for"
    assert manifest_at(server, repository, "latest")[0] == bobs_digest

    alice.ok("pull")
    assert alice.read("data/cases.csv") == "day,cases\n1,3\n2,9\n"
    assert alice.read("notes.md") == "fitted to day 2\n"
    assert alice.read("models/seir.py") == "BETA = 0.36\n"
    assert not (alice.root / "data" / "nothing.csv").exists()
    assert (alice.root / "run.sh").stat().st_mode & 0o111 == 0
    merged = digest_in(alice.ok("push"))
    assert merged not in (digest, bobs_digest)
    assert manifest_at(server, repository, "latest")[0] == merged

    bob.ok("pull")
    assert bob.tree() == alice.tree()
    assert "Everything up to date" in bob.ok("push")
    assert digest_in(bob.ok("push")) == merged


def test_a_push_outlives_its_token(registry_token: RegistryServer, tmp_path: Path) -> None:
    """The registry really refuses the first token in the middle, though it was said to last."""
    assert registry_token.tokens
    registry_token.tokens.ttl, registry_token.tokens.claimed_ttl = 1, 300
    alice, bob = alices(registry_token, tmp_path), bobs(registry_token, tmp_path)
    remote = f"{registry_token.host}/two-users/expiry"
    alice.ok("init", "--remote", remote)
    for size in (100, 300, 900):
        for number in range(size):
            alice.write(f"data/{size}/{number}.csv", f"{number}\n" * 5)
        alice.write(f"{METADATA}/config.yaml", "version: 1\nstorage:\n  layout: portable\n")
        alice.ok("add", ".")
        asked = len(registry_token.tokens.requests)
        alice.ok("push")
        pushing = [one for one in registry_token.tokens.requests[asked:] if "push" in one.scopes[0]]
        if len(pushing) > 1:
            break
    else:
        raise AssertionError("no token ended, however long the push took")
    registry_token.tokens.ttl = 300
    bob.ok("clone", remote, str(bob.root))
    assert bob.tree() == alice.tree()
