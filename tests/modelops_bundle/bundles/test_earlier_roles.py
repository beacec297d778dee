"""Bundles of the earlier modelops-bundles are read with their own roles, in either family of media types."""

from typing import Any

import pytest

from modelops_bundle.bundles import earlier_roles
from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.places import NOWHERE, TITLED, External
from modelops_bundle.bundles.reading import read_bundle
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.errors import NotFound
from modelops_bundle.files.canonical_json import MalformedDocument
from tests.support.bundles import Blobs, no_document
from tests.support.earlier_roles import JSON, ROLE_MANIFEST, ROLES, Publication

URI = "az://container/train.csv"


def read(publication: Publication) -> Bundle:
    """Read it with nothing but its blobs at hand."""
    blobs = Blobs({digest_of(blob): blob for blob in publication.blobs})
    return read_bundle(publication.manifest_data, blobs, no_document, "my-model:1.0.0")


@pytest.fixture(params=["typed", "titled", "bare"])
def publication(request: pytest.FixtureRequest) -> Publication:
    """A bundle with a file in each of three layers, one of them in a blob store."""
    publication = Publication(typed=request.param != "titled", bare=request.param == "bare")
    publication.add("code", "src/model.py", b"BETA = 0.3\n")
    publication.add("config", "settings.yaml", b"")
    publication.add_external("data", "data/train.csv", URI, b"day,cases\n")
    return publication


def test_files_layers_places_and_roles_are_those_of_its_documents(publication: Publication) -> None:
    bundle = read(publication)
    found = {path: (file.layer, file.place, file.entry.size) for path, file in bundle.index.files.items()}
    assert found == {
        "data/train.csv": ("data", External(URI, "cool"), 10),
        "settings.yaml": ("config", NOWHERE, 0),
        "src/model.py": ("code", TITLED, 11),
    }
    assert bundle.roles == {role: tuple(layers) for role, layers in ROLES.items()}
    assert bundle.digest == digest_of(publication.manifest_data)


def test_the_documents_suffice_to_read_it_again(publication: Publication) -> None:
    bundle = read(publication)
    documents = bundle.documents()
    # Of a file that is named by its digest alone, the content tells the size.
    here = Blobs(documents, {file.entry.digest: file.entry.size for file in bundle.index.files.values()})
    assert read_bundle(documents[bundle.digest], here, no_document, "x") == bundle


def test_an_index_is_found_by_its_title_where_its_digest_was_recorded_wrong() -> None:
    publication = Publication(typed=False)
    publication.add("code", "src/model.py", b"BETA = 0.3\n")
    publication.recorded = {"code": digest_of(b"something else")}
    assert list(read(publication).tree) == ["src/model.py"]


def test_a_file_may_be_named_by_its_digest_alone() -> None:
    publication = Publication(typed=True)
    publication.add("code", "src/model.py", b"BETA = 0.3\n")
    entry = publication.entries["code"][0]
    publication.entries["code"] = [{"path": entry["path"], "digest": entry["oras"]["digest"]}]
    assert read(publication).tree["src/model.py"].size == 11


def test_of_a_manifest_by_itself_the_files_and_indexes_count_as_its_blobs() -> None:
    publication = Publication(typed=True, bare=True)
    publication.add("code", "src/model.py", b"BETA = 0.3\n")
    bundle = read(publication)
    (index,) = publication.indexes.values()
    assert {blob.digest: blob.size for blob in bundle.blobs()} == {
        digest_of(data): len(data) for data in (publication.manifest_data, index, b"BETA = 0.3\n")
    }


@pytest.mark.parametrize("missing", ["index", "file"])
def test_what_a_manifest_by_itself_names_must_be_there(missing: str) -> None:
    publication = Publication(typed=True, bare=True)
    publication.add("code", "src/model.py", b"BETA = 0.3\n")
    lost = publication.contents if missing == "file" else list(publication.indexes.values())
    blobs = Blobs({digest_of(blob): blob for blob in publication.blobs if blob not in lost})
    with pytest.raises(NotFound):
        read_bundle(publication.manifest_data, blobs, no_document, "my-model:1.0.0")


