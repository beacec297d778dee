"""Large files in Azure Blob, S3 and GCS, as emulated by real servers; nothing tells anybody a credential."""

import json
import os
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.blob_stores.kept_digest import DIGEST_KEY
from modelops_bundle.blob_stores.location import blob_key
from modelops_bundle.blob_stores.parts import PART
from modelops_bundle.digest import digest_of, hex_of
from modelops_bundle.files.yaml_file import dump
from tests.support.cli import run_process
from tests.support.storage_places import StoragePlace, StorageServers, storage_servers
from tests.support.workspace import Workspace

KINDS = ("azurite", "moto", "swift", "fake-gcs", "gcs-emulator")
LARGE = random.Random(7).randbytes(3 * PART + 5)
PASSWORD = "planted-registry-password"


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageServers]:
    """Real servers, shared; each test has a container of its own."""
    yield from storage_servers(tmp_path_factory.mktemp("storage"))


@pytest.fixture(params=KINDS)
def place(servers: StorageServers, request: pytest.FixtureRequest) -> StoragePlace:
    """An empty container of each cloud in turn."""
    return servers.place(request.param)


@pytest.fixture
def alice(tmp_path: Path, place: StoragePlace) -> Workspace:
    """A project with a large file, pinned to an environment with that container; not yet pushed."""
    work = Workspace(tmp_path / "alice", home=tmp_path / "home", env={"MODELOPS_HTTP_RETRY": "2"})
    environment(work, place)
    work.write("data/large.bin", LARGE)
    work.write("data/cases.csv", "day,cases\n1,3\n")
    work.ok("init", "--remote", f"oci:{tmp_path / 'remote'}", "--env", "lab", "--threshold", "1")
    work.ok("add", ".")
    return work


def environment(work: Workspace, place: StoragePlace, **storage: str) -> None:
    """Write the environment `lab`, as the platform does."""
    assert work.home
    file = work.home / ".modelops" / "bundle-env" / "lab.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    registry = {"login_server": "registry.invalid", "username": "lab", "password": PASSWORD}
    file.write_bytes(dump({"registry": registry, "storage": {**place.storage, **storage}}))


def clone(work: Workspace, tmp_path: Path, name: str = "clone") -> Workspace:
    there = Workspace(tmp_path / name, home=work.home, env={**work.env, "MODELOPS_BUNDLE_ENV": "lab"})
    source = f"oci:{tmp_path / 'remote'}"
    Workspace(tmp_path, home=work.home, env=there.env).ok("clone", source, name)
    return there


def clone_fails(work: Workspace, tmp_path: Path, code: int) -> str:
    env = {**work.env, "MODELOPS_BUNDLE_ENV": "lab"}
    at = Workspace(tmp_path, home=work.home, env=env)
    return at.refused(code, "clone", f"oci:{tmp_path / 'remote'}", "clone")


def uri(place: StoragePlace, data: bytes) -> str:
    return place.container.uri(blob_key("", digest_of(data)))


def pushed(work: Workspace, *options: str) -> Any:
    return json.loads(work.ok("push", "--json", *options))


def test_files_go_there_and_come_back(alice: Workspace, place: StoragePlace, tmp_path: Path) -> None:
    assert pushed(alice, "--dry-run")["bytes_stored"] == len(LARGE)
    assert pushed(alice)["bytes_stored"] == len(LARGE)
    bob = clone(alice, tmp_path)
    assert bob.tree() == alice.tree()
    bob.write("data/large.bin", LARGE[::-1])
    assert pushed(bob)["bytes_stored"] == len(LARGE)
    alice.ok("pull")
    assert alice.tree() == bob.tree()


def test_the_container_of_the_bundle_counts(alice: Workspace, place: StoragePlace, tmp_path: Path) -> None:
    alice.ok("push")
    container = f"{place.storage['container']}-other"
    place.raw.make_container(container)
    environment(alice, place, container=container)
    assert clone(alice, tmp_path).tree() == alice.tree()
    # What was published stays what it is; new content goes where the environment says now.
    assert pushed(alice)["blobs_stored"] == 0
    alice.write("data/large.bin", LARGE[1:])
    assert f"/{container}: 1 file" in alice.ok("push")
    assert clone(alice, tmp_path, "again").tree() == alice.tree()


