"""Our own tags change only from what we saw them name."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.local_tags import create_tag, delete_tag, local_tags
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.store.refs import RefChanged, RefStore, tag_ref

ONE, TWO, THREE = (digest_of(data) for data in (b"1", b"2", b"3"))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "project")


def test_tags_are_listed_without_what_remotes_name(project: Project) -> None:
    create_tag(project, "v2", TWO)
    create_tag(project, "v1", ONE)
    project.refs.update("remotes/ghcr.io/lab/seir/v3", THREE)
    assert list(local_tags(project).items()) == [("v1", ONE), ("v2", TWO)]


def test_creating_tells_what_a_tag_named_before(project: Project) -> None:
    assert create_tag(project, "v1", ONE) is None
    assert create_tag(project, "v1", ONE) == ONE
    with pytest.raises(Invalid, match="v1"):
        create_tag(project, "v1", TWO)
    assert create_tag(project, "v1", TWO, force=True) == ONE
    assert delete_tag(project, "v1") == TWO
    with pytest.raises(NotFound, match="v1"):
        delete_tag(project, "v1")


@pytest.mark.parametrize("force", [False, True])
def test_a_tag_that_somebody_else_creates_meanwhile_is_not_overwritten(
    project: Project, monkeypatch: pytest.MonkeyPatch, force: bool
) -> None:
    update = RefStore.update

    def race(refs: RefStore, name: str, new: Digest, expected: Digest | None) -> None:
        update(refs, tag_ref("v1"), THREE)
        update(refs, name, new, expected)

    monkeypatch.setattr(RefStore, "update", race)
    with pytest.raises(RefChanged):
        create_tag(project, "v1", ONE, force=force)
    assert local_tags(project) == {"v1": THREE}