def test_a_manifest_by_itself_that_names_no_index_is_refused() -> None:
    publication = Publication(typed=True, bare=True, recorded={"code": ""})
    with pytest.raises(MalformedDocument, match="lacks the index of layer 'code'"):
        read(publication)


def test_a_layer_of_another_name_is_sorted_by_its_files() -> None:
    publication = Publication(typed=True)
    publication.add("weights", "w.pt", b"w")
    assert read(publication).index.files["w.pt"].layer == "models"


@pytest.mark.parametrize(
    "change",
    [
        {"path": "../evil"},
        {"path": ".mops/x"},
        {"path": None},
        {"layer": "data"},
        {"oras": None},
        {"external": {"uri": URI, "sha256": "0" * 64, "size": 1}},
        {"oras": {"digest": "md5:0", "size": 1}},
        {"oras": {"digest": digest_of(b"x"), "size": -1}},
        {"oras": {"digest": digest_of(b"x"), "size": True}},
        {"oras": {"digest": digest_of(b"x"), "size": 0}},
        {"oras": None, "digest": digest_of(b"not a layer")},
        {"oras": "x"},
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    publication = Publication(typed=True)
    publication.add("code", "src/model.py", b"BETA = 0.3\n")
    publication.entries["code"][0] |= change
    with pytest.raises(MalformedDocument):
        read(publication)


def test_a_file_in_two_layers_is_refused() -> None:
    publication = Publication(typed=True)
    publication.add("code", "a", b"x")
    publication.add("data", "a", b"y")
    with pytest.raises(MalformedDocument, match="twice: 'a'"):
        read(publication)


@pytest.mark.parametrize(
    "document",
    [{}, [], {"layers": 1}, {"layers": [1]}, {"layers": ["code"]}, {"layers": [], "roles": ["x"]}],
)
def test_a_bundle_manifest_that_makes_no_sense_is_refused(document: object) -> None:
    publication = Publication(typed=True, document=document)
    with pytest.raises(MalformedDocument):
        read(publication)


class Watched(Blobs):
    """Blobs that remember which were asked for."""

    def __init__(self, publication: Publication) -> None:
        super().__init__({digest_of(blob): blob for blob in publication.blobs})
        self.fetched: list[str] = []

    def manifest(self, digest: Digest) -> bytes:
        self.fetched.append(digest)
        return super().manifest(digest)


def one_index_for(layers: int, *, bare: bool = False, padding: str = "") -> Publication:
    """A bundle manifest that names the same index, of no files, for many layers."""
    publication = Publication(typed=True, bare=bare, entries={"code": []}, padding=padding)
    (index,) = publication.indexes.values()
    digests = {f"l{number}": digest_of(index) for number in range(layers)}
    publication.document = {"mediaType": ROLE_MANIFEST, "layers": digests}
    return publication


@pytest.mark.parametrize("bare", [False, True])
def test_an_index_of_many_layers_is_fetched_and_kept_once(bare: bool) -> None:
    publication = one_index_for(64, bare=bare)
    (index,) = publication.indexes.values()
    blobs = Watched(publication)
    bundle = read_bundle(publication.manifest_data, blobs, no_document, "x")
    assert blobs.fetched.count(digest_of(index)) == 1
    assert bundle.others == (publication.bundle_manifest, index)


@pytest.mark.parametrize("bare", [False, True])
def test_more_layers_than_anybody_has_are_refused(bare: bool) -> None:
    with pytest.raises(MalformedDocument, match="64 layers"):
        read(one_index_for(65, bare=bare))


def test_indexes_that_are_too_large_together_are_refused_before_any_is_fetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publication = one_index_for(3, padding="x" * 1000)
    (index,) = publication.indexes.values()
    blobs = Watched(publication)
    monkeypatch.setattr(earlier_roles, "MAX_INDEX_BYTES", 2500)
    with pytest.raises(MalformedDocument, match="2500 bytes"):
        read_bundle(publication.manifest_data, blobs, no_document, "x")
    assert digest_of(index) not in blobs.fetched


def test_json_beside_other_files_is_a_file() -> None:
    """What is just called so in a directory is none of this."""
    publication = Publication(typed=False)
    publication.add("code", "a", b"x")
    assert publication.manifest["layers"][0]["mediaType"] == JSON
    publication.manifest_title = "sub/bundle.manifest.json"
    assert read(publication).roles is None
