"""Large files lie in a blob store, and everything else works as if they lay in the registry."""

import hashlib
import json
import random
import threading
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.blob_stores import directory
from modelops_bundle.blob_stores.store_errors import StorageFailed, StorageRefused
from modelops_bundle.errors import BundleError
from tests.support.cli import Result, run_process
from tests.support.workspace import METADATA, Workspace

LARGE = random.Random(5).randbytes(300_000)
SMALL = "day,cases\n1,3\n"
CONFIG = f"{METADATA}/config.yaml"


@pytest.fixture
def blobs(tmp_path: Path) -> Path:
    """A directory that stands for a group's blob store."""
    (tmp_path / "blobs").mkdir()
    return tmp_path / "blobs"


@pytest.fixture
def alice(tmp_path: Path, blobs: Path) -> Workspace:
    """A project with a large file and a small one, whose `config.yaml` names the store; not yet pushed."""
    work = Workspace(tmp_path / "alice", home=tmp_path / "home")
    work.write("data/large.bin", LARGE)
    work.write("data/cases.csv", SMALL)
    work.ok("init", "--remote", f"oci:{tmp_path / 'remote'}")
    work.ok("config", "storage.threshold_bytes", "100000")
    work.ok("config", "storage.provider", "directory")
    work.ok("config", "storage.container", "../blobs")
    work.ok("add", ".")
    return work


def clone(work: Workspace, tmp_path: Path, name: str = "clone") -> Workspace:
    """Clone what was pushed to the layout."""
    work.ok("clone", f"oci:{tmp_path / 'remote'}", str(tmp_path / name))
    return Workspace(tmp_path / name, home=work.home)


def clone_fails(work: Workspace, tmp_path: Path, code: int) -> str:
    return work.refused(code, "clone", f"oci:{tmp_path / 'remote'}", str(tmp_path / "clone"))


def blob(blobs: Path, data: bytes) -> Path:
    """Return where a store keeps content."""
    name = hashlib.sha256(data).hexdigest()
    return blobs / name[:2] / name[2:4] / name


def stored(blobs: Path) -> list[str]:
    return sorted(path.name for path in blobs.rglob("*") if path.is_file())


def pushed(work: Workspace, *options: str) -> Any:
    return json.loads(work.ok("push", "--json", *options))


def place_of(work: Workspace, path: str, version: str = "HEAD") -> str:
    lines = work.ok("read-manifest", version).splitlines()
    return next(fields.split()[-1] for fields, name in (line.split("\t") for line in lines) if name == path)


def test_a_large_file_goes_to_the_store_and_comes_back(alice: Workspace, blobs: Path, tmp_path: Path) -> None:
    sent = pushed(alice)
    assert (sent["blobs_stored"], sent["bytes_stored"]) == (1, len(LARGE))
    assert sent["bytes_sent"] < 20_000
    assert blob(blobs, LARGE).read_bytes() == LARGE
    assert (place_of(alice, "data/large.bin"), place_of(alice, "data/cases.csv")) == ("external", "layer")
    bob = clone(alice, tmp_path)
    assert bob.tree() == alice.tree()
    assert list((bob.root / METADATA / "tmp").rglob("?" * 64)) == []


def test_a_large_file_does_not_become_an_object(alice: Workspace) -> None:
    objects = alice.ok("ls-objects")
    assert hashlib.sha256(LARGE).hexdigest() not in objects
    assert hashlib.sha256(SMALL.encode()).hexdigest() in objects


def test_a_pull_brings_what_changed(alice: Workspace, blobs: Path, tmp_path: Path) -> None:
    alice.ok("push")
    bob = clone(alice, tmp_path)
    alice.write("data/large.bin", LARGE + b"more")
    assert pushed(alice)["bytes_stored"] == len(LARGE) + 4
    told = json.loads(bob.ok("pull", "--dry-run", "--json"))
    assert told["bytes"] >= len(LARGE)
    bob.ok("pull")
    assert bob.tree() == alice.tree()
    assert len(stored(blobs)) == 2


def test_what_the_last_version_stored_is_neither_sent_nor_read(alice: Workspace, blobs: Path) -> None:
    alice.ok("push")
    blob(blobs, LARGE).unlink()  # whoever looked for it would notice
    alice.write("data/cases.csv", "day,cases\n1,4\n")
    sent = pushed(alice)
    assert (sent["blobs_stored"], sent["bytes_stored"]) == (0, 0)
    assert pushed(alice, "--force")["bytes_stored"] == len(LARGE)
    assert blob(blobs, LARGE).read_bytes() == LARGE


