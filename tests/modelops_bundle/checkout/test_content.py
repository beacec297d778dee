"""The bytes of a tracked file are found where they are, and what is wrong with them is told."""

import os
from pathlib import Path

import pytest

from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.checkout.content import ContentGone, link_target, source_of
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import digest_of
from modelops_bundle.files.hashing import FileChanged
from tests.modelops_bundle.samples import track


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with a file and a link, neither of which is an object."""
    (tmp_path / "large").write_text("content")
    (tmp_path / "link").symlink_to("large")
    project = Project.create(tmp_path)
    for entry in track(project, "large", "link").values():
        project.objects.discard(entry.digest)
    return project


def entry(project: Project, path: str = "large") -> TreeEntry:
    return project.load_index()[path].tree_entry(path)


def test_content_is_read_from_the_working_tree_if_it_is_no_object(project: Project) -> None:
    with source_of(project, entry(project), project.load_index()).open() as stream:
        assert stream.read() == b"content"


def test_an_object_is_preferred_since_it_cannot_change(project: Project) -> None:
    project.objects.put(b"content")
    (project.root / "large").write_text("changed")
    with source_of(project, entry(project), project.load_index()).open() as stream:
        assert stream.read() == b"content"


def test_content_that_is_nowhere_is_named(project: Project) -> None:
    source = source_of(project, entry(project), project.load_index())
    (project.root / "large").unlink()
    with pytest.raises(ContentGone, match=f"'large' .{digest_of(b'content')}") as refused:
        source.open()
    assert refused.value.hint == "modelops-bundle status"


def test_what_is_known_of_a_file_is_known_of_the_content_that_it_was_tracked_with(project: Project) -> None:
    index = project.load_index()
    assert source_of(project, entry(project), index).blake3 == index["large"].blake3
    other = TreeEntry("large", entry(project).mode, 5, digest_of(b"other"))
    assert source_of(project, other, index).blake3 is None
    assert source_of(project, entry(project), {}).blake3 is None


def test_the_chunks_that_adding_found_are_used(project: Project) -> None:
    assert source_of(project, entry(project), {}).cuts is None
    project.cuts[entry(project).digest] = []
    assert source_of(project, entry(project), {}).cuts == []


def test_a_file_is_as_it_was_looked_at_until_somebody_writes_to_it(project: Project) -> None:
    source = source_of(project, entry(project), project.load_index())
    assert source.as_looked_at()
    now = os.stat(project.root / "large")
    (project.root / "large").write_text("CONTENT")
    os.utime(project.root / "large", ns=(now.st_atime_ns, now.st_mtime_ns))
    assert not source.as_looked_at()
    (project.root / "large").unlink()
    assert not source.as_looked_at()


def test_an_object_is_always_as_it_was(project: Project) -> None:
    source = source_of(project, entry(project), project.load_index())
    project.objects.put(b"content")
    (project.root / "large").unlink()
    assert source.as_looked_at()


def test_a_link_points_where_it_pointed_when_it_was_tracked(project: Project) -> None:
    link = entry(project, "link")
    assert link_target(project, link) == "large"
    (project.root / "link").unlink()
    (project.root / "link").symlink_to("other")
    with pytest.raises(FileChanged):
        link_target(project, link)
    project.objects.put(b"large")
    assert link_target(project, link) == "large"
