"""What nothing needs goes when it is old; nothing that a version, the log or the index names is ever removed."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.checkout.adding import add_paths
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.pushing.push import carry_out_push, take_working_tree
from modelops_bundle.pushing.sending import Push
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.store.refs import tag_ref
from modelops_bundle.sync.garbage import CannotTell, collect_garbage
from modelops_bundle.sync.state import synced

LONG_AGO = 1_600_000_000
A_DAY = 86400.0


@pytest.fixture
def remote(tmp_path: Path) -> LayoutRemote:
    return LayoutRemote(tmp_path / "remote")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "seir").mkdir()
    return Project.create(tmp_path / "seir")


def publish(project: Project, remote: LayoutRemote, **files: str) -> Digest:
    for name, content in files.items():
        (project.root / name).write_text(content)
    add_paths(project, files, force=False)
    before = synced(project, remote.name, "latest")
    outgoing = take_working_tree(project, remote, "latest").outgoing
    return carry_out_push(project, remote, Push(outgoing, "latest", before)).bundle.digest


def stored(project: Project, data: bytes) -> Digest:
    """Store an object that nothing names, long ago."""
    digest = project.objects.put(data)
    age(project)
    return digest


def age(project: Project) -> None:
    for digest in project.objects:
        os.utime(project.objects.path(digest), (LONG_AGO, LONG_AGO))


def test_what_nothing_names_goes_and_what_is_tracked_or_published_stays(
    project: Project, remote: LayoutRemote
) -> None:
    first = publish(project, remote, a="one", b="two")
    publish(project, remote, a="edited")
    loose = stored(project, b"loose")
    before = set(project.objects)
    garbage = collect_garbage(project, A_DAY)
    assert garbage.objects == {loose: 5}
    assert set(project.objects) == before - {loose} and garbage.kept == len(before) - 1
    # An older version is still in the log, with all its files.
    for file in project.bundle(first).index.files.values():
        project.objects.verify(file.entry.digest)


def test_a_dry_run_tells_the_same_and_removes_nothing(project: Project, remote: LayoutRemote) -> None:
    publish(project, remote, a="one")
    loose = stored(project, b"loose")
    assert list(collect_garbage(project, A_DAY, dry_run=True).objects) == [loose]
    assert loose in project.objects


def test_what_is_young_stays(project: Project) -> None:
    loose = project.objects.put(b"just written by a command at work")
    assert collect_garbage(project, A_DAY).objects == {}
    assert loose in project.objects


def test_what_is_added_but_not_published_stays(project: Project) -> None:
    (project.root / "a").write_text("mine")
    add_paths(project, ["a"], force=False)
    age(project)
    assert collect_garbage(project, 0).objects == {}
    assert digest_of(b"mine") in project.objects


def test_a_local_tag_keeps_its_version_whole(project: Project, remote: LayoutRemote) -> None:
    version = publish(project, remote, a="one")
    publish(project, remote, a="edited")
    (project.directory / "logs/HEAD").unlink()
    project.refs.update(tag_ref("keep"), version)
    age(project)
    collect_garbage(project, 0)
    assert project.objects.read(project.bundle(version).tree["a"].digest) == b"one"


def test_a_version_that_nothing_names_any_more_goes_with_its_files(project: Project, remote: LayoutRemote) -> None:
    version = publish(project, remote, a="one")
    publish(project, remote, a="edited")
    (project.directory / "logs/HEAD").unlink()
    age(project)
    garbage = collect_garbage(project, 0)
    assert {version, digest_of(b"one")} <= set(garbage.objects)
    assert version not in project.objects


def test_nothing_goes_while_a_version_cannot_be_read(project: Project, remote: LayoutRemote) -> None:
    version = publish(project, remote, a="one")
    loose = stored(project, b"loose")
    config = project.bundle(version).manifest.config.digest
    project.objects.discard(config)
    with pytest.raises(CannotTell, match=version):
        collect_garbage(Project(project.root), A_DAY)
    assert loose in project.objects


@given(names=st.sets(st.sampled_from("abcdef"), min_size=1), edits=st.lists(st.sampled_from("abcdef"), max_size=6))
def test_whatever_was_published_can_be_read_after_it(
    tmp_path_factory: pytest.TempPathFactory, names: set[str], edits: list[str]
) -> None:
    directory = tmp_path_factory.mktemp("law")
    (directory / "seir").mkdir()
    project, remote = Project.create(directory / "seir"), LayoutRemote(directory / "remote")
    versions = {publish(project, remote, **dict.fromkeys(names, "first"))}
    for number, name in enumerate(edits):
        versions.add(publish(project, remote, **{name: f"edit {number}"}))
    age(project)
    collect_garbage(project, 0)
    for version in versions:
        for entry in Project(project.root).bundle(version).tree.values():
            assert project.objects.verify(entry.digest) == entry.size