def test_what_is_in_the_store_already_is_not_stored_again(alice: Workspace, blobs: Path) -> None:
    blob(blobs, LARGE).parent.mkdir(parents=True)
    blob(blobs, LARGE).write_bytes(LARGE)
    assert pushed(alice)["blobs_stored"] == 0


def test_the_same_content_makes_the_same_version(alice: Workspace, tmp_path: Path) -> None:
    digest = pushed(alice)["digest"]
    bob = clone(alice, tmp_path)
    (bob.root / METADATA / "refs").rename(tmp_path / "away")
    told = json.loads(bob.ok("push", "--json", "--remote", f"oci:{tmp_path / 'other'}"))
    assert (told["digest"], told["blobs_stored"]) == (digest, 0)


def test_a_dry_run_tells_what_is_stored_and_why(alice: Workspace, blobs: Path) -> None:
    told = pushed(alice, "--dry-run")
    assert (told["blobs_stored"], told["bytes_stored"]) == (1, len(LARGE))
    assert told["places"]["data/large.bin"] == {"place": "blob store", "why": "100000 bytes or more"}
    assert told["places"]["data/cases.csv"] == {"place": "registry", "why": "smaller than 100000 bytes"}
    assert stored(blobs) == []
    text = alice.ok("push", "--dry-run")
    assert "data/large.bin  293.0 KB  blob store  100000 bytes or more" in text
    assert f"Would store in file://{blobs}: 1 file, 293.0 KB" in text
    sent = pushed(alice)
    assert [sent[key] for key in ("digest", "bytes_stored", "bytes_sent")] == [
        told[key] for key in ("digest", "bytes_stored", "bytes_sent")
    ]


def test_status_shows_where_files_go_and_why(alice: Workspace) -> None:
    alice.write(CONFIG, alice.read(CONFIG) + "  force_oci_patterns: ['data/la*']\n")
    files = {each["path"]: each for each in json.loads(alice.ok("status", "--files", "--json"))["files"]}
    assert files["data/large.bin"]["place"] == "registry"
    assert files["data/large.bin"]["why"] == "storage.force_oci_patterns"
    assert "storage.force_oci_patterns" in alice.ok("status", "--files")


def test_status_shows_files_whatever_is_wrong_with_the_configuration(alice: Workspace) -> None:
    alice.write(CONFIG, "storage: {mode: blobs}\n")
    told = alice.ok("status", "--files")
    assert "data/large.bin" in told and "unknown storage.mode" in told


@pytest.mark.parametrize(
    ("storage", "external"),
    [
        ("mode: oci", set()),
        ("mode: blob", {"data/large.bin", "data/cases.csv", "pyproject.toml", ".modelopsignore"}),
        ("force_oci_patterns: ['*.bin']", set()),
        ("force_blob_patterns: ['*.csv']", {"data/large.bin", "data/cases.csv"}),
        ("force_blob_patterns: ['data/', '!data/cases.csv']\n  mode: oci", {"data/large.bin"}),
        ("prefix: lab/seir", {"data/large.bin"}),
    ],
)
def test_the_policy_decides(
    alice: Workspace, blobs: Path, tmp_path: Path, storage: str, external: set[str]
) -> None:
    alice.write(CONFIG, f"{alice.read(CONFIG)}  {storage}\n")
    sent = pushed(alice)
    assert len(stored(blobs)) == sent["blobs_stored"] == len(external)
    bob = clone(alice, tmp_path)
    assert bob.tree() == alice.tree()
    assert {path for path in bob.tree() if place_of(bob, path) == "external"} == external
    if "prefix" in storage:
        assert blob(blobs / "lab" / "seir", LARGE).is_file()


def test_without_a_provider_all_is_in_the_registry(alice: Workspace, tmp_path: Path) -> None:
    alice.write(CONFIG, "version: 1\nstorage:\n  threshold_bytes: 1000\n")
    told = pushed(alice, "--dry-run")
    assert told["places"]["data/large.bin"] == {"place": "registry", "why": "no storage.provider is set"}
    alice.ok("push")
    assert clone(alice, tmp_path).tree() == alice.tree()


@pytest.mark.parametrize("storage", ["mode: blob", "force_blob_patterns: ['*.bin']"])
def test_who_asks_for_a_store_must_name_one(alice: Workspace, storage: str) -> None:
    alice.write(CONFIG, f"storage:\n  {storage}\n")
    assert "modelops-bundle config storage.provider" in alice.refused(2, "push")


