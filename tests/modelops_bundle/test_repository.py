import os
import pickle
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelops_bundle.errors import AuthRefused, IntegrityError, Invalid, NotFound, TransferFailed
from modelops_bundle.repository import ModelOpsBundleRepository, NotADigestReference, NotARegistry
from tests.support.registry_server import RegistryServer
from tests.support.stub_registry import Quirks, StubRegistry, stub_registry
from tests.support.worker import REPOSITORY, publish, worker
from tests.support.workspace import Workspace, snapshot

NOWHERE = "sha256:" + "0" * 64


@pytest.fixture
def stub() -> Iterator[StubRegistry]:
    with stub_registry() as registry:
        yield registry


@pytest.fixture
def alice(tmp_path: Path) -> Workspace:
    work = Workspace(tmp_path / "seir", tmp_path / "home")
    work.write("models/seir.py", "BETA = 0.3\n")
    work.write("data/cases.csv", "day,cases\n1,3\n")
    work.write("data/empty.csv", "")
    work.write("run.sh", "#!/bin/sh\n", executable=True)
    (work.root / "latest").symlink_to("models/seir.py")
    return work


def test_a_bundle_comes_by_both_forms_of_reference_as_it_was_published(
    stub: StubRegistry, alice: Workspace, tmp_path: Path
) -> None:
    remote = f"{stub.host}/{REPOSITORY}"
    digest = publish(alice, remote)
    found, directory = worker(stub.host, tmp_path / "cache").ensure_local(f"{REPOSITORY}@{digest}")
    assert (found, directory) == (digest, tmp_path / "cache/bundles" / digest[7:19])
    assert snapshot(directory) == alice.tree()
    assert worker(remote, tmp_path / "other").ensure_local(digest)[0] == digest
    capitals = digest[:7] + digest[7:].upper()
    assert worker(remote, tmp_path / "cache").ensure_local(capitals) == (digest, directory)
    assert worker(stub.host, tmp_path / "cache").ensure_local(f"{remote}@{digest}") == (digest, directory)


def test_a_directory_serves_as_registry(alice: Workspace, tmp_path: Path) -> None:
    layouts = f"oci:{tmp_path}/layouts"
    digest = publish(alice, f"{layouts}/lab/seir")
    _, directory = worker(layouts, tmp_path / "cache").ensure_local(f"lab/seir@{digest}")
    assert snapshot(directory) == alice.tree()


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "seir",
        "seir:latest",
        "sha256:12",
        f"@{NOWHERE}",
        f"seir@{NOWHERE}0",
        f"../x@{NOWHERE}",
        f"a b@{NOWHERE}",
    ],
)
def test_other_references_are_value_errors(tmp_path: Path, reference: str) -> None:
    repository = worker("localhost:5000", tmp_path)
    for ask in repository.ensure_local, repository.exists:
        with pytest.raises(ValueError) as caught:
            ask(reference)
        assert isinstance(caught.value, Invalid)


def test_a_bare_digest_needs_a_repository(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing names a repository of it") as caught:
        worker("localhost:5000", tmp_path).ensure_local(NOWHERE)
    assert isinstance(caught.value, NotADigestReference)
    assert caught.value.hint.startswith("write REPOSITORY@sha256:")


@pytest.mark.parametrize(
    ("registry", "said"),
    [
        ("", "not the host of a registry: ''"),
        ("localhost:5000/lab/seir:v1", "holds no tag"),
        (f"localhost:5000/lab/seir@{NOWHERE}", "holds no"),
        ("me:s3cret@localhost:5000", "no user name or password"),
        ("seir:v1", "not the host of a registry"),
        ("localhost:5000/a b", "not a repository name"),
        ("oci:", "no directory after"),
    ],
)
def test_what_is_no_registry_is_told_at_once(tmp_path: Path, registry: str, said: str) -> None:
    with pytest.raises(NotARegistry, match=said) as caught:
        worker(registry, tmp_path)
    assert "registry_ref" in caught.value.message and "s3cret" not in caught.value.message
    assert isinstance(caught.value, Invalid) and isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    "registry", ["localhost:5000", "ghcr.io", "http://localhost:5000/", "localhost/lab", "lab"]
)
def test_a_registry_needs_no_path(tmp_path: Path, registry: str) -> None:
    worker(registry, tmp_path)


