"""The whole of a remote, against the profiles of known registries and against real ones."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modelops_bundle.bundles.media_types import BUNDLE, BUNDLE_CONFIG, BUNDLE_FILE, OCI_MANIFEST
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.errors import Invalid, RemoteMoved, TransferFailed
from modelops_bundle.registry.reference import parse_repository
from modelops_bundle.registry.remote import RegistryRemote
from modelops_bundle.remote import BlobsMissing, BlobStatus, Remote
from modelops_bundle.settings import Settings
from tests.modelops_bundle.registry.conftest import Connect
from tests.support import stub_profiles
from tests.support.registry_server import RegistryServer
from tests.support.stub_registry import Quirks, StubRegistry

CONTENT = b"content of a file\n" * 1000
CONFIG = b"{}"
PROFILES: list[Callable[[], Quirks]] = [
    Quirks,
    stub_profiles.quay,
    stub_profiles.ghcr,
    lambda: stub_profiles.ecr("lab/model"),
    stub_profiles.azure,
    stub_profiles.harbor_proxy,
    stub_profiles.docker_2,
]


def describe(data: bytes, media_type: str) -> Descriptor:
    return Descriptor(media_type, digest_of(data), len(data))


def push_bundle(remote: Remote, content: bytes, expected: Digest | None) -> Digest:
    """Push one bundle of one file, as `push` does: blobs, manifest, tag."""
    file, config = describe(content, BUNDLE_FILE), describe(CONFIG, BUNDLE_CONFIG)
    remote.push_blob(file, lambda: io.BytesIO(content))
    remote.push_blob(config, lambda: io.BytesIO(CONFIG))
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": BUNDLE,
        "config": config.to_json(),
        "layers": [file.to_json()],
    }
    data = json.dumps(manifest).encode()
    digest = remote.push_manifest(data, OCI_MANIFEST)
    remote.set_tag("v1", data, OCI_MANIFEST, expected)
    return digest


def pull_bundle(remote: Remote) -> bytes:
    digest = remote.resolve_tag("v1")
    assert digest is not None
    manifest = json.loads(remote.fetch_manifest(digest).data)
    return b"".join(remote.read_blob(Descriptor.from_json(manifest["layers"][0], "a layer")))


def round_trip(remote: Remote) -> None:
    assert remote.resolve_tag("v1") is None and remote.list_tags() == []
    digest = push_bundle(remote, CONTENT, None)
    assert remote.resolve_tag("v1") == digest and remote.list_tags() == ["v1"]
    assert pull_bundle(remote) == CONTENT
    file = describe(CONTENT, BUNDLE_FILE)
    assert remote.push_blob(file, lambda: io.BytesIO(CONTENT)) is BlobStatus.EXISTS
    assert b"".join(remote.read_blob(file, 100, 50)) == CONTENT[100:150]
    with pytest.raises(RemoteMoved):
        push_bundle(remote, CONTENT + b"!", None)


@pytest.fixture
def open_remote(tmp_path: Path) -> Iterator[Callable[..., RegistryRemote]]:
    remotes: list[RegistryRemote] = []

    def open_one(server: RegistryServer, repository: str) -> RegistryRemote:
        settings = Settings(
            home=tmp_path, username=server.username, password=server.password, ca_file=server.ca_file
        )
        remotes.append(RegistryRemote(f"{server.host}/{repository}", settings))
        return remotes[-1]

    yield open_one
    for remote in remotes:
        remote.close()


@pytest.mark.parametrize("profile", PROFILES)
def test_a_bundle_goes_up_and_comes_down(
    stub: StubRegistry, connect: Connect, profile: Callable[[], Quirks]
) -> None:
    stub.quirks = profile()
    round_trip(connect(login=True))


@pytest.mark.server("docker-registry")
@pytest.mark.parametrize("flavour", ["registry", "registry_htpasswd", "registry_token", "registry_tls"])
def test_a_bundle_goes_up_to_a_real_registry_and_comes_down(
    flavour: str, request: pytest.FixtureRequest, open_remote: Callable[..., RegistryRemote]
) -> None:
    server = request.getfixturevalue(flavour)
    remote = open_remote(server, "remote/round-trip")
    round_trip(remote)
    other = open_remote(server, "remote/mounted")
    assert other.mount_blob(digest_of(CONTENT), "remote/round-trip")
    assert not other.mount_blob(digest_of(b"nowhere"), "remote/round-trip")


@pytest.mark.server("docker-registry")
def test_a_real_registry_lists_many_tags(
    registry: RegistryServer, open_remote: Callable[..., RegistryRemote]
) -> None:
    remote = open_remote(registry, "remote/tags")
    digest = push_bundle(remote, CONTENT, None)
    data = remote.fetch_manifest(digest).data
    names = [f"tag-{number:03}" for number in range(120)]
    for name in names:
        remote.set_tag(name, data, OCI_MANIFEST, None)
    assert remote.list_tags() == [*names, "v1"]


@pytest.mark.server("docker-registry")
def test_a_real_registry_says_which_blobs_it_lacks(
    registry: RegistryServer, open_remote: Callable[..., RegistryRemote]
) -> None:
    remote = open_remote(registry, "remote/lacking")
    config = describe(CONFIG, BUNDLE_CONFIG)
    remote.push_blob(config, lambda: io.BytesIO(CONFIG))
    missing = describe(b"never pushed", BUNDLE_FILE)
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": config.to_json(),
        "layers": [missing.to_json()],
    }
    with pytest.raises(BlobsMissing) as caught:
        remote.push_manifest(json.dumps(manifest).encode(), OCI_MANIFEST)
    assert caught.value.digests == (missing.digest,)


def test_a_remote_is_named_as_a_person_writes_it() -> None:
    remote = RegistryRemote("GHCR.io/Lab/model", Settings(username="alice", password="hunter2"))
    assert remote.name == "ghcr.io/lab/model"
    assert "hunter2" not in repr(vars(remote))
    same: Remote = RegistryRemote(parse_repository("ghcr.io/lab/model"), Settings())
    assert same.name == remote.name
    with pytest.raises(Invalid):
        RegistryRemote("ghcr.io", Settings())


def test_no_error_holds_a_secret(stub: StubRegistry, connect: Connect) -> None:
    stub.quirks.auth, stub.quirks.redirect_blobs = "bearer", True
    blob = stub.add_blob("lab/model", CONTENT)
    stub.fail("GET", "sig=", status=500, times=99)
    remote = connect(login=True, retries=1)
    with pytest.raises(TransferFailed) as caught:
        b"".join(remote.read_blob(blob))
    chain: list[BaseException] = []
    error: BaseException | None = caught.value
    while error is not None:
        chain.append(error)
        error = error.__cause__ or error.__context__
    secrets = [*stub.tokens, *(request.target.partition("sig=")[2] for request in stub.seen(server="storage"))]
    assert len(secrets) >= 3
    assert [secret for secret in secrets for link in chain if secret in f"{link!r} {vars(link)!r}"] == []
