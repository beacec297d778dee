"""Old content is an object, or in a version that is known here, or nowhere."""

from pathlib import Path

import pytest

from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.tree import Mode, TreeEntry, tree_of
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.models.old_content import find_old
from modelops_bundle.objects import ObjectCorrupt
from modelops_bundle.store.refs import HEAD, tag_ref
from tests.support.bundles import titled_bundle

OLD = b"day,cases\n1,3\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "project")


def version(project: Project, name: str, path: str, digest: Digest) -> Digest:
    """Store a version with one file, without its content, and name it."""
    tree = tree_of([TreeEntry(path, Mode.FILE, len(OLD), digest)])
    bundle = titled_bundle(tree, {}, LayerRules({}), {})
    project.keep(bundle)
    project.refs.update(name, bundle.digest)
    return bundle.digest


def test_content_in_the_object_store(project: Project) -> None:
    found = find_old(project, project.objects.put(OLD))
    assert found.side is not None
    assert (found.size, found.side.read(), found.version) == (len(OLD), OLD, None)


def test_the_content_of_an_empty_file_is_always_known(project: Project) -> None:
    found = find_old(project, digest_of(b""))
    assert found.side is not None and found.side.read() == b""


@pytest.mark.parametrize("name", [HEAD, tag_ref("v1")])
def test_content_that_a_known_version_has(project: Project, name: str) -> None:
    digest = version(project, name, "a.csv", digest_of(OLD))
    found = find_old(project, digest_of(OLD))
    assert (found.side, found.size, found.version) == (None, len(OLD), digest)


def test_content_that_is_nowhere(project: Project) -> None:
    version(project, HEAD, "b.csv", digest_of(b"other"))
    project.refs.update(tag_ref("unknown"), digest_of(b"a version of which nothing is here"))
    found = find_old(project, digest_of(OLD))
    assert (found.digest, found.size, found.side, found.version) == (digest_of(OLD), None, None, None)


def test_damaged_content_is_an_error(project: Project) -> None:
    digest = project.objects.put(OLD)
    project.objects.path(digest).chmod(0o644)
    project.objects.path(digest).write_bytes(b"other")
    with pytest.raises(ObjectCorrupt):
        find_old(project, digest)