def test_the_first_five_arguments_are_those_of_the_platform(tmp_path: Path) -> None:
    repository = ModelOpsBundleRepository("localhost:5000/lab", tmp_path)
    assert (repository.cache_structure, repository.default_tag, repository.insecure) == (
        "digest_short",
        "latest",
        False,
    )
    with pytest.raises(Invalid, match="no such structure"):
        worker("localhost:5000", tmp_path, "digset")


def test_what_is_here_is_served_without_a_request(stub: StubRegistry, alice: Workspace, tmp_path: Path) -> None:
    reference = f"{REPOSITORY}@{publish(alice, f'{stub.host}/{REPOSITORY}')}"
    first = worker(stub.host, tmp_path / "cache")
    answer = first.ensure_local(reference)
    before = len(stub.seen())
    assert [first.ensure_local(reference) for _ in range(3)] == [answer] * 3
    assert worker(stub.host, tmp_path / "cache").ensure_local(reference) == answer
    assert len(stub.seen()) == before


def test_exists_asks_the_registry_each_time(stub: StubRegistry, alice: Workspace, tmp_path: Path) -> None:
    reference = f"{REPOSITORY}@{publish(alice, f'{stub.host}/{REPOSITORY}')}"
    repository = worker(stub.host, tmp_path / "cache")
    repository.ensure_local(reference)
    assert repository.exists(reference)
    assert worker(f"{stub.host}/{REPOSITORY}", tmp_path / "none").exists(reference.rpartition("@")[2])
    stub.manifests.clear()
    assert not repository.exists(reference)
    stub.fail("GET", "/manifests/", status=403, times=9)
    with pytest.raises(AuthRefused):
        repository.exists(reference)


