"""The scripts of docs/scripting.md do what push and clone do, with low-level commands only."""

import os
import re
import shlex
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.porcelain.commands import PLUMBING
from modelops_bundle.storage.config import DEFAULT_THRESHOLD
from tests.support.cli import CHECKOUT
from tests.support.registry_server import RegistryServer
from tests.support.workspace import Workspace

PAGE = (CHECKOUT / "docs" / "scripting.md").read_text("utf-8")
SCRIPTS = dict(re.findall(r"^```sh (\S+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))


@pytest.fixture(params=["directory", pytest.param("registry", marks=pytest.mark.server("docker-registry"))])
def remote(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new remote: a layout directory, or a repository of a real registry."""
    if request.param == "directory":
        return f"oci:{tmp_path / 'published bundles'}"
    server = request.getfixturevalue("registry")
    assert isinstance(server, RegistryServer)
    return f"{server.host}/plumbing/{uuid.uuid4().hex}"


@pytest.fixture
def alice(tmp_path: Path) -> Workspace:
    """A checkout that holds every kind of file, tracked and never published."""
    alice = Workspace(tmp_path / "alice")
    alice.write("models/seir.py", "BETA = 0.3\n")
    alice.write("bin/run.sh", "#!/bin/sh\n", executable=True)
    alice.write("data/empty.csv", "")
    alice.write('data/größe "cm".csv', "180\n")
    (alice.root / "data/latest.csv").symlink_to("empty.csv")
    with (alice.root / "data/large.bin").open("wb") as stream:
        stream.truncate(DEFAULT_THRESHOLD + 1)
    alice.ok("init")
    alice.ok("add", ".")
    return alice


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put this checkout's program on the path, as a shell finds it."""
    program = tmp_path / "bin" / "modelops-bundle"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m modelops_bundle "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))


def run_script(name: str, directory: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a script of the page in a directory."""
    command = ["sh", "-c", SCRIPTS[name], name, *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=120)


def push(workspace: Workspace, remote: str) -> str:
    """Push with the script from a subdirectory, and return the digest that it prints."""
    done = run_script("push.sh", workspace.root / "data", remote, "v1")
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout.strip()


def edit(workspace: Workspace) -> None:
    workspace.write("models/seir.py", "BETA = 0.4\n")
    workspace.write("data/new.csv", "day\n")
    (workspace.root / "data/empty.csv").unlink()
    (workspace.root / "data/latest.csv").unlink()
    workspace.ok("add", "data/new.csv")


def test_scripts_use_low_level_commands_only() -> None:
    assert set(SCRIPTS) == {"push.sh", "fetch.sh"}
    used = {command for script in SCRIPTS.values() for command in re.findall(r"modelops-bundle (\S+)", script)}
    assert used <= set(PLUMBING)


def test_what_the_script_pushes_is_cloned_as_it_was(alice: Workspace, remote: str, tmp_path: Path) -> None:
    version = push(alice, remote)
    bob = Workspace(tmp_path / "bob")
    alice.ok("clone", f"{remote}:v1", str(bob.root))
    assert bob.tree() == alice.tree()
    assert bob.ok("resolve-ref", "HEAD").strip() == version


def test_the_script_and_the_command_push_the_same_version(alice: Workspace, remote: str) -> None:
    version = push(alice, remote)
    assert "up to date" in alice.ok("push", "--remote", remote, "--tag", "v1")
    edit(alice)
    assert push(alice, remote) != version
    assert "up to date" in alice.ok("push", "--remote", remote, "--tag", "v1")
    assert alice.ok("diff-index", "--exit-code") == ""
    assert "data/empty.csv" not in alice.ok("ls-files")


def test_pushing_again_changes_nothing(alice: Workspace, remote: str) -> None:
    version = push(alice, remote)
    before = alice.everything()
    assert push(alice, remote) == version
    assert alice.everything() == before


def test_a_tag_that_somebody_else_moved_stays(alice: Workspace, remote: str, tmp_path: Path) -> None:
    push(alice, remote)
    bob = Workspace(tmp_path / "bob")
    alice.ok("clone", f"{remote}:v1", str(bob.root))
    edit(bob)
    theirs = push(bob, remote)
    alice.write("models/seir.py", "BETA = 0.5\n")
    done = run_script("push.sh", alice.root, remote, "v1")
    assert (done.returncode, done.stdout) == (7, "")
    assert theirs in done.stderr
    assert alice.ok("ls-remote", "--remote", remote) == f"{theirs}\tv1\n"


def test_fetching_by_script_restores_the_tree(alice: Workspace, remote: str, tmp_path: Path) -> None:
    version = push(alice, remote)
    bob = Workspace(tmp_path / "bob")
    Project.create(bob.root)
    done = run_script("fetch.sh", bob.root, remote, "v1")
    assert (done.returncode, done.stderr) == (0, ""), done
    assert sorted(done.stdout.splitlines()) == sorted(alice.ok("ls-files").splitlines())
    assert bob.tree() == alice.tree()
    assert bob.ok("write-manifest").strip() == version
