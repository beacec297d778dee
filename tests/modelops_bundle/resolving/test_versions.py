"""A name stands for one version, as we know it ourselves, or for none."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.resolving.versions import find_ref, resolve_ref
from modelops_bundle.store.refs import HEAD, base_ref, remote_ref, tag_ref
from tests.modelops_bundle.samples import digest_number

ONE, TWO, THREE = digest_number(1), digest_number(2), digest_number(3)
HERE, THERE = "localhost:5000/seir", "oci:/data/seir"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path)


def named(project: Project, **refs: Digest) -> Project:
    for name, digest in refs.items():
        project.refs.update(tag_ref(name), digest)
    return project


def test_a_digest_stands_for_itself_however_it_is_written(project: Project) -> None:
    for text in (ONE, f"@{ONE}", ONE.upper()):
        assert resolve_ref(project, text) == ONE


def test_head_and_whole_refs_are_read(project: Project) -> None:
    project.refs.update(HEAD, ONE)
    project.refs.update(remote_ref(HERE, "v1"), TWO)
    assert resolve_ref(project, HEAD) == ONE
    assert resolve_ref(project, remote_ref(HERE, "v1")) == TWO


def test_our_own_tag_wins_over_what_remotes_call_by_its_name(project: Project) -> None:
    project.refs.update(remote_ref(HERE, "v1"), TWO)
    assert resolve_ref(project, "v1") == TWO
    assert resolve_ref(named(project, v1=ONE), "v1") == ONE


def test_remotes_that_disagree_about_a_tag_decide_nothing(project: Project) -> None:
    project.refs.update(remote_ref(HERE, "v1"), TWO)
    project.refs.update(remote_ref(THERE, "v1"), TWO)
    project.refs.update(base_ref(THERE, "v1"), THREE)
    assert find_ref(project, "v1") == TWO
    project.refs.update(remote_ref(THERE, "v1"), THREE)
    assert find_ref(project, "v1") is None


def test_a_tag_is_not_found_by_the_end_of_its_name(project: Project) -> None:
    project.refs.update(remote_ref(HERE, "rc-v1"), TWO)
    named(project, v10=ONE)
    assert find_ref(project, "v1") is None


@pytest.mark.parametrize("name", [HEAD, "v1", "tags/v1", "remotes/localhost:5000/seir/v1"])
def test_what_names_nothing_is_not_found(project: Project, name: str) -> None:
    assert find_ref(project, name) is None
    with pytest.raises(NotFound, match=f"'{name}'") as refused:
        resolve_ref(project, name)
    assert refused.value.hint == "modelops-bundle for-each-ref"


@pytest.mark.parametrize("name", ["", "a b", "sha256:12", "-x"])
def test_what_can_be_no_name_is_refused(project: Project, name: str) -> None:
    with pytest.raises(Invalid):
        find_ref(project, name)
