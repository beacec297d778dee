"""A push knows what it need not send, and which version its content has already."""

from dataclasses import replace
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.pushing.outgoing import known_version
from modelops_bundle.pushing.push import take_working_tree
from modelops_bundle.remotes.oci_layout import LayoutRemote
from tests.modelops_bundle.pushed import TAG, make, push


@pytest.fixture
def remote(tmp_path: Path) -> LayoutRemote:
    return LayoutRemote(tmp_path / "layout")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make(tmp_path / "work", {"a": "1"})


def test_what_the_tag_names_need_not_be_sent_unless_somebody_wants_it_sent(
    project: Project, remote: LayoutRemote
) -> None:
    assert not take_working_tree(project, remote, TAG).outgoing.up_to_date
    push(project, remote)
    outgoing = take_working_tree(project, remote, TAG).outgoing
    assert outgoing.up_to_date
    assert not replace(outgoing, afresh=True).up_to_date
    assert not replace(outgoing, relocate=True).up_to_date
    assert not take_working_tree(project, remote, "other").outgoing.up_to_date


def test_content_has_the_version_that_a_tag_of_this_remote_names(
    project: Project, remote: LayoutRemote, tmp_path: Path
) -> None:
    first = push(project, remote, "v1").bundle
    (project.root / "a").write_text("2")
    second = push(project, remote).bundle
    assert known_version(project, remote.name, first.config.tree) == first
    assert known_version(project, remote.name, second.config.tree) == second
    assert known_version(project, LayoutRemote(tmp_path / "other").name, first.config.tree) is None
