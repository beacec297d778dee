"""A push keeps the places of what the tag names, and of the version that the working tree came from."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.sync.published import published_at, seen_at
from tests.modelops_bundle.pushed import make, push


@pytest.fixture
def remote(tmp_path: Path) -> LayoutRemote:
    return LayoutRemote(tmp_path / "layout")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make(tmp_path / "work", {"a": "1"})


def test_what_the_tag_names_comes_first(project: Project, remote: LayoutRemote) -> None:
    first = push(project, remote, "old").bundle
    (project.root / "a").write_text("2")
    second = push(project, remote).bundle
    assert seen_at(project, remote.name) == {first.digest, second.digest}
    assert published_at(project, remote.name, first.digest) == (first, second)
    assert published_at(project, remote.name, second.digest) == (second,)
    assert published_at(project, remote.name, None) == (second,)


def test_what_another_remote_has_counts_for_nothing(
    project: Project, remote: LayoutRemote, tmp_path: Path
) -> None:
    push(project, remote)
    other = LayoutRemote(tmp_path / "other")
    assert published_at(project, other.name, None) == ()
    assert seen_at(project, other.name) == set()
