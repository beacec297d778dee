"""A push sends what is missing, names what is there, and heals a remote that lost something."""

import io
import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.checkout.content import source_of
from modelops_bundle.checkout.index import IndexEntry
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from modelops_bundle.packs import packing
from modelops_bundle.packs.packing import Source
from modelops_bundle.pushing import encoding
from modelops_bundle.remotes.oci_layout import LayoutRemote
from tests.modelops_bundle.packs_in_memory import noise
from tests.support.workspace import METADATA, Workspace

FILES = {"large": noise(300_000), "a.csv": b"1,2\n" * 99, "b.csv": b"3,4\n" * 99, "c.csv": noise(4000)}


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (packing, encoding):
        monkeypatch.setattr(module, "CUT_FROM", 100_000)


@pytest.fixture
def alice(tmp_path: Path) -> Workspace:
    """A packed project with a layout for a remote, not yet pushed."""
    workspace = Workspace(tmp_path / "alice")
    for path, data in FILES.items():
        workspace.write(path, data)
    workspace.ok("init", "--remote", f"oci:{tmp_path / 'remote'}")
    workspace.ok("config", "storage.layout", "packed")
    workspace.ok("add", ".")
    return workspace


def push(workspace: Workspace, *arguments: str) -> Any:
    """Push, check that nothing is left behind, and return what was reported."""
    report = json.loads(workspace.ok("push", "--json", *arguments))
    assert left(workspace) == []
    return report


def left(workspace: Workspace) -> list[str]:
    tmp = workspace.root / METADATA / "tmp"
    return [path.name for path in tmp.rglob("*") if path.name not in ("partial", "lock")]


def packs(workspace: Workspace, digest: str) -> list[str]:
    """Return the packs of a version that is known here."""
    return [str(pack) for pack in Project(workspace.root).bundle(Digest(digest)).packs]


def lose(tmp_path: Path, *digests: str) -> None:
    """Delete blobs from the layout."""
    for digest in digests:
        (tmp_path / "remote" / "blobs" / "sha256" / digest.removeprefix("sha256:")).unlink()


def same_in_a_clone(workspace: Workspace, tmp_path: Path, name: str = "clone") -> None:
    workspace.ok("clone", f"oci:{tmp_path / 'remote'}", str(tmp_path / name))
    assert Workspace(tmp_path / name).tree() == workspace.tree()


def test_a_dry_run_tells_exactly_what_a_push_sends(alice: Workspace) -> None:
    for edit in ({}, {"large": FILES["large"] + b"more"}, {"d.csv": b"new\n"}):
        for path, data in edit.items():
            alice.write(path, data)
        alice.ok("add", ".")
        told = push(alice, "--dry-run")
        sent = push(alice)
        assert (told["bytes_sent"], told["blobs_sent"]) == (sent["bytes_sent"], sent["blobs_sent"])
        assert told["digest"] == sent["digest"]


def test_pushing_again_sends_nothing(alice: Workspace) -> None:
    first = push(alice)
    again = push(alice)
    assert (again["up_to_date"], again["bytes_sent"], again["digest"]) == (True, 0, first["digest"])
    other = push(alice, "--tag", "v1")
    assert (other["bytes_sent"], other["digest"]) == (0, first["digest"])


def test_content_that_comes_back_has_its_old_digest(alice: Workspace) -> None:
    first = push(alice, "--tag", "v1")
    push(alice)
    alice.write("a.csv", b"edited\n")
    assert push(alice)["digest"] != first["digest"]
    alice.write("a.csv", FILES["a.csv"])
    back = push(alice)
    assert (back["digest"], back["bytes_sent"]) == (first["digest"], 0)


def test_an_edit_names_the_packs_that_are_there(alice: Workspace) -> None:
    first = push(alice)
    alice.write("a.csv", b"edited\n")
    second = push(alice)
    assert second["bytes_sent"] < 5000
    assert set(packs(alice, first["digest"])) < set(packs(alice, second["digest"]))


@pytest.mark.parametrize("number", [0, 1])
def test_a_pack_that_the_remote_lost_is_sent_again(alice: Workspace, tmp_path: Path, number: int) -> None:
    first = push(alice)
    lose(tmp_path, packs(alice, first["digest"])[number])
    alice.write("c.csv", b"edited\n")
    healed = push(alice)
    assert not healed["up_to_date"]
    same_in_a_clone(alice, tmp_path)


def test_a_known_version_whose_packs_the_remote_lost_is_made_again(alice: Workspace, tmp_path: Path) -> None:
    first = push(alice, "--tag", "v1")
    push(alice)
    alice.write("a.csv", b"edited\n")
    push(alice)
    lose(tmp_path, *packs(alice, first["digest"]))
    alice.write("a.csv", FILES["a.csv"])
    healed = push(alice)
    # What a first push makes depends on the content only, so even the digest is the same.
    assert healed["digest"] == first["digest"]
    assert healed["bytes_sent"] > 300_000
    same_in_a_clone(alice, tmp_path)


def test_a_clone_heals_a_remote_too(alice: Workspace, tmp_path: Path) -> None:
    first = push(alice)
    same_in_a_clone(alice, tmp_path, "bob")
    bob = Workspace(tmp_path / "bob")
    lose(tmp_path, *packs(alice, first["digest"]))
    bob.write("b.csv", b"edited\n")
    push(bob)
    same_in_a_clone(bob, tmp_path)


def test_a_known_version_goes_to_another_remote(alice: Workspace, tmp_path: Path) -> None:
    first = push(alice)
    alice.write("a.csv", b"edited\n")
    push(alice)
    other = f"oci:{tmp_path / 'other'}"
    sent = push(alice, "--ref", first["digest"], "--remote", other)
    assert sent["digest"] == first["digest"]
    alice.ok("clone", other, str(tmp_path / "clone"))
    assert Workspace(tmp_path / "clone").read("a.csv") == FILES["a.csv"].decode()


def test_a_file_that_changes_while_it_is_pushed_publishes_nothing(
    alice: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = push(alice)
    alice.write("large", FILES["large"] + b"!")

    def torn(project: Project, entry: TreeEntry, index: Mapping[str, IndexEntry]) -> Source:
        source = source_of(project, entry, index)
        return source._replace(open=partial(io.BytesIO, noise(300_001, 2))) if entry.path == "large" else source

    with monkeypatch.context() as patch:
        patch.setattr(encoding, "source_of", torn)
        assert "large" in alice.refused(3, "push")
    assert left(alice) == []
    project = Project(alice.root)
    assert LayoutRemote(tmp_path / "remote").resolve_tag("latest") == first["digest"]
    assert project.refs.read("HEAD") == first["digest"]
    push(alice)
    same_in_a_clone(alice, tmp_path)


def test_another_person_reuses_packs_too(alice: Workspace, tmp_path: Path) -> None:
    push(alice)
    same_in_a_clone(alice, tmp_path, "bob")
    bob = Workspace(tmp_path / "bob")
    bob.write("large", b"begin" + FILES["large"])
    assert push(bob)["bytes_sent"] < 200_000
    told = json.loads(alice.ok("pull", "--dry-run", "--json"))
    assert told["bytes"] < 200_000
    assert told["bytes_reused"] > 100_000
    alice.ok("pull")
    assert alice.tree() == bob.tree()
    same_in_a_clone(bob, tmp_path)
