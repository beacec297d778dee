"""What an object is, is told by its content; what only looks like a document is a blob."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.objects import ObjectMissing, ObjectStore
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.store.object_type import ObjectType, type_of
from tests.modelops_bundle.pushed import make, push
from tests.modelops_bundle.samples import digest_number

MANIFEST = b'{"config":{},"layers":[],"schemaVersion":2}'


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> ObjectStore:
    root = tmp_path_factory.mktemp("objects")
    (root / "tmp").mkdir()
    return ObjectStore(root / "objects", root / "tmp")


def test_each_document_of_a_version_has_its_type(tmp_path: Path) -> None:
    project = make(tmp_path / "work", {"a": "content"})
    bundle = push(project, LayoutRemote(tmp_path / "remote")).bundle
    found = {
        "manifest": bundle.digest,
        "config": bundle.manifest.config.digest,
        "index": bundle.config.index,
        "blob": bundle.tree["a"].digest,
    }
    assert {name: type_of(project.objects, digest) for name, digest in found.items()} == {
        kind: ObjectType(kind) for kind in found
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"files":[',
        b'{"files":[1,2]}',
        b'{"files":[],"version":x}',
        b'{"schemaVersion":2,"manifests":[]}',
        b'{"schemaVersion":1,"config":{},"layers":[]}',
        b'{"required":[],"tree":"x","index":"y"}',
        b'{"a":1,"a":2}',
        b" " + MANIFEST,
        b'{"schemaVersion":2,"config":{},"layers":[],"x":"' + b"x" * (5 << 20) + b'"}',
    ],
)
def test_what_only_looks_like_a_document_is_a_blob(objects: ObjectStore, content: bytes) -> None:
    assert type_of(objects, objects.put(content)) is ObjectType.BLOB


@pytest.mark.parametrize("content", [MANIFEST, b'{ "schemaVersion": 2, "config": {}, "layers": [], "x": 1 }\n'])
def test_a_manifest_in_any_spelling_is_one(objects: ObjectStore, content: bytes) -> None:
    assert type_of(objects, objects.put(content)) is ObjectType.MANIFEST


def test_of_a_large_index_only_both_ends_are_read(objects: ObjectStore) -> None:
    digest = objects.put(b'{"files":[' + b"\xff" * (5 << 20) + b'],"version":12}')
    assert type_of(objects, digest) is ObjectType.INDEX


@given(st.binary(max_size=40) | st.binary(max_size=40).map(lambda data: b"{" + data))
def test_any_bytes_have_a_type(objects: ObjectStore, content: bytes) -> None:
    assert type_of(objects, objects.put(content)) is ObjectType.BLOB


def test_what_is_not_here_has_none(objects: ObjectStore) -> None:
    with pytest.raises(ObjectMissing):
        type_of(objects, digest_number(1))
