"""A push of a project is planned to the byte, and what it moves is named in one way."""

from pathlib import Path

import pytest

from modelops_bundle.bundles.tree_diff import State
from modelops_bundle.checkout.local_config import LocalConfig, write_local_config
from modelops_bundle.checkout.project import Project
from modelops_bundle.errors import Invalid, RemoteMoved
from modelops_bundle.pushing.next_version import Part
from modelops_bundle.pushing.project_push import PushOptions, plan_project_push, push_project, pushed_tag
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.settings import Settings
from tests.modelops_bundle.pushed import make, push
from tests.modelops_bundle.samples import everything_below


@pytest.fixture
def remote(tmp_path: Path) -> LayoutRemote:
    return LayoutRemote(tmp_path / "remote")


@pytest.fixture
def project(tmp_path: Path, remote: LayoutRemote) -> Project:
    project = make(tmp_path / "work", {"a": "1", "b": "22"}, "storage: {layout: portable}\n")
    write_local_config(project.local_path, LocalConfig(remote.name, tag="v1"))
    return project


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def test_the_tag_is_the_projects_unless_another_one_is_named(project: Project, remote: LayoutRemote) -> None:
    assert pushed_tag(project, remote, PushOptions()) == "v1"
    assert pushed_tag(project, remote, PushOptions("v7")) == "v7"
    for tag in ("a b", ""):
        with pytest.raises(Invalid):
            pushed_tag(project, remote, PushOptions(tag))


def test_the_next_version_follows_the_tags_of_the_remote(
    project: Project, remote: LayoutRemote, settings: Settings
) -> None:
    push_project(project, settings, PushOptions("1.2.3"))
    assert pushed_tag(project, remote, PushOptions(bump=Part.MINOR)) == "1.3.0"
    with pytest.raises(Invalid, match="exclude each other"):
        pushed_tag(project, remote, PushOptions("v1", Part.MINOR))


def test_what_is_planned_is_what_is_done(project: Project, remote: LayoutRemote, settings: Settings) -> None:
    plan = plan_project_push(project, settings, PushOptions())
    assert not (remote.resolve_tag("v1") or any(everything_below(project.root.parent / "remote")))
    assert (plan.remote, plan.tag, plan.up_to_date) == (remote.name, "v1", False)
    assert {path: plan.states[path] for path in ("a", "b")} == dict.fromkeys("ab", State.ADDED_LOCAL)
    assert plan.places.keys() == project.load_index().keys()
    assert push_project(project, settings, PushOptions()) == plan.digest == remote.resolve_tag("v1")
    blobs = (project.root.parent / "remote/blobs/sha256").iterdir()
    sizes = {blob.name: blob.stat().st_size for blob in blobs}
    assert plan.bytes_sent == sum(sizes.values()) - sizes[plan.digest[7:]]


def test_a_second_time_there_is_nothing_to_send(
    project: Project, remote: LayoutRemote, settings: Settings
) -> None:
    digest = push_project(project, settings, PushOptions())
    plan = plan_project_push(project, settings, PushOptions())
    assert (plan.up_to_date, plan.bytes_sent, plan.digest) == (True, 0, digest)


def test_changes_of_others_are_discarded_by_force_only(
    project: Project, remote: LayoutRemote, settings: Settings, tmp_path: Path
) -> None:
    theirs = push(make(tmp_path / "other", {"a": "theirs"}), remote, "v1").bundle.digest
    for act in (plan_project_push, push_project):
        with pytest.raises(RemoteMoved):
            act(project, settings, PushOptions())
    assert remote.resolve_tag("v1") == theirs
    assert plan_project_push(project, settings, PushOptions(force=True)).discarded == ("a",)
    assert push_project(project, settings, PushOptions(force=True)) == remote.resolve_tag("v1") != theirs


def test_without_a_remote_there_is_no_push(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(Invalid, match="no remote is configured"):
        push_project(make(tmp_path / "new", {"a": "1"}), settings, PushOptions())
