"""What is published stays where it is, whoever pushes next, and a tag never names what is gone."""

import hashlib
import json
import random
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.blob_stores.directory import DirectoryStore
from modelops_bundle.blob_stores.store_errors import StorageFailed, StorageRefused
from modelops_bundle.bundles.places import External
from modelops_bundle.checkout.project import Project
from tests.support.cli import Result
from tests.support.workspace import METADATA, Workspace

LARGE = random.Random(7).randbytes(200_000)
CONFIG = f"{METADATA}/config.yaml"


@pytest.fixture
def blobs(tmp_path: Path) -> Path:
    (tmp_path / "blobs").mkdir()
    return tmp_path / "blobs"


def person(tmp_path: Path, name: str, **storage: str) -> Workspace:
    """Return the checkout of a person, whose environment names a blob store, or who has none."""
    home = tmp_path / f"home of {name}"
    (home / ".modelops" / "bundle-env").mkdir(parents=True)
    if storage:
        lines = "".join(f"  {key}: '{text}'\n" for key, text in storage.items())
        (home / ".modelops" / "bundle-env" / "dev.yaml").write_text(f"storage:\n{lines}")
    return Workspace(tmp_path / name, home=home)


@pytest.fixture
def alice(tmp_path: Path, blobs: Path) -> Workspace:
    """Somebody with an environment, who has pushed a large file."""
    work = person(tmp_path, "alice", provider="directory", container=str(blobs))
    work.write("data/large.bin", LARGE)
    work.write("README.md", "one\n")
    work.ok("init", "--remote", f"oci:{tmp_path / 'remote'}")
    work.ok("config", "storage.threshold_bytes", "100000")
    work.ok("add", ".")
    work.ok("push")
    return work


@pytest.fixture
def bob(alice: Workspace, tmp_path: Path) -> Workspace:
    """A colleague who has a clone, and no environment any more."""
    work = person(tmp_path, "bob")
    work.ok("clone", f"oci:{tmp_path / 'remote'}", str(work.root))
    return work


def pushed(work: Workspace, *options: str) -> Any:
    return json.loads(work.ok("push", "--json", *options))


def told(work: Workspace, *options: str) -> str:
    """Push, and return what is told beside the answer."""
    done: Result = work.run("push", *options)
    assert done.code == 0, done.stderr
    return done.stderr


def place_of(work: Workspace, path: str = "data/large.bin") -> str:
    lines = work.ok("read-manifest", "HEAD").splitlines()
    return next(fields.split()[-1] for fields, name in (line.split("\t") for line in lines) if name == path)


def uri_of(work: Workspace, path: str = "data/large.bin") -> str:
    project = Project(work.root)
    assert project.head
    place = project.bundle(project.head).index.files[path].place
    assert isinstance(place, External)
    return place.uri


def blob(blobs: Path, data: bytes = LARGE) -> Path:
    name = hashlib.sha256(data).hexdigest()
    return blobs / name[:2] / name[2:4] / name


def stored(directory: Path) -> int:
    return sum(path.is_file() for path in directory.rglob("*"))


def test_who_has_no_environment_moves_nothing(alice: Workspace, bob: Workspace, blobs: Path) -> None:
    first = uri_of(alice)
    bob.write("README.md", "two\n")
    blobs.rename(blobs.with_name("elsewhere"))  # the store is not even asked
    sent = pushed(bob)
    assert (sent["blobs_stored"], sent["moved"], sent["unchecked"]) == (0, [], [])
    assert sent["bytes_sent"] < 20_000
    assert uri_of(bob) == first
    alice.ok("pull")
    alice.write("README.md", "three\n")
    assert pushed(alice)["blobs_stored"] == 0
    assert uri_of(alice) == first


