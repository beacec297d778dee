"""Workers are given files that lie in blob stores, as if they lay in the registry."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelops_bundle.blob_stores.location import blob_key
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import IntegrityError, NotFound
from modelops_bundle.files.yaml_file import dump
from tests.support.storage_places import StoragePlace, StorageServers, storage_servers
from tests.support.worker import REPOSITORY, publish, worker
from tests.support.workspace import Workspace, snapshot

LARGE = random.Random(8).randbytes(300_000)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageServers]:
    """Real servers, shared; each test has a container of its own."""
    yield from storage_servers(tmp_path_factory.mktemp("storage"))


@pytest.fixture(params=["directory", "azurite", "moto"])
def place(servers: StorageServers, request: pytest.FixtureRequest) -> StoragePlace:
    """An empty container of several kinds of stores in turn."""
    return servers.place(request.param)


@pytest.fixture
def alice(tmp_path: Path, place: StoragePlace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A project with a large file, and an environment with that container, which workers have too."""
    home = tmp_path / "home"
    file = home / ".modelops" / "bundle-env" / "lab.yaml"
    file.parent.mkdir(parents=True)
    file.write_bytes(dump({"registry": {"login_server": "registry.invalid"}, "storage": dict(place.storage)}))
    for name, value in {"HOME": str(home), "MODELOPS_BUNDLE_ENV": "lab", "MODELOPS_HTTP_RETRY": "1"}.items():
        monkeypatch.setenv(name, value)
    work = Workspace(tmp_path / "alice", home)
    work.write("data/large.bin", LARGE)
    work.write("data/cases.csv", "day,cases\n1,3\n")
    work.ok("init", "--remote", f"oci:{tmp_path}/layouts/{REPOSITORY}")
    work.ok("config", "storage.threshold_bytes", "100000")
    return work


def key_of(alice: Workspace, place: StoragePlace, digest: str) -> str:
    """Return the key of the large file in its container, which is the end of its URI."""
    key = blob_key("", digest_of(LARGE))
    assert key in alice.ok("read-manifest", "--json", digest)
    return key


def test_a_worker_is_given_a_file_from_a_blob_store_once(
    alice: Workspace, place: StoragePlace, tmp_path: Path
) -> None:
    digest = publish(alice, "")
    layouts, reference = f"oci:{tmp_path}/layouts", f"{REPOSITORY}@{digest}"
    _, directory = worker(layouts, tmp_path / "cache").ensure_local(reference)
    assert snapshot(directory) == alice.tree()
    place.overwrite(key_of(alice, place, digest), LARGE[::-1])
    assert worker(layouts, tmp_path / "cache").ensure_local(reference)[1] == directory
    with pytest.raises(IntegrityError, match=r"data/large\.bin"):
        worker(layouts, tmp_path / "new").ensure_local(reference)
    assert not (tmp_path / "new/bundles").exists()


def test_a_file_that_a_model_damaged_comes_from_the_blob_store_again(
    alice: Workspace, place: StoragePlace, tmp_path: Path
) -> None:
    layouts, reference = f"oci:{tmp_path}/layouts", f"{REPOSITORY}@{publish(alice, '')}"
    _, directory = worker(layouts, tmp_path / "cache").ensure_local(reference)
    (directory / "data/large.bin").write_bytes(b"damaged")
    worker(layouts, tmp_path / "cache").ensure_local(reference)
    assert snapshot(directory) == alice.tree()


@pytest.mark.parametrize("place", ["directory"], indirect=True)
def test_a_blob_that_is_gone_is_named(alice: Workspace, place: StoragePlace, tmp_path: Path) -> None:
    digest = publish(alice, "")
    key = key_of(alice, place, digest)
    Path(place.storage["container"], key).unlink()
    with pytest.raises(NotFound, match=key):
        worker(f"oci:{tmp_path}/layouts", tmp_path / "cache").ensure_local(f"{REPOSITORY}@{digest}")
