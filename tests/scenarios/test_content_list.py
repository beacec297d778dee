"""manifest.yaml tells what the version here holds, after each command that brings or publishes one."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.workspace import METADATA, Workspace, snapshot

LIST = f"{METADATA}/manifest.yaml"
IN_NAMES = "data/größe {1}: 'a' #2.csv"


@pytest.fixture
def alice(tmp_path: Path) -> Workspace:
    """A project that is pushed, with a name that YAML would read otherwise."""
    work = Workspace(tmp_path / "alice", home=tmp_path / "home")
    work.write("run.sh", "exit\n", executable=True)
    work.write(IN_NAMES, "day,cases\n1,3\n")
    work.ok("init", "--remote", f"oci:{tmp_path / 'remote'}")
    work.ok("add", ".")
    work.ok("push")
    return work


def listed(root: Path) -> Any:
    return yaml.safe_load((root / LIST).read_bytes())


def test_it_lists_what_the_version_holds(alice: Workspace) -> None:
    found = listed(alice.root)
    assert found["tree"] in alice.ok("read-manifest", "--config", "HEAD")
    records = [
        f"{file['mode']} sha256:{file['sha256']} {file['size']} {file['layer']} layer\t{file['path']}"
        for file in found["files"]
    ]
    assert records == alice.ok("read-manifest", "HEAD").splitlines()
    assert found["files"][-1]["sha256"] == hashlib.sha256(alice.root.joinpath("run.sh").read_bytes()).hexdigest()
    assert LIST not in {file["path"] for file in found["files"]}


def test_clone_and_pull_write_it_and_an_edit_here_does_not(alice: Workspace, tmp_path: Path) -> None:
    alice.ok("clone", f"oci:{tmp_path / 'remote'}", str(tmp_path / "bob"))
    first = alice.read(LIST)
    assert (tmp_path / "bob" / LIST).read_text() == first
    alice.write("run.sh", "exit 1\n")
    alice.ok("status")
    assert alice.read(LIST) == first
    alice.ok("push")
    bob = Workspace(tmp_path / "bob", home=alice.home)
    bob.ok("pull")
    assert bob.read(LIST) == alice.read(LIST) != first


def test_it_is_no_part_of_the_bundle_and_of_no_repository_of_git(alice: Workspace) -> None:
    assert LIST not in alice.ok("ls-files")
    assert LIST not in alice.ok("status", "-u")
    assert "manifest.yaml" not in alice.read(f"{METADATA}/.gitignore")


def test_it_is_written_again_where_it_is_gone_and_left_alone_where_it_is_not(alice: Workspace) -> None:
    before = alice.read(LIST)
    (alice.root / LIST).unlink()
    alice.ok("push")
    assert alice.read(LIST) == before
    stamp = (alice.root / LIST).stat().st_mtime_ns
    alice.ok("push")
    alice.ok("pull")
    assert (alice.root / LIST).stat().st_mtime_ns == stamp


def test_where_a_role_brings_the_configuration_it_lists_the_role(alice: Workspace, tmp_path: Path) -> None:
    source = f"oci:{tmp_path / 'remote'}"
    out = tmp_path / "out"
    alice.ok("materialize", source, str(out), "--role", "runtime")
    assert [file["path"] for file in listed(out)["files"]] == [
        *(f"{METADATA}/config.yaml", ".modelopsignore", "pyproject.toml", "run.sh"),
    ]
    before = snapshot(out)
    alice.ok("materialize", source, str(out), "--role", "runtime")
    assert snapshot(out) == before
    alice.ok("materialize", source, str(out))
    assert (out / LIST).read_text() == alice.read(LIST)


def test_a_role_without_it_gets_no_metadata(alice: Workspace, tmp_path: Path) -> None:
    alice.write(f"{METADATA}/config.yaml", alice.read(f"{METADATA}/config.yaml") + "roles: {input: [data]}\n")
    alice.ok("push")
    alice.ok("materialize", f"oci:{tmp_path / 'remote'}", str(tmp_path / "out"), "--role", "input")
    assert not (tmp_path / "out" / METADATA).exists()