def test_a_file_that_only_changed_its_name_stays(bob: Workspace) -> None:
    before = uri_of(bob)
    (bob.root / "data/large.bin").rename(bob.root / "data/moved.bin")
    bob.ok("add", "data/moved.bin")
    assert pushed(bob)["moved"] == []
    assert uri_of(bob, "data/moved.bin") == before


def test_it_is_said_loudly_what_leaves_the_blob_store(alice: Workspace, bob: Workspace, blobs: Path) -> None:
    bob.write("data/large.bin", LARGE[1:])
    line = "'data/large.bin' would go to the registry, and was in file://"
    assert line in told(bob, "--dry-run")
    done = told(bob)
    assert f"'data/large.bin' goes to the registry, and was in file://{blobs}: no storage.provider is set" in done
    assert "modelops-bundle env use NAME" in done
    assert place_of(bob) == "layer"
    # Neither does it move back by itself: it is published, and unchanged.
    alice.ok("pull")
    alice.write("README.md", "two\n")
    sent = pushed(alice)
    assert (sent["blobs_stored"], place_of(alice)) == (0, "layer")
    assert pushed(alice, "--relocate")["blobs_stored"] == 1
    assert place_of(alice) == "external"


def test_programs_are_told_what_moves(bob: Workspace, blobs: Path) -> None:
    bob.write("data/large.bin", LARGE[1:])
    why = "no storage.provider is set"
    move = {"path": "data/large.bin", "from": f"file://{blobs}", "to": "the registry", "why": why}
    assert pushed(bob, "--dry-run")["moved"] == [move]
    assert pushed(bob)["moved"] == [move]
    assert pushed(bob)["moved"] == []


def test_a_new_large_file_that_misses_the_groups_store_is_told(bob: Workspace) -> None:
    bob.write("data/more.bin", LARGE[2:])
    bob.ok("add", "data/more.bin")
    assert "'data/more.bin' goes to the registry: no storage.provider is set" in told(bob)


def test_where_nobody_has_a_store_nothing_is_told(tmp_path: Path) -> None:
    work = person(tmp_path, "carol")
    work.write("data/large.bin", LARGE)
    work.ok("init", "--remote", f"oci:{tmp_path / 'remote'}")
    work.ok("config", "storage.threshold_bytes", "100000")
    work.ok("add", ".")
    assert "registry" not in told(work)


@pytest.mark.parametrize("half", ["variable", "config.yaml", "environment"])
def test_a_container_without_a_provider_is_not_passed_over(tmp_path: Path, half: str) -> None:
    carol = person(tmp_path, "carol", **({"container": "models"} if half == "environment" else {}))
    env = {"AZURE_STORAGE_CONTAINER": "models", "AZURE_STORAGE_ACCOUNT": "lab"} if half == "variable" else {}
    work = Workspace(carol.root, carol.home, env)
    work.write("data/large.bin", LARGE)
    work.ok("init", "--remote", f"oci:{tmp_path / 'remote'}")
    work.ok("config", "storage.threshold_bytes", "100000")
    if half == "config.yaml":
        work.write(CONFIG, work.read(CONFIG) + "  container: models\n")
    work.ok("add", ".")
    names = {
        "variable": "AZURE_STORAGE_CONTAINER",
        "config.yaml": "storage.container",
        "environment": "environment 'dev'",
    }
    why = f"no storage.provider is set, though {names[half]} names a container"
    assert why in work.ok("status", "--files")
    assert f"'data/large.bin' would go to the registry: {why}" in told(work, "--dry-run")
    assert f"'data/large.bin' goes to the registry: {why}" in told(work)


