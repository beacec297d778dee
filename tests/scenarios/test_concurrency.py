"""Two commands at once, on one tag or in one checkout: one waits or is refused, and nothing is lost."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from modelops_bundle.storage.config import DEFAULT_THRESHOLD
from tests.support.cli import CHECKOUT
from tests.support.registry_server import RegistryServer
from tests.support.stub_registry import StubRegistry, stub_registry
from tests.support.workspace import Workspace, assert_refusal

FILES = 80


def start(workspace: Workspace, *args: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "modelops_bundle", *args],
        cwd=workspace.root,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def at_once(*commands: tuple[Workspace, tuple[str, ...]]) -> list[int]:
    """Run commands at the same time and return their exit codes; none may end with a traceback."""
    processes = [start(workspace, *args) for workspace, args in commands]
    ended = [process.communicate(timeout=60) for process in processes]
    assert not any(b"Traceback" in stderr for _, stderr in ended), ended
    return [process.returncode for process in processes]


def write_many(workspace: Workspace, folder: str, text: str) -> None:
    for number in range(FILES):
        workspace.write(f"{folder}/{number}.csv", f"{text} {number}\n")


def at_remote(workspace: Workspace, remote: str) -> str:
    return workspace.ok("ls-remote", "--remote", remote).split()[0]


def test_of_two_pushes_to_a_layout_one_wins(alice: Workspace, bob: Workspace, layout: str) -> None:
    for attempt in range(2):
        for workspace in (alice, bob):
            write_many(workspace, "data/many", f"{workspace.root.name} {attempt}")
            workspace.ok("add", ".")
        codes = at_once((alice, ("push",)), (bob, ("push",)))
        assert sorted(codes) == [0, 7]
        winner, loser = (alice, bob) if codes == [0, 7] else (bob, alice)
        assert json.loads(winner.ok("push", "--json"))["digest"] == at_remote(alice, layout)
        loser.refused(12, "pull")
        loser.ok("pull", "--overwrite")
        assert loser.tree() == winner.tree()


def test_of_two_pushes_to_a_registry_none_is_lost_without_a_word(
    registry: RegistryServer, alice: Workspace, bob: Workspace
) -> None:
    """No registry moves a tag only if it names what is expected; who lost that race learns it at the next push."""
    remote = f"{registry.host}/concurrency/one-tag"
    for workspace in (alice, bob):
        (workspace.root / ".modelops-bundle" / "local.yaml").write_text(f"version: 1\nremote: {remote}\n")
    alice.ok("push")
    bob.ok("pull")
    for workspace in (alice, bob):
        write_many(workspace, "data/many", workspace.root.name)
        workspace.ok("add", ".")
    codes = at_once((alice, ("push",)), (bob, ("push",)))
    assert sorted(codes) in ([0, 7], [0, 0])
    tag = at_remote(alice, remote)
    digests = {workspace.ok("write-manifest").strip(): workspace for workspace in (alice, bob)}
    assert tag in digests
    loser = bob if digests[tag] is alice else alice
    loser.refused(7, "push")
    loser.ok("pull", "--overwrite")
    assert loser.tree() == digests[tag].tree()


def test_two_adds_at_once_lose_nothing(alice: Workspace) -> None:
    write_many(alice, "one", "one")
    write_many(alice, "two", "two")
    codes = at_once((alice, ("add", "one")), (alice, ("add", "two")), (alice, ("status",)))
    assert set(codes) <= {0, 6}
    tracked = alice.ok("ls-files").splitlines()
    for folder, code in zip(("one", "two"), codes, strict=False):
        assert sum(path.startswith(f"{folder}/") for path in tracked) == (FILES if code == 0 else 0)
    alice.ok("add", ".")
    alice.ok("push")


def test_two_pulls_at_once_bring_the_same(alice: Workspace, bob: Workspace) -> None:
    write_many(bob, "data/many", "bob")
    bob.ok("add", ".")
    bob.ok("push")
    codes = at_once((alice, ("pull",)), (alice, ("pull",)), (alice, ("fetch",)))
    assert set(codes) <= {0, 6}
    assert 0 in codes[:2]
    assert alice.tree() == bob.tree()
    assert alice.ok("status", "--porcelain=v1") == ""


def test_two_pushes_of_one_checkout_end_alike(alice: Workspace) -> None:
    write_many(alice, "data/many", "alice")
    alice.ok("add", ".")
    assert set(at_once((alice, ("push",)), (alice, ("push",)))) <= {0, 6, 7}
    assert "Everything up to date" in alice.ok("push")
    assert alice.ok("status", "--porcelain=v1") == ""


def test_a_switch_during_a_push_is_not_undone_by_the_next(alice: Workspace, layout: str) -> None:
    alice.ok("push", "--tag", "v1")
    with stub_registry() as registry:
        remote = f"{registry.host}/lab/model"
        local = alice.root / ".modelops-bundle" / "local.yaml"
        local.write_text(f"version: 1\nremote: {remote}\n")
        alice.ok("push")
        alice.write("data/cases.csv", "work of today\n")

        def switch(_: StubRegistry) -> None:
            process = start(alice, "pull", "--remote", layout, "--tag", "v1", "--overwrite")
            assert process.communicate(timeout=60) and process.returncode == 0

        registry.fail("PUT", "/manifests/", before=switch)
        published = json.loads(alice.ok("push", "--json"))["digest"]
        assert alice.read("data/cases.csv") == "day,cases\n1,3\n"
        assert "data/cases.csv" in alice.refused(7, "push")
        assert registry.tags["lab/model"]["latest"] == published


def overwrite(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.seek(DEFAULT_THRESHOLD // 2)
        stream.write(b"changed")


def grow(file: Path) -> None:
    with file.open("ab") as stream:
        stream.write(b"more")


def shrink(file: Path) -> None:
    os.truncate(file, DEFAULT_THRESHOLD // 2)


def vanish(file: Path) -> None:
    os.truncate(file, 0)
    file.unlink()


@pytest.mark.parametrize("change", [overwrite, grow, shrink, vanish])
@pytest.mark.parametrize(("profile", "request_of_push"), [("portable", "PUT"), ("auto", "HEAD")])
def test_a_large_file_that_changes_during_a_push_is_not_published(
    alice: Workspace, change: Callable[[Path], None], profile: str, request_of_push: str
) -> None:
    """While it is sent as a layer, or after it was hashed and before it is packed."""
    alice.write(".modelops-bundle/config.yaml", f"version: 1\nstorage:\n  layout: {profile}\n")
    large = alice.write("large.bin", "large")
    os.truncate(large, DEFAULT_THRESHOLD + 1)
    alice.ok("add", "large.bin")
    with stub_registry() as registry:
        changed = False

        def change_once(_: StubRegistry) -> None:
            nonlocal changed
            if not changed:
                changed = True
                change(large)

        registry.fail(request_of_push, "/", times=100, before=change_once)
        done = alice.run("push", "--remote", f"{registry.host}/lab/model")
        assert_refusal(done, 1 if "not here any more" in done.stderr else 3)
        assert "large.bin'" in done.stderr
        assert not registry.manifests["lab/model"]
        assert not registry.tags["lab/model"]
    with stub_registry() as registry:
        alice.ok("push", "--remote", f"{registry.host}/lab/model")
        assert list(registry.tags["lab/model"]) == ["latest"]
