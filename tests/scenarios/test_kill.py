"""kill -9 at any moment: the project works, each file is the old or the new one, and the next run finishes it."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import CHECKOUT
from tests.support.killed import changes_of, killed_at, moments
from tests.support.registry_server import RegistryServer
from tests.support.workspace import METADATA, Workspace

MOMENTS = 25


class World:
    """A directory with a remote and two checkouts, which can be put back as often as it takes."""

    def __init__(self, root: Path, saved: Path) -> None:
        self._root = root
        self._saved = saved
        shutil.copytree(root, saved, symlinks=True)

    def put_back(self) -> None:
        shutil.rmtree(self._root)
        shutil.copytree(self._saved, self._root, symlinks=True)

    def kill(self, workspace: Workspace, *args: str) -> Iterator[int]:
        """Kill a command at moments spread over all that it does; yield with what it left behind."""
        self.put_back()
        workspace.root.mkdir(exist_ok=True)
        number_of_changes = changes_of(*args, cwd=workspace.root)
        assert number_of_changes > MOMENTS
        for moment in moments(number_of_changes, MOMENTS):
            self.put_back()
            workspace.root.mkdir(exist_ok=True)
            if killed_at(moment, *args, cwd=workspace.root):
                yield moment


@pytest.fixture(params=["portable", "packed"])
def world(
    request: pytest.FixtureRequest, alice: Workspace, bob: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> World:
    """Bob has published changes of every kind; Alice has changes of her own."""
    bob.write(f"{METADATA}/config.yaml", f"version: 1\nstorage:\n  layout: {request.param}\n")
    bob.ok("push")
    alice.ok("pull")
    bob.write("data/cases.csv", "bob\n")
    for number in range(8):
        bob.write(f"data/new/{number}.csv", f"{number}\n")
    (bob.root / "README.md").unlink()
    bob.write("README.md/en.txt", "a directory now\n")
    (bob.root / "pyproject.toml").unlink()
    (bob.root / "pyproject.toml").symlink_to("models/seir.py")
    (bob.root / "models" / "seir.py").chmod(0o755)
    bob.ok("add", ".")
    alice.write("data/deaths.csv", "alice\n")
    for number in range(8):
        alice.write(f"mine/{number}.csv", f"alice {number}\n")
    return World(alice.root.parent, tmp_path_factory.mktemp("saved") / "world")


def assert_works(workspace: Workspace) -> None:
    workspace.ok("status")
    workspace.ok("verify-objects")


def assert_old_or_new(workspace: Workspace, old: dict[str, str], new: dict[str, str]) -> None:
    """Each file is one of its two versions; only one that one version lacks may be absent."""
    now = workspace.tree()
    for path, held in now.items():
        assert held in (old.get(path), new.get(path)), path
    for path in old.keys() & new.keys():
        assert now.get(path) in (old[path], new[path]), path


def assert_tidy(workspace: Workspace) -> None:
    """What a killed command left is gone when the next has ended."""
    left = [
        path.name for path in (workspace.root / METADATA / "tmp").iterdir() if path.name.startswith("checkout")
    ]
    assert left == []


def published(remote: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the tree that the remote's tag names, which must be whole."""
    copy = Workspace(tmp_path_factory.mktemp("published"))
    copy.ok("clone", f"oci:{remote}", "copy")
    return Workspace(copy.root / "copy").tree()


def test_add(world: World, alice: Workspace) -> None:
    before, tracked = alice.tree(), alice.ok("ls-files")
    for _ in world.kill(alice, "add", "."):
        assert_works(alice)
        assert alice.tree() == before
        assert alice.ok("ls-files") == tracked
        alice.ok("add", ".")
        assert alice.ok("ls-files").count("mine/") == 8


def test_push(world: World, bob: Workspace, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    mine, before = bob.tree(), published(tmp_path / "remote", tmp_path_factory)
    assert mine != before
    for attempt, _ in enumerate(world.kill(bob, "push")):
        assert_works(bob)
        assert bob.tree() == mine
        assert published(tmp_path / "remote", tmp_path_factory) in (before, mine)
        if attempt % 3:
            # Whether the tag had moved or not, it holds nothing that Bob does not have.
            bob.write("data/cases.csv", "bob goes on\n")
            bob.ok("fetch")
            assert "conflict" not in bob.ok("status", "--porcelain=v1")
            bob.ok("pull")
        bob.ok("push")
        assert published(tmp_path / "remote", tmp_path_factory) == bob.tree()
        assert bob.ok("status", "--porcelain=v1") == ""
        assert "sent/" not in bob.ok("for-each-ref")


@pytest.mark.parametrize("options", [(), ("--overwrite",)])
def test_pull(world: World, alice: Workspace, bob: Workspace, options: tuple[str, ...]) -> None:
    if options:
        alice.write("data/cases.csv", "alice too\n")
    bob.ok("push")
    again = World(alice.root.parent, alice.root.parent.parent / f"pushed-{alice.root.parent.name}")
    old = alice.tree()
    alice.ok("pull", *options)
    new = alice.tree()
    for _ in again.kill(alice, "pull", *options):
        assert_works(alice)
        assert_old_or_new(alice, old, new)
        alice.ok("pull", *options)
        assert alice.tree() == new
        assert_tidy(alice)
        alice.ok("add", ".")
        alice.ok("push")


def test_clone(world: World, bob: Workspace, tmp_path: Path) -> None:
    outside, copy = Workspace(tmp_path / "outside"), Workspace(tmp_path / "outside" / "copy")
    bob.ok("push")
    again = World(tmp_path, tmp_path.parent / f"pushed-{tmp_path.name}")
    new = bob.tree()
    for _ in again.kill(outside, "clone", f"oci:{tmp_path / 'remote'}", "copy"):
        if (copy.root / METADATA / "HEAD").exists():
            assert_works(copy)
        assert_old_or_new(copy, {}, new)
        done = outside.run("clone", f"oci:{tmp_path / 'remote'}", "copy")
        assert done.code == 0 or (copy.root / METADATA / "HEAD").exists(), done.stderr
        assert copy.tree() == new
        assert_works(copy)
        assert copy.ok("status", "--porcelain=v1") == ""
        assert_tidy(copy)


def test_push_to_a_registry(alice: Workspace, registry: RegistryServer, tmp_path: Path) -> None:
    """Killed by the clock, wherever it may be; what is at the registry is always whole."""
    remote = f"{registry.host}/kill/push"
    alice.ok("push", "--remote", remote)
    command = [sys.executable, "-m", "modelops_bundle", "push", "--remote", remote]
    seconds = 0.0
    for attempt in range(8):
        before = Workspace(tmp_path / "outside")
        shutil.rmtree(before.root, ignore_errors=True)
        for number in range(40):
            alice.write(f"data/many/{number}.csv", f"{attempt} {number}\n")
        alice.ok("add", ".")
        started = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=alice.root,
            env={"PYTHONPATH": str(CHECKOUT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            process.communicate(timeout=seconds * attempt / 8 if attempt else None)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        if not attempt:
            seconds = time.monotonic() - started
        before.ok("clone", remote, "copy")
        texts = {file.read_text().split()[0] for file in (before.root / "copy" / "data" / "many").iterdir()}
        assert len(texts) == 1
        assert_works(alice)
    alice.ok("push", "--remote", remote)
    assert "Everything up to date" in alice.ok("push", "--remote", remote)