@pytest.mark.parametrize("change", ["container", "prefix", "provider"])
def test_another_store_is_for_new_content(alice: Workspace, blobs: Path, tmp_path: Path, change: str) -> None:
    (tmp_path / "new").mkdir()
    first = uri_of(alice)
    if change == "prefix":
        alice.ok("config", "storage.prefix", "lab/seir")
    elif change == "container":
        assert alice.home
        file = alice.home / ".modelops" / "bundle-env" / "dev.yaml"
        file.write_text(f"storage:\n  provider: directory\n  container: {tmp_path / 'new'}\n")
    else:
        alice.write(CONFIG, alice.read(CONFIG) + "  provider: azure\n  container: nowhere\n")
    alice.write("README.md", "two\n")
    assert "unchanged: stays where it is published" in alice.ok("status", "--files")
    told_now = told(alice)
    assert uri_of(alice) == first
    if change == "provider":
        assert "1 unchanged file, 195.3 KB, where published before: push --relocate moves them" in told_now
        return
    alice.write("data/more.bin", LARGE[1:])
    alice.ok("add", ".")
    new = tmp_path / "new" if change == "container" else blobs / "lab" / "seir"
    assert pushed(alice)["blobs_stored"] == 1
    assert blob(new, LARGE[1:]).is_file() and stored(new) == 1
    moved = pushed(alice, "--relocate")
    assert (moved["blobs_stored"], stored(new)) == (1, 2)
    assert uri_of(alice) != first
    assert pushed(alice)["up_to_date"]


@pytest.mark.parametrize("line", ["mode: oci", "force_oci_patterns: ['data/']"])
def test_what_config_yaml_says_in_so_many_words_holds_for_everybody(bob: Workspace, line: str) -> None:
    bob.write(CONFIG, f"{bob.read(CONFIG)}  {line}\n")
    assert "'data/large.bin' goes to the registry, and was in file://" in told(bob)
    assert place_of(bob) == "layer"


def test_a_provider_that_comes_later_moves_nothing_until_somebody_asks(
    alice: Workspace, bob: Workspace, tmp_path: Path
) -> None:
    bob.write("data/large.bin", LARGE[1:])
    bob.ok("push")
    (tmp_path / "new").mkdir()
    bob.ok("config", "storage.provider", "directory")
    bob.ok("config", "storage.container", "../new")
    assert "push --relocate moves them" in told(bob)
    assert place_of(bob) == "layer"
    bob.ok("push", "--relocate")
    assert place_of(bob) == "external"


def test_the_same_tree_has_the_manifest_that_is_known(alice: Workspace, bob: Workspace) -> None:
    first = pushed(alice)["digest"]
    bob.write("README.md", "two\n")
    second = pushed(bob)["digest"]
    bob.write("README.md", "one\n")
    assert pushed(bob, "--tag", "v1")["digest"] == first
    alice.ok("pull")
    assert pushed(alice)["digest"] == second


def test_a_known_version_is_not_put_elsewhere(bob: Workspace) -> None:
    assert "--ref" in bob.refused(2, "push", "--ref", "latest", "--relocate")


def test_another_remote_gets_what_the_configuration_says(bob: Workspace, tmp_path: Path) -> None:
    # What the first remote's readers reach, those of another one may not.
    bob.ok("push", "--remote", f"oci:{tmp_path / 'other'}")
    assert bob.ok("config", "remote", f"oci:{tmp_path / 'other'}") == ""
    assert place_of(bob) == "layer"


def test_a_new_tag_does_not_name_what_is_gone(alice: Workspace, blobs: Path) -> None:
    blob(blobs).unlink()
    assert pushed(alice, "--dry-run", "--tag", "v1")["blobs_stored"] == 1
    assert pushed(alice, "--tag", "v1")["blobs_stored"] == 1
    assert blob(blobs).read_bytes() == LARGE


def test_a_new_tag_does_not_name_what_is_gone_here_and_there(bob: Workspace, blobs: Path) -> None:
    blob(blobs).unlink()
    bob.write("data/large.bin", LARGE[1:])
    bob.ok("add", "data/large.bin")
    assert str(blob(blobs)) in bob.refused(1, "push", "--ref", "latest", "--tag", "v1")
    assert "v1" not in bob.ok("ls-remote")


