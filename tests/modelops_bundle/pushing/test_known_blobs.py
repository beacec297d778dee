"""Which blobs a repository holds is told by the versions that its tags were seen to name, and by nothing else."""

from pathlib import Path

import pytest

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.tree import tree_of
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from modelops_bundle.pushing.known_blobs import known_blobs, mount_sources
from modelops_bundle.store.refs import base_ref, remote_ref, tag_ref
from modelops_bundle.sync.state import record_seen
from tests.modelops_bundle.samples import digest_number
from tests.properties.strategies import entry
from tests.support.bundles import titled_bundle

HERE, OTHER, ELSEWHERE = "localhost:5000/lab/seir", "localhost:5000/lab/sir", "ghcr.io/lab/seir"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path)


def version(project: Project, *contents: int) -> Bundle:
    """Keep a version of files with these contents."""
    tree = tree_of(entry(f"f{number}", number) for number in contents)
    bundle = titled_bundle(tree, {}, LayerRules({}), {})
    project.keep(bundle)
    return bundle


def blobs(*bundles: Bundle) -> set[Digest]:
    return {blob.digest for bundle in bundles for blob in bundle.blobs()}


def test_nothing_is_known_of_a_repository_that_was_never_seen(project: Project) -> None:
    assert known_blobs(project, HERE) == frozenset()
    assert mount_sources(project, HERE)(digest_number(1)) is None


def test_config_index_and_files_of_every_tag_are_known(project: Project) -> None:
    one, two = version(project, 1, 2), version(project, 2, 3)
    record_seen(project, HERE, "v1", one.digest)
    record_seen(project, HERE, "v2", two.digest)
    assert known_blobs(project, HERE) == blobs(one, two)
    assert digest_number(3) in known_blobs(project, HERE)


def test_what_no_tag_of_the_repository_names_is_not_known(project: Project) -> None:
    bundle = version(project, 1)
    project.refs.update(tag_ref("mine"), bundle.digest)
    project.refs.update(base_ref(HERE, "v1"), bundle.digest)
    record_seen(project, f"{HERE}/below", "v1", bundle.digest)
    record_seen(project, f"{HERE}-2", "v1", bundle.digest)
    assert known_blobs(project, HERE) == frozenset()


def test_a_tag_that_is_gone_vouches_for_nothing(project: Project) -> None:
    record_seen(project, HERE, "v1", version(project, 1).digest)
    record_seen(project, HERE, "v1", None)
    assert known_blobs(project, HERE) == frozenset()


def test_a_version_whose_manifest_is_not_here_tells_nothing(project: Project) -> None:
    record_seen(project, HERE, "v1", digest_number(99))
    assert known_blobs(project, HERE) == frozenset()


def test_blobs_are_mounted_from_other_repositories_of_the_same_registry(project: Project) -> None:
    record_seen(project, HERE, "v1", version(project, 1).digest)
    record_seen(project, OTHER, "v1", version(project, 2).digest)
    record_seen(project, ELSEWHERE, "v1", version(project, 3).digest)
    source = mount_sources(project, HERE)
    assert source(digest_number(2)) == "lab/sir"
    assert source(digest_number(1)) is None and source(digest_number(3)) is None


def test_directories_mount_nothing(project: Project) -> None:
    for number, name in enumerate(["oci:/data/seir", "oci:/data/sir"]):
        project.refs.update(remote_ref(name, "v1"), version(project, number).digest)
    assert mount_sources(project, "oci:/data/seir")(digest_number(1)) is None
