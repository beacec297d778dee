"""The same content has the same digests, whoever publishes it, where, when, and from what directory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import CHECKOUT
from tests.support.registry_server import RegistryServer, anonymous_registry
from tests.support.workspace import Workspace

FILES = {
    "models/seir.py": b"BETA = 0.3\n",
    "data/cases.csv": b"day,cases\n1,3\n",
    "data/empty.csv": b"",
    "data/ab.csv": b"a\n",
    "data/a/b.csv": b"b\n",
    "data/Ünïcode naïve.csv": "ü\n".encode(),
    "run.sh": b"#!/bin/sh\n",
    "pyproject.toml": b'[project]\nname = "seir"\n',
    ".modelopsignore": b"*.log\n",
}


def write_content(workspace: Workspace, *, backwards: bool, mask: int, age: float) -> None:
    """Write the same content in one order or the other, with another umask and other times."""
    workspace.root.mkdir(parents=True)
    before = os.umask(mask)
    try:
        for path in sorted(FILES, reverse=backwards):
            file = workspace.write(path, FILES[path], executable=path == "run.sh")
            os.utime(file, (age, age))
        (workspace.root / "latest.csv").symlink_to("data/cases.csv")
    finally:
        os.umask(before)


def publish(workspace: Workspace, remote: str, *arguments: str) -> tuple[str, str]:
    """Return manifest digest and tree digest of the content, as pushed to a new repository."""
    workspace.ok("init", "--remote", remote, *arguments)
    workspace.ok("add", ".")
    pushed = json.loads(workspace.ok("push", "--json"))
    return pushed["digest"], pushed["tree"]


def test_who_where_and_when_make_no_difference(
    registry: RegistryServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = Workspace(tmp_path / "alice" / "seir", tmp_path / "alice")
    bob = Workspace(tmp_path / "bob" / "some other name", tmp_path / "bob")
    write_content(alice, backwards=False, mask=0o022, age=1_000_000_000)
    write_content(bob, backwards=True, mask=0o077, age=1_700_000_000.5)
    alices = publish(alice, f"{registry.host}/same-digest/one")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    with anonymous_registry(tmp_path) as other:
        bobs = publish(bob, f"{other.host}/another/name", "--tag", "v9")
    assert alices == bobs


def test_a_clone_publishes_what_it_cloned(registry: RegistryServer, tmp_path: Path) -> None:
    alice = Workspace(tmp_path / "seir")
    write_content(alice, backwards=False, mask=0o022, age=1_000_000_000)
    digest, _ = publish(alice, f"{registry.host}/same-digest/cloned")
    bob = Workspace(tmp_path / "copy")
    alice.ok("clone", f"{registry.host}/same-digest/cloned", str(bob.root))
    layout = f"oci:{tmp_path / 'layout'}"
    assert digest in bob.ok("push", "--remote", layout, "--tag", "elsewhere")


def test_an_edit_and_its_undoing_come_back_to_the_same_digest(tmp_path: Path) -> None:
    alice = Workspace(tmp_path / "seir")
    write_content(alice, backwards=False, mask=0o022, age=1_000_000_000)
    first = publish(alice, f"oci:{tmp_path / 'layout'}")
    alice.write("data/cases.csv", "day,cases\n1,4\n")
    (alice.root / "run.sh").chmod(0o644)
    assert first[0] not in alice.ok("push")
    alice.write("data/cases.csv", FILES["data/cases.csv"])
    (alice.root / "run.sh").chmod(0o755)
    assert first[0] in alice.ok("push")


@pytest.mark.parametrize(
    "variable", [{"PYTHONHASHSEED": "1"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}, {"TZ": "Asia/Tokyo"}]
)
def test_the_process_makes_no_difference(variable: dict[str, str], tmp_path: Path) -> None:
    expected = publish_in_process(tmp_path / "plain", {})
    assert publish_in_process(tmp_path / "other", variable) == expected


def publish_in_process(directory: Path, variables: dict[str, str]) -> bytes:
    workspace = Workspace(directory / "seir")
    write_content(workspace, backwards=False, mask=0o022, age=1_000_000_000)
    workspace.ok("init", "--remote", f"oci:{directory / 'layout'}")
    workspace.ok("add", ".")
    command = [sys.executable, "-m", "modelops_bundle", "write-manifest"]
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)} | variables
    return subprocess.run(command, cwd=workspace.root, env=environment, capture_output=True, check=True).stdout
