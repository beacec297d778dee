"""Where files of a push go is decided once, what changes its place is named, and who vouches for what is known."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from modelops_bundle.blob_stores.location import parse_uri
from modelops_bundle.bundles.places import External
from modelops_bundle.checkout.project import Project
from modelops_bundle.environments import Environment
from modelops_bundle.pushing.outgoing import Outgoing
from modelops_bundle.pushing.placing import (
    Move,
    decisions_for,
    external_of,
    moves_of,
    places_to_put,
    stays_of,
)
from modelops_bundle.pushing.push import carry_out_push, take_working_tree
from modelops_bundle.pushing.sending import Push
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.storage.policy import UNCHANGED, Placement
from modelops_bundle.storage.stores import Storage
from modelops_bundle.sync.state import synced
from tests.modelops_bundle.pushed import TAG, make

LARGE = random.Random(3).randbytes(2000)
NOBODY = Storage()


@pytest.fixture
def remote(tmp_path: Path) -> LayoutRemote:
    return LayoutRemote(tmp_path / "layout")


@pytest.fixture
def lab(tmp_path: Path) -> Storage:
    return storage(tmp_path, "blobs")


@pytest.fixture
def project(tmp_path: Path, remote: LayoutRemote, lab: Storage) -> Project:
    """A project whose large file was pushed with an environment."""
    project = make(tmp_path / "work", {"large": LARGE, "small": "1"}, "storage:\n  threshold_bytes: 1000\n")
    before = synced(project, remote.name, TAG)
    outgoing = take_working_tree(project, remote, TAG).outgoing
    carry_out_push(project, remote, Push(outgoing, TAG, before, storage=lab))
    return project


def storage(tmp_path: Path, name: str) -> Storage:
    (tmp_path / name).mkdir()
    section = {"provider": "directory", "container": str(tmp_path / name)}
    return Storage(environment=Environment("lab", storage=section))


def taken(project: Project, remote: LayoutRemote, tag: str = TAG) -> Outgoing:
    return take_working_tree(project, remote, tag).outgoing


def place(project: Project, path: str = "large") -> External:
    assert project.head
    found = project.bundle(project.head).index.files[path].place
    assert isinstance(found, External)
    return found


def test_what_is_unchanged_stays(project: Project, remote: LayoutRemote, tmp_path: Path) -> None:
    (project.root / "small").write_text("2")
    outgoing = taken(project, remote)
    for anybody in (NOBODY, storage(tmp_path, "new")):
        assert external_of(project, outgoing, anybody) == {"large": place(project)}
        decision = decisions_for(project, outgoing, anybody)["large"]
        assert (decision.placement, decision.why) == (Placement.BLOB_STORE, UNCHANGED)
        assert moves_of(project, outgoing, anybody) == []
    assert stays_of(project, outgoing, NOBODY) == []


def test_it_is_known_what_the_configuration_puts_elsewhere(
    project: Project, remote: LayoutRemote, tmp_path: Path
) -> None:
    (project.root / "small").write_text("2")
    outgoing, new = taken(project, remote), storage(tmp_path, "new")
    assert [entry.path for entry in stays_of(project, outgoing, new)] == ["large"]
    relocated = replace(outgoing, relocate=True)
    assert stays_of(project, relocated, new) == []
    assert external_of(project, relocated, new)["large"].uri.startswith(f"file://{tmp_path}/new/")
    (move,) = moves_of(project, relocated, new)
    assert (move.before, move.after) == (f"file://{tmp_path}/blobs", f"file://{tmp_path}/new")
    assert moves_of(project, relocated, NOBODY)[0].after == "the registry"


def test_changed_content_that_leaves_the_store_is_a_move(
    project: Project, remote: LayoutRemote, lab: Storage, tmp_path: Path
) -> None:
    (project.root / "large").write_bytes(LARGE[1:])
    outgoing = taken(project, remote)
    why = "no storage.provider is set"
    assert moves_of(project, outgoing, NOBODY) == [Move("large", f"file://{tmp_path}/blobs", "the registry", why)]
    assert moves_of(project, outgoing, lab) == []


def test_the_version_at_the_tag_is_not_looked_into(project: Project, remote: LayoutRemote) -> None:
    (project.root / "small").write_text("2")
    outgoing = taken(project, remote)
    external = external_of(project, outgoing, NOBODY)
    assert places_to_put(project, remote, outgoing, external).places == {}
    afresh = places_to_put(project, remote, replace(outgoing, afresh=True), external)
    location = parse_uri(place(project).uri)
    assert (set(afresh.places), location in afresh.vouched, afresh.doubted) == ({location}, True, True)


def test_for_a_new_tag_all_is_asked_for_and_what_we_had_is_vouched_for(
    project: Project, remote: LayoutRemote, tmp_path: Path
) -> None:
    outgoing, location = taken(project, remote, "v1"), parse_uri(place(project).uri)
    wanted = places_to_put(project, remote, outgoing, external_of(project, outgoing, NOBODY))
    assert (set(wanted.places), wanted.vouched, wanted.doubted) == ({location}, {location}, False)
    # What is whole at one remote is not whole at another for that.
    other = LayoutRemote(tmp_path / "other")
    elsewhere = replace(outgoing, version=project.bundle(project.head) if project.head else None)
    assert places_to_put(project, other, elsewhere, {"large": place(project)}).vouched == frozenset()