def test_the_pinned_environment_names_the_store(alice: Workspace, blobs: Path) -> None:
    alice.write(CONFIG, "version: 1\nstorage:\n  threshold_bytes: 1000\n")
    assert alice.home
    environment = alice.home / ".modelops" / "bundle-env" / "lab.yaml"
    environment.parent.mkdir(parents=True)
    environment.write_text(f"storage:\n  provider: fs\n  container: {blobs}\n")
    alice.ok("env", "use", "lab")
    assert alice.ok("config", "storage.container", "--show-origin") == f"environment 'lab'\t{blobs}\n"
    assert pushed(alice)["blobs_stored"] == 1
    assert str(blobs) not in alice.read(CONFIG)


def test_no_credentials_are_needed_when_no_file_needs_storage(alice: Workspace, tmp_path: Path) -> None:
    alice.write(CONFIG, "storage: {provider: azure, container: nowhere}\n")
    alice.ok("status", "--files")
    alice.ok("push", "--dry-run")
    alice.ok("push")
    bob = clone(alice, tmp_path)
    bob.write("data/cases.csv", "day,cases\n1,9\n")
    bob.ok("push")
    alice.ok("pull")


def test_a_lost_container_is_named(alice: Workspace, blobs: Path, tmp_path: Path) -> None:
    blobs.rmdir()
    assert f"no container 'file://{blobs}'" in alice.refused(1, "push")
    assert not (tmp_path / "remote" / "blobs").exists()
    blobs.mkdir()
    alice.ok("push")
    blobs.rename(tmp_path / "away")
    assert f"no container 'file://{blobs}'" in clone_fails(alice, tmp_path, 1)


def test_a_missing_blob_is_named_and_nothing_is_written(alice: Workspace, blobs: Path, tmp_path: Path) -> None:
    alice.ok("push")
    bob = clone(alice, tmp_path, "bob")
    alice.write("data/large.bin", LARGE[1:])
    alice.write("data/cases.csv", "day,cases\n1,4\n")
    alice.ok("push")
    blob(blobs, LARGE[1:]).unlink()
    before = bob.tree()
    assert f"'file://{blob(blobs, LARGE[1:])}'" in bob.refused(1, "pull")
    assert bob.tree() == before
    assert f"'file://{blob(blobs, LARGE[1:])}'" in clone_fails(alice, tmp_path, 1)


@pytest.mark.parametrize("damaged", [LARGE[:-1] + b"!", LARGE[:-1], LARGE + b"!", b""])
def test_a_damaged_blob_is_refused_and_repaired(
    alice: Workspace, blobs: Path, tmp_path: Path, damaged: bytes
) -> None:
    alice.ok("push")
    there = blob(blobs, LARGE)
    there.chmod(0o644)
    there.write_bytes(damaged)
    assert f"'file://{there}'" in clone_fails(alice, tmp_path, 5)
    assert not (tmp_path / "clone").exists()
    alice.ok("push", "--force")
    assert clone(alice, tmp_path).tree() == alice.tree()


def test_a_fetch_goes_on_where_it_stopped(
    alice: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "BLOCK", 50_000)
    alice.ok("push")
    whole = directory.DirectoryStore.read
    offsets = []
    raised: BundleError = StorageFailed("file://…", "the line is dead")

    def broken(self: directory.DirectoryStore, key: str, size: int, offset: int = 0) -> Any:
        offsets.append(offset)
        for number, block in enumerate(whole(self, key, size, offset)):
            if number == 2:
                raise raised
            yield block

    monkeypatch.setattr(directory.DirectoryStore, "read", broken)
    assert "the line is dead" in clone_fails(alice, tmp_path, 3)
    raised = StorageRefused("file://…", "the login has expired", "log in")
    assert "the login has expired" in clone_fails(alice, tmp_path, 4)
    assert clone(alice, tmp_path).tree() == alice.tree()
    assert offsets == [0, 100_000, 200_000]