def test_a_blob_of_another_size_is_replaced_before_a_new_tag_names_it(alice: Workspace, blobs: Path) -> None:
    blob(blobs).chmod(0o644)
    blob(blobs).write_bytes(LARGE[1:])
    assert pushed(alice, "--tag", "v1")["blobs_stored"] == 1
    assert blob(blobs).read_bytes() == LARGE


@pytest.fixture
def locked_out(bob: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is let into a store any more, now that all have what is in it."""

    def refuse(self: DirectoryStore, key: str) -> None:
        raise StorageRefused(self.name, "HTTP 403", "log in")

    monkeypatch.setattr(DirectoryStore, "stat", refuse)


@pytest.mark.usefixtures("locked_out")
@pytest.mark.parametrize("options", [["--tag", "v1"], ["--ref", "latest", "--tag", "v1"], ["--force"]])
def test_what_was_complete_when_we_had_it_may_be_tagged_by_who_cannot_look(
    bob: Workspace, blobs: Path, options: list[str]
) -> None:
    sent = pushed(bob, *options)
    assert (sent["unchecked"], sent["blobs_stored"], sent["moved"]) == ([f"file://{blobs}"], 0, [])
    assert pushed(bob, "--dry-run", *options, "--force")["unchecked"] == [f"file://{blobs}"]
    again = ("--force",) if "--tag" not in options else (*options[:-1], "v2")
    assert f"'file://{blobs}' does not let us look" in told(bob, *again)


@pytest.mark.usefixtures("locked_out")
def test_who_only_saw_a_version_does_not_vouch_for_it(bob: Workspace, tmp_path: Path) -> None:
    carol = person(tmp_path, "carol")
    carol.write("data/large.bin", LARGE)
    carol.ok("init", "--remote", f"oci:{tmp_path / 'remote'}")
    carol.ok("fetch")
    assert "HTTP 403" in carol.refused(4, "push", "--ref", "latest", "--tag", "v1")
    # Nor is one that is whole at one remote whole at another.
    assert "HTTP 403" in bob.refused(4, "push", "--ref", "latest", "--remote", f"oci:{tmp_path / 'other'}")


def test_a_store_that_fails_is_no_store_that_cannot_be_asked(
    alice: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: DirectoryStore, key: str) -> None:
        raise StorageFailed(self.name, "it cannot be reached")

    monkeypatch.setattr(DirectoryStore, "stat", fail)
    assert "cannot be reached" in alice.refused(3, "push", "--tag", "v1")
    assert "v1" not in alice.ok("ls-remote")


@pytest.mark.parametrize("damaged", [None, LARGE[1:], LARGE[:-1] + b"!"])
def test_the_hint_about_a_lost_blob_repairs_it(
    alice: Workspace, blobs: Path, tmp_path: Path, damaged: bytes | None
) -> None:
    there = blob(blobs)
    there.chmod(0o644)
    there.unlink() if damaged is None else there.write_bytes(damaged)
    carol = person(tmp_path, "carol")
    clone = "clone", f"oci:{tmp_path / 'remote'}", str(carol.root)
    hint = carol.refused(1 if damaged is None else 5, *clone).splitlines()[-1]
    assert hint.endswith("by: modelops-bundle push --force")
    alice.ok("push", "--force")
    carol.ok(*clone)


def test_progress_tells_what_was_really_sent(alice: Workspace, blobs: Path) -> None:
    blob(blobs, LARGE[1:]).parent.mkdir(parents=True)
    blob(blobs, LARGE[1:]).write_bytes(LARGE[1:])
    alice.write("data/there.bin", LARGE[1:])
    alice.write("data/not.bin", LARGE[2:])
    alice.ok("add", ".")
    lines = told(alice).splitlines()
    assert lines[:2] == ["sending 2 blobs, 390.6 KB", lines[1]]
    assert lines[1].startswith("sent 1 blob, 195.3 KB in ")
