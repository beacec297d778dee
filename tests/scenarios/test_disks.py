"""Disks that are full, or may not be read or written: told by name, and nothing is lost."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import cli
from tests.support.model_projects import make_registered
from tests.support.programs import require
from tests.support.workspace import METADATA, Workspace, assert_refusal


def bound_by_permissions(workspace: Workspace, *args: str) -> cli.Result:
    """Run a command that file permissions bind, though root may run the tests."""
    drop = "-dac_override,-dac_read_search"
    prefix = [str(require("setpriv")), f"--bounding-set={drop}", f"--inh-caps={drop}"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*prefix, sys.executable, "-m", "modelops_bundle", *args],
        cwd=workspace.root,
        env=os.environ | {"PYTHONPATH": str(cli.CHECKOUT)},
        capture_output=True,
        timeout=60,
    )
    return cli.Result(done.returncode, done.stdout, done.stderr.decode())


def test_an_unreadable_file_is_named(alice: Workspace) -> None:
    alice.write("data/cases.csv", "changed\n").chmod(0)
    for command in (("add", "."), ("push",), ("pull",)):
        done = bound_by_permissions(alice, *command)
        assert_refusal(done, 2)
        assert "data/cases.csv': Permission denied" in done.stderr


def test_status_tells_what_cannot_be_read_and_the_rest(alice: Workspace) -> None:
    alice.write("data/cases.csv", "changed\n").chmod(0)
    alice.write("models/seir.py", "BETA = 0.4\n")
    done = bound_by_permissions(alice, "status")
    assert (done.code, done.stderr) == (0, "")
    assert "Local changes: 1 file modified, 1 file cannot be read\n" in done.text
    assert f"  ! cannot read '{alice.root}/data/cases.csv': Permission denied\n" in done.text
    records = bound_by_permissions(alice, "status", "--porcelain=v1").text
    assert records == "modified-local\tmodels/seir.py\nunreadable\tdata/cases.csv\n"
    document = json.loads(bound_by_permissions(alice, "status", "--json", "--files").text)
    assert list(document["unreadable"]) == ["data/cases.csv"]
    assert {file["path"]: file["state"] for file in document["files"]}["data/cases.csv"] == "unreadable"
    alice.write("models/seir.py", "BETA = 0.3\n")
    assert bound_by_permissions(alice, "status", "--exit-code").code == 1


def test_files_in_a_directory_that_may_not_be_entered_are_not_taken_for_deleted(alice: Workspace) -> None:
    alice.write("data/deep/er/beds.csv", "age,beds\n")
    alice.ok("add", "data")
    (alice.root / "data").chmod(0)
    try:
        records = bound_by_permissions(alice, "status", "--porcelain=v1").text
        refusal = bound_by_permissions(alice, "push")
    finally:
        (alice.root / "data").chmod(0o755)
    assert "deleted" not in records
    assert records.count("unreadable\t") == 3
    assert_refusal(refusal, 2)
    assert "3 tracked files cannot be read" in refusal.stderr
    assert "data/deep/er/beds.csv': Permission denied" in refusal.stderr


def test_status_shows_the_files_where_a_directory_of_data_may_not_be_read(tmp_path: Path) -> None:
    work = make_registered(tmp_path / "project")
    work.ok("register-model", "models/network.py", "--data", "data")
    work.write("README.md", "# Other\n")
    (work.root / "data/deep").chmod(0)
    try:
        done = bound_by_permissions(work, "status")
    finally:
        (work.root / "data/deep").chmod(0o755)
    assert_refusal(done, 3)
    assert "Permission denied" in done.stderr and "data/deep'" in done.stderr
    assert "data/deep': Permission denied\n" in done.text
    assert "  + README.md\n" in done.text and "  + data/people.csv\n" in done.text


def test_an_unreadable_directory_is_named(alice: Workspace) -> None:
    alice.write("private/notes.txt", "x").parent.chmod(0)
    done = bound_by_permissions(alice, "add", ".")
    assert_refusal(done, 3)
    assert "Permission denied: " in done.stderr
    assert "private" in done.stderr
    (alice.root / "private").chmod(0o755)


def test_a_read_only_project_can_be_looked_at(alice: Workspace) -> None:
    alice.write("new.csv", "new\n")
    folders = [alice.root, *(path for path in alice.root.rglob("*") if path.is_dir())]
    locks = list((alice.root / METADATA / "locks").iterdir())
    for path in (*locks, *folders):
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        assert bound_by_permissions(alice, "status").code == 0
        assert bound_by_permissions(alice, "ls-files").code == 0
        for command in (("add", "new.csv"), ("push",), ("pull",)):
            done = bound_by_permissions(alice, *command)
            assert_refusal(done, 3)
            assert str(alice.root) in done.stderr
    finally:
        for path in (*folders, *locks):
            path.chmod(path.stat().st_mode | 0o200)
    alice.ok("status")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 5 MB, which only root can make."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def assert_disk_full(said: str) -> None:
    assert "No space left on device" in said
    assert "make room on the disk" in said


def test_a_full_disk_stops_add_and_loses_nothing(small_disk: Path) -> None:
    work = Workspace(small_disk / "work")
    work.write("a.csv", "a\n")
    work.ok("init")
    work.ok("add", ".")
    for number in range(3):
        work.write(f"b{number}.bin", os.urandom(1 << 20))
    assert_disk_full(work.refused(3, "add", "."))
    assert "b0.bin" not in work.ok("ls-files")
    assert work.ok("status", "--porcelain=v1").count("added-local") == 4
    (work.root / "b2.bin").unlink()
    work.ok("add", "b0.bin")


def test_a_full_disk_stops_clone_and_pull(small_disk: Path, alice: Workspace, layout: str) -> None:
    mine = Workspace(small_disk / "mine")
    alice.ok("clone", layout, str(mine.root))
    before = mine.tree()
    for number in range(3):
        alice.write(f"b{number}.bin", os.urandom(1 << 20))
    alice.ok("add", ".")
    alice.ok("push")
    assert_disk_full(mine.refused(3, "pull"))
    assert mine.tree() == before
    assert_disk_full(alice.refused(3, "clone", layout, str(small_disk / "copy")))
    mine.ok("status")
    (alice.root / "b0.bin").unlink()
    (alice.root / "b1.bin").unlink()
    alice.ok("push")
    shutil.rmtree(small_disk / "copy")
    mine.ok("pull")
    assert mine.tree() == alice.tree()


def test_a_full_remote_keeps_its_tag(small_disk: Path, alice: Workspace, tmp_path: Path) -> None:
    remote = f"oci:{small_disk / 'remote'}"
    alice.ok("push", "--remote", remote)
    published = alice.tree()
    alice.write("large.bin", os.urandom(6 << 20))
    alice.ok("add", ".")
    assert_disk_full(alice.refused(3, "push", "--remote", remote))
    Workspace(tmp_path).ok("clone", remote, "copy")
    assert Workspace(tmp_path / "copy").tree() == published
