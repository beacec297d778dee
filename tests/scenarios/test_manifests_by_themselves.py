"""The first bundles of the earlier modelops-bundles, whose documents are manifests: read wherever they lie."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelops_bundle.bundles.media_types import LAYER_INDEX, ROLE_MANIFEST
from modelops_bundle.digest import digest_of
from tests.support.earlier_roles import ROLES, Publication
from tests.support.foreign_layout import publish
from tests.support.role_bundles import materialized, resolved
from tests.support.stub_registry import StubRegistry, stub_registry
from tests.support.workspace import Workspace

FILES = {"src/model.py": b"BETA = 0.3\n", "src/nothing.py": b"", "data/cases.csv": b"day,cases\n1,3\n"}


@pytest.fixture
def publication() -> Publication:
    """A bundle with two layers in the registry, and a file in a blob store."""
    publication = Publication(typed=True, bare=True)
    for path, data in FILES.items():
        publication.add("code" if path.startswith("src/") else "data", path, data)
    publication.add_external("data", "data/large.csv", "az://container/large.csv", b"large\n")
    return publication


@pytest.fixture
def stub() -> Iterator[StubRegistry]:
    """A registry that takes such manifests; many refuse them."""
    with stub_registry() as registry:
        yield registry


def user_of(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "user", tmp_path / "home", program="modelops-bundles")


def store(registry: StubRegistry, publication: Publication) -> str:
    """Put it where that tool put it: documents as manifests, files as blobs; the empty one nowhere."""
    repository = "org/models/my-model"
    for data in publication.contents:
        if data:
            registry.add_blob(repository, data)
    for index in publication.indexes.values():
        registry.add_manifest(repository, index, media_type=LAYER_INDEX)
    registry.add_manifest(repository, publication.manifest_data, "1.0.0", ROLE_MANIFEST)
    return f"{registry.host}/{repository}"


def test_it_is_read_from_a_registry(publication: Publication, stub: StubRegistry, tmp_path: Path) -> None:
    name, user = store(stub, publication), user_of(tmp_path)
    found = resolved(user, f"{name}:1.0.0")
    assert found["manifest_digest"] == digest_of(publication.manifest_data)
    assert (found["media_type"], found["roles"]) == (ROLE_MANIFEST, ROLES)
    assert (found["total_size"], found["external_index_present"]) == (sum(map(len, FILES.values())) + 6, True)
    assert materialized(user, f"{name}:1.0.0", "out", "--role", "training")["created"] == sorted(FILES)
    assert {path: (user.root / "out" / path).read_bytes() for path in FILES} == FILES
    again = resolved(user, f"{name}@{found['manifest_digest']}")
    assert again == found | {"ref": again["ref"]}


def test_a_registry_that_tells_no_size_is_refused(
    publication: Publication, stub: StubRegistry, tmp_path: Path
) -> None:
    name = store(stub, publication)
    stub.fail("HEAD", "/blobs/", status=307, times=9)
    user_of(tmp_path).refused(3, "resolve", f"{name}:1.0.0")


def test_it_can_be_cloned_exported_and_imported(publication: Publication, tmp_path: Path) -> None:
    publication.entries["data"].pop()
    digest = publish(tmp_path / "store", publication.manifest, publication.blobs, "1.0.0")
    beside = Workspace(tmp_path, tmp_path / "home")
    beside.ok("clone", "oci:store:1.0.0", "work")
    work = Workspace(tmp_path / "work", beside.home)
    assert {path: (work.root / path).read_bytes() for path in FILES} == FILES
    assert work.ok("status", "--porcelain=v1") == ""
    work.ok("export", "--oci-layout", digest, "../out.tar")
    beside.ok("init", "other", "--remote", "oci:../second")
    other = Workspace(tmp_path / "other", beside.home)
    other.ok("import", "../out.tar")
    assert other.ok("read-manifest", digest) == work.ok("read-manifest", digest)