def test_what_is_nowhere_is_not_found(stub: StubRegistry, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        worker(stub.host, tmp_path / "cache").ensure_local(f"{REPOSITORY}@{NOWHERE}")


def test_a_directory_without_bundles_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        worker(f"oci:{tmp_path}/none", tmp_path / "cache").ensure_local(NOWHERE)
    assert caught.value.hint == f"there is no image layout in '{tmp_path}/none'"


def test_a_refused_login_is_no_missing_bundle(alice: Workspace, tmp_path: Path) -> None:
    with stub_registry(Quirks(auth="basic")) as stub, pytest.raises(AuthRefused):
        worker(stub.host, tmp_path / "cache").ensure_local(f"{REPOSITORY}@{NOWHERE}")


def test_a_dead_registry_is_no_missing_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELOPS_HTTP_RETRY", "0")
    with stub_registry() as stub:
        host = stub.host
    with pytest.raises(TransferFailed) as caught:
        worker(host, tmp_path / "cache").ensure_local(f"{REPOSITORY}@{NOWHERE}")
    assert not isinstance(caught.value, NotFound)


def test_altered_bytes_are_refused_and_leave_nothing_to_serve(
    stub: StubRegistry, alice: Workspace, tmp_path: Path
) -> None:
    digest = publish(alice, f"{stub.host}/{REPOSITORY}")
    blobs = stub.blobs[REPOSITORY]
    (data,) = (blob for blob, content in blobs.items() if content.startswith(b"day,cases"))
    right, blobs[data] = blobs[data], blobs[data].replace(b"3", b"4")
    with pytest.raises(IntegrityError):
        worker(stub.host, tmp_path / "cache").ensure_local(f"{REPOSITORY}@{digest}")
    assert not (tmp_path / "cache/bundles").exists()
    blobs[data] = right
    _, directory = worker(stub.host, tmp_path / "cache").ensure_local(f"{REPOSITORY}@{digest}")
    assert snapshot(directory) == alice.tree()


def test_a_repository_can_be_sent_to_another_process_without_its_login(
    stub: StubRegistry, alice: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = f"{REPOSITORY}@{publish(alice, f'{stub.host}/{REPOSITORY}')}"
    monkeypatch.setenv("MODELOPS_REGISTRY_USERNAME", "alice")
    monkeypatch.setenv("MODELOPS_REGISTRY_PASSWORD", "planted-secret")
    repository = worker(stub.host, tmp_path / "cache")
    answer = repository.ensure_local(reference)
    sent = pickle.dumps(repository)
    assert b"planted-secret" not in sent
    assert pickle.loads(sent).ensure_local(reference) == answer


def test_a_directory_stays_the_same_one_wherever_the_repository_is_sent(
    alice: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = publish(alice, f"oci:{tmp_path}/layouts/lab/seir")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("oci:./layouts", "./layouts", "oci:layouts", "oci:x/../layouts/"):
        monkeypatch.chdir(tmp_path)
        sent = pickle.dumps(worker(name, tmp_path / "cache"))
        monkeypatch.chdir(elsewhere)
        assert pickle.loads(sent).registry_ref == f"oci:{tmp_path}/layouts"
        assert pickle.loads(sent).exists(f"lab/seir@{digest}")
    monkeypatch.chdir(tmp_path)
    for name in (f"oci:{tmp_path}/layouts", "oci:layouts"):  # some write the registry into the reference
        assert worker("./layouts", tmp_path / "cache").exists(f"{name}/lab/seir@{digest}")
    with pytest.raises(Invalid, match="no directory"):
        worker("oci:", tmp_path / "cache")


def test_a_real_registry_serves_a_worker_with_a_login(
    registry_htpasswd: RegistryServer, alice: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = registry_htpasswd
    monkeypatch.setenv("MODELOPS_REGISTRY_USERNAME", server.username)
    monkeypatch.setenv("MODELOPS_REGISTRY_PASSWORD", server.password)
    digest = publish(alice, f"{server.host}/worker/login")
    reference = f"worker/login@{digest}"
    assert snapshot(worker(server.host, tmp_path / "cache").ensure_local(reference)[1]) == alice.tree()
    monkeypatch.delenv("MODELOPS_REGISTRY_PASSWORD")
    monkeypatch.delenv("MODELOPS_REGISTRY_USERNAME")
    with pytest.raises(AuthRefused):
        worker(server.host, tmp_path / "other").ensure_local(reference)


def test_the_login_of_an_environment_counts(
    registry_htpasswd: RegistryServer, alice: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = registry_htpasswd
    file = Path(os.environ["HOME"], ".modelops/bundle-env/lab.yaml")
    file.parent.mkdir(parents=True)
    file.write_text(
        f"registry:\n  login_server: {server.host}\n  username: {server.username}\n  password: {server.password}\n"
    )
    monkeypatch.setenv("MODELOPS_BUNDLE_ENV", "lab")
    assert not worker(server.host, tmp_path / "cache").exists(f"worker/environment@{NOWHERE}")


def test_a_traceback_is_about_us_and_not_about_the_http_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELOPS_HTTP_RETRY", "1")
    with stub_registry() as stub:
        host = stub.host
        stub.fail("GET", "/v2/", status=503, times=9)
        lost = said_by(worker(host, tmp_path / "cache"), f"{REPOSITORY}@{NOWHERE}")
    dead = said_by(worker(host, tmp_path / "cache"), f"{REPOSITORY}@{NOWHERE}")
    wrong = said_by(worker(host, tmp_path / "cache"), f"a/../b@{NOWHERE}")
    for told, reason in ((lost, "HTTP 503"), (dead, "refuses connections"), (wrong, "not a repository name")):
        assert reason in told
        assert told.count("Traceback") == 1 and "httpcore" not in told


def said_by(repository: ModelOpsBundleRepository, reference: str) -> str:
    with pytest.raises(Exception) as caught:
        repository.ensure_local(reference)
    return "".join(traceback.format_exception(caught.value))
