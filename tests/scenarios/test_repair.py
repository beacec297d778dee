"""What a stranger found: a damaged remote, pushes that overtake each other, closed streams, a lost index."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import digest_of, hex_of
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.sync.overtaken import base_before_overtaken_push
from tests.support.workspace import Workspace


@pytest.fixture
def alice(tmp_path: Path) -> Workspace:
    """A project of two files, published to a layout directory."""
    (tmp_path / "alice").mkdir()
    work = Workspace(tmp_path / "alice")
    work.write("a", "one\n")
    work.write("b", "two\n")
    work.ok("init", "--remote", f"oci:{tmp_path / 'remote'}")
    work.ok("add", ".")
    work.ok("push")
    return work


@pytest.mark.parametrize("damage", [b"", b"ONE\n"])
def test_a_forced_push_repairs_a_damaged_layout(alice: Workspace, tmp_path: Path, damage: bytes) -> None:
    blob = tmp_path / "remote" / "blobs" / "sha256" / hex_of(digest_of(b"one\n"))
    blob.chmod(0o644)
    blob.write_bytes(damage)
    alice.ok("push", "--force")
    alice.ok("clone", f"oci:{tmp_path / 'remote'}", str(tmp_path / "bob"))
    assert (tmp_path / "bob" / "a").read_text() == "one\n"


def test_a_new_version_is_not_published_over_a_blob_that_was_cut_short(alice: Workspace, tmp_path: Path) -> None:
    blob = tmp_path / "remote" / "blobs" / "sha256" / hex_of(digest_of(b"one\n"))
    blob.chmod(0o644)
    blob.write_bytes(b"")
    alice.write("b", "three\n")
    alice.ok("push")
    alice.ok("clone", f"oci:{tmp_path / 'remote'}", str(tmp_path / "bob"))


def test_a_push_that_was_overtaken_is_not_undone_by_the_next_pull(alice: Workspace, tmp_path: Path) -> None:
    alice.ok("clone", f"oci:{tmp_path / 'remote'}", str(tmp_path / "bob"))
    bob = Workspace(tmp_path / "bob")
    remote = LayoutRemote(tmp_path / "remote")
    start = remote.resolve_tag("latest")
    alice.write("a", "alice\n")
    alice.ok("push")
    mine = remote.resolve_tag("latest")
    # Bob's push looked at the tag before alice's moved it, and moved it after: as a registry allows.
    published = remote.fetch_manifest(str(start))
    remote.set_tag("latest", published.data, published.media_type, mine)
    bob.write("b", "bob\n")
    bob.ok("push")
    theirs = Project(bob.root).head
    assert theirs
    assert base_before_overtaken_push(
        Project(alice.root), remote.name, "latest", Project(bob.root).bundle(theirs).tree
    )
    alice.ok("pull")
    assert (alice.root / "a").read_text() == "alice\n"
    assert (alice.root / "b").read_text() == "bob\n"
    alice.ok("push")
    bob.ok("pull")
    assert (bob.root / "a").read_text() == "alice\n"


def test_an_empty_tag_is_no_tag(alice: Workspace) -> None:
    assert "not a tag" in alice.refused(2, "push", "--tag", "")
    assert "not a tag" in alice.refused(2, "pull", "--tag", "")


@pytest.mark.parametrize("stream", ["0<&-", ">&-", "2>&-"])
@pytest.mark.parametrize("command", ["status", "ls-files", "push"])
def test_closed_streams_are_no_reason_to_fail(alice: Workspace, command: str, stream: str) -> None:
    line = f"exec '{sys.executable}' -m modelops_bundle {command} {stream}"
    result = subprocess.run(["bash", "-c", line], cwd=alice.root, capture_output=True, text=True, check=False)
    assert (result.returncode, "Traceback" in result.stderr) == (0, False), result.stderr


def test_a_lost_index_asks_for_add_and_not_for_a_push(alice: Workspace) -> None:
    (alice.root / ".modelops-bundle" / "index").unlink()
    assert "Next: modelops-bundle add ." in alice.ok("status")


def test_a_directory_that_cannot_be_written_stops_a_pull_before_it_begins(
    alice: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.ok("clone", f"oci:{tmp_path / 'remote'}", str(tmp_path / "bob"))
    alice.write("a", "new\n")
    alice.write("data/c", "new\n")
    alice.ok("add", "data")
    alice.ok("push")
    bob = Workspace(tmp_path / "bob")
    (bob.root / "data").mkdir()
    # Root may write everywhere, so the system's answer is made up.
    monkeypatch.setattr(os, "access", lambda place, mode: not str(place).endswith("/data"))
    assert f"'{bob.root / 'data'}'" in bob.refused(3, "pull")
    assert (bob.root / "a").read_text() == "one\n"