def test_a_missing_blob_is_named(alice: Workspace, place: StoragePlace, tmp_path: Path) -> None:
    digest = alice.ok("write-manifest").strip()
    blobs = [line.partition(" ")[0] for line in alice.ok("read-manifest", "--blobs", digest).splitlines()]
    alice.ok("push-blob", *blobs)  # all but those that belong elsewhere
    alice.ok("push-manifest", "--tag", "latest", digest)
    assert f"'{uri(place, LARGE)}'" in clone_fails(alice, tmp_path, 1)
    assert not (tmp_path / "clone").exists()


def test_a_damaged_blob_is_refused(alice: Workspace, place: StoragePlace, tmp_path: Path) -> None:
    alice.ok("push")
    digest = digest_of(LARGE)
    # Its metadata may still promise what it was.
    place.overwrite(blob_key("", digest), b"x" * len(LARGE), {DIGEST_KEY: hex_of(digest)})
    assert f"'{uri(place, LARGE)}'" in clone_fails(alice, tmp_path, 5)
    assert pushed(alice, "--force")["blobs_stored"] == 1
    assert pushed(alice, "--force")["blobs_stored"] == 0
    assert clone(alice, tmp_path, "repaired").tree() == alice.tree()
    place.overwrite(blob_key("", digest_of(LARGE)), LARGE[1:])
    assert f"'{uri(place, LARGE)}'" in clone_fails(alice, tmp_path, 5)
    alice.ok("push", "--force")
    assert clone(alice, tmp_path).tree() == alice.tree()


def test_a_missing_container_is_named(alice: Workspace, place: StoragePlace, tmp_path: Path) -> None:
    environment(alice, place, container="nowhere-at-all")
    told = alice.refused(1, "push")
    assert "there is no container" in told and "nowhere-at-all" in told
    assert not (tmp_path / "remote" / "index.json").exists()


def test_a_push_that_broke_goes_on(alice: Workspace, place: StoragePlace, tmp_path: Path) -> None:
    assert place.proxy
    alice_once = Workspace(alice.root, alice.home, {"MODELOPS_HTTP_RETRY": "0"})
    place.proxy.cut_after(2 * PART)
    done = alice_once.run("push")
    assert place.proxy.cuts
    # An SDK may try once more whatever we say; if it gave up, nothing was published, and the next push does it.
    if done.code:
        assert done.code == 3
        assert not (tmp_path / "remote" / "index.json").exists()
        alice.ok("push")
    assert clone(alice, tmp_path).tree() == alice.tree()


# moto sometimes answers with HTTP 500 when several end the same upload at the same moment.
@pytest.mark.parametrize("place", ["azurite", "swift", "fake-gcs", "gcs-emulator"], indirect=True)
def test_two_push_at_once(alice: Workspace, tmp_path: Path) -> None:
    done = []

    def push(tag: str) -> None:
        done.append(run_process("push", "--tag", tag, cwd=alice.root, env=alice.variables))

    threads = [threading.Thread(target=push, args=[tag]) for tag in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.code for each in done] == [0, 0, 0], [each.stderr for each in done]
    alice.ok("push")
    assert clone(alice, tmp_path).tree() == alice.tree()


@pytest.mark.parametrize("place", ["azurite", "swift"], indirect=True)
def test_wrong_credentials_are_refused(alice: Workspace, place: StoragePlace, tmp_path: Path) -> None:
    alice.ok("push")
    wrong = {"secret_key": "planted-wrong-secret"}
    if "connection_string" in place.storage:
        key = place.storage["connection_string"].partition("AccountKey=")[2].partition(";")[0]
        string = place.storage["connection_string"].replace(key, "cGxhbnRlZC13cm9uZw==")
        wrong = {"connection_string": string}
    environment(alice, place, **wrong)
    alice.write("data/large.bin", LARGE[1:])
    for told in (alice.refused(4, "push"), clone_fails(alice, tmp_path, 4)):
        assert place.container.uri() in told
        assert "planted" not in told and "cGxhbnRlZC13cm9uZw" not in told