def test_a_push_that_failed_is_finished_by_the_next(
    alice: Workspace, blobs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        alice.write(f"data/{number}.bin", LARGE + b"%d" % number)
    alice.ok("add", ".")
    whole = directory.DirectoryStore.put
    puts = []

    def failing(self: directory.DirectoryStore, *args: Any) -> Any:
        puts.append(args)
        if len(puts) == 3:
            raise StorageFailed(self.name, "the line is dead")
        return whole(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(directory.DirectoryStore, "put", failing)
        assert "the line is dead" in alice.refused(3, "push")
    assert not (tmp_path / "remote" / "index.json").exists()
    there = len(stored(blobs))
    assert 0 < there < 4
    assert pushed(alice)["blobs_stored"] == 4 - there
    assert clone(alice, tmp_path).tree() == alice.tree()


@pytest.mark.parametrize("size", [0, 10])
def test_a_file_that_changes_while_it_is_sent_ends_the_push(
    alice: Workspace, blobs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    whole = directory.DirectoryStore.put

    def meanwhile(self: directory.DirectoryStore, *args: Any) -> Any:
        alice.write("data/large.bin", LARGE[:-1] + b"!" * (1 + size))
        return whole(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(directory.DirectoryStore, "put", meanwhile)
        assert "file changed while it was being read: 'data/large.bin'" in alice.refused(3, "push")
    assert stored(blobs) == []
    assert not (tmp_path / "remote" / "index.json").exists()
    alice.ok("push")
    assert clone(alice, tmp_path).tree() == alice.tree()


def test_two_push_at_once(alice: Workspace, blobs: Path, tmp_path: Path) -> None:
    alice.ok("push")
    everybody = [clone(alice, tmp_path, f"clone{number}") for number in range(2)]
    same = random.Random(6).randbytes(3_000_000)
    done: list[Result] = []
    for number, work in enumerate(everybody):
        work.write("data/new.bin", same)
        work.ok("add", ".")
        work.ok("config", "tag", f"t{number}")
    alice.write("data/new.bin", same)

    def push(work: Workspace) -> None:
        done.append(run_process("push", "--json", cwd=work.root, env=work.variables))

    threads = [threading.Thread(target=push, args=[work]) for work in everybody]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result.code for result in done] == [0, 0]
    assert blob(blobs, same).read_bytes() == same
    assert len(stored(blobs)) == 2


def test_a_version_goes_to_another_remote_without_its_files(alice: Workspace, blobs: Path, tmp_path: Path) -> None:
    digest = pushed(alice)["digest"]
    bob = clone(alice, tmp_path, "bob")
    (bob.root / "data" / "large.bin").unlink()
    other = f"oci:{tmp_path / 'other'}"
    sent = pushed(bob, "--ref", digest, "--remote", other)
    assert (sent["digest"], sent["blobs_stored"]) == (digest, 0)
    blob(blobs, LARGE).unlink()
    # Nobody there vouches for the blob, and it is not here any more.
    assert f"{blob(blobs, LARGE)}" in bob.refused(1, "push", "--ref", digest, "--remote", f"{other}2")
    assert pushed(alice, "--ref", digest, "--remote", f"{other}2")["bytes_stored"] == len(LARGE)


def test_files_of_versions_are_fetched_and_compared(alice: Workspace, tmp_path: Path) -> None:
    text = "".join(f"{number}\n" for number in range(30_000))
    alice.write("data/large.bin", text)
    alice.ok("push")
    bob = clone(alice, tmp_path)
    bob.ok("fetch-blob", "--manifest", "HEAD")
    assert f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" in bob.ok("ls-objects")
    alice.write("data/large.bin", text + "new\n")
    assert "+new" in alice.ok("diff", "-p")


def test_plumbing_commands_store_too(alice: Workspace, blobs: Path, tmp_path: Path) -> None:
    digest = alice.ok("write-manifest").strip()
    assert stored(blobs) == []
    alice.ok("push-blob", "--manifest", digest)
    assert len(stored(blobs)) == 1
    alice.ok("push-manifest", "--tag", "latest", digest)
    assert clone(alice, tmp_path).tree() == alice.tree()
    assert pushed(alice)["digest"] == digest


def test_settings_of_a_store_matter_when_a_file_goes_there(alice: Workspace) -> None:
    alice.ok("config", "--unset", "storage.container")
    alice.ok("config", "storage.provider", "azure")
    both = {"AZURE_STORAGE_CONNECTION_STRING": "AccountName=a;AccountKey=planted", "AZURE_STORAGE_KEY": "planted"}
    lost = Workspace(alice.root, home=alice.home, env=both)
    told = lost.refused(2, "push")
    assert "AZURE_STORAGE_CONNECTION_STRING and AZURE_STORAGE_KEY are both set" in told
    assert "planted" not in told
    alone = Workspace(alice.root, home=alice.home, env={"AZURE_STORAGE_KEY": "no key"})
    assert "az://bundles" in alone.refused(4, "push")
    alice.ok("remove", "data/large.bin")
    lost.ok("push")