@pytest.mark.parametrize("place", ["azurite", "moto"], indirect=True)
def test_80_mb(alice: Workspace, tmp_path: Path) -> None:
    with (alice.root / "data" / "large.bin").open("wb") as stream:
        for number in range(80):
            stream.write(random.Random(number).randbytes(1 << 20))
    assert pushed(alice)["bytes_stored"] == 80 << 20
    there = clone(alice, tmp_path).root / "data" / "large.bin"
    assert there.read_bytes() == (alice.root / "data" / "large.bin").read_bytes()


@pytest.mark.parametrize("place", ["azurite", "moto", "gcs-emulator"], indirect=True)
def test_files_go_into_the_tier_that_the_bundle_says(
    alice: Workspace, place: StoragePlace, tmp_path: Path
) -> None:
    alice.ok("config", "storage.tier", "cool")
    file = next(it for it in json.loads(alice.ok("status", "--files", "--json"))["files"] if "large" in it["path"])
    assert (file["place"], file["tier"]) == ("blob store", "cool")
    assert "blob store (cool)" in alice.ok("push", "--dry-run")
    alice.ok("push")
    found = place.open().stat(blob_key("", digest_of(LARGE)))
    assert found and found.tier == "cool"
    assert clone(alice, tmp_path).tree() == alice.tree()
    alice.ok("materialize", f"oci:{tmp_path / 'remote'}", str(tmp_path / "work"))
    pointer = json.loads((tmp_path / "work/.mops/ptr/data/large.bin.json").read_bytes())
    assert pointer["tier"] == "cool"


@pytest.mark.parametrize("place", ["azurite", "moto"], indirect=True)
def test_an_archived_file_must_be_restored_first(alice: Workspace, place: StoragePlace, tmp_path: Path) -> None:
    alice.ok("config", "storage.tier", "archive")
    alice.ok("push")
    told = clone_fails(alice, tmp_path, 3)
    assert f"'{uri(place, LARGE)}' is archived" in told
    assert ("az storage blob set-tier" if place.kind == "azurite" else "aws s3api restore-object") in told
    assert not (tmp_path / "clone" / "data").exists()
    assert pushed(alice, "--force")["blobs_stored"] == 0


@pytest.mark.parametrize("place", ["azurite", "moto", "swift"], indirect=True)
def test_no_credential_is_shown_or_kept(alice: Workspace, place: StoragePlace, tmp_path: Path) -> None:
    secrets = {PASSWORD, *_secrets(place.storage)}
    assert len(secrets) > 1
    outputs = []
    trace = tmp_path / "trace.txt"
    plain = {**alice.variables, "MODELOPS_BUNDLE_ENV": "lab"}
    for number, env in enumerate((plain, {**plain, "MODELOPS_BUNDLE_TRACE": str(trace)})):
        for arguments in (
            ("-vv", "--debug", "push", "--dry-run"),
            ("-vv", "--debug", "push", "--force"),
            ("status", "--files"),
            ("config", "--list", "--show-origin"),
            ("env", "show", "lab"),
            ("-vv", "--debug", "--progress", "json", "clone", f"oci:{tmp_path / 'remote'}", f"../clone{number}"),
        ):
            done = run_process(*arguments, cwd=alice.root, env=env)
            assert done.code == 0, done.stderr
            outputs.append(done.text + done.stderr)
    environment(alice, place, container="nowhere-at-all")
    alice.write("data/large.bin", LARGE[1:])
    failed = run_process("-vv", "--debug", "push", cwd=alice.root, env={**plain, "MODELOPS_BUNDLE_TRACE": "1"})
    assert failed.code == 1
    outputs.append(failed.text + failed.stderr)
    for secret in secrets:
        assert [text for text in outputs if secret in text] == []
        assert [file for file in _files(tmp_path) if secret.encode() in file.read_bytes()] == []
    assert trace.exists()


def _secrets(storage: Any) -> set[str]:
    found = {storage.get("secret_key", ""), storage.get("connection_string", "")}
    found |= {part.partition("=")[2] for part in storage.get("connection_string", "").split(";") if "Key=" in part}
    return {secret for secret in found if secret}


def _files(root: Path) -> list[Path]:
    """Return every file that commands wrote: all but the environment itself."""
    found = [Path(folder, name) for folder, _, names in os.walk(root) for name in names]
    return [file for file in found if file.is_file() and "bundle-env" not in file.parts]
