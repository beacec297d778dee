"""What other tools published is read as a bundle, or refused; nothing that it says is believed."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.manifest import MAX_CONFIG_BYTES
from modelops_bundle.bundles.places import NOWHERE, TITLED
from modelops_bundle.bundles.reading import read_bundle
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import UnsupportedMediaType
from modelops_bundle.files.canonical_json import MalformedDocument
from tests.support.bundles import Blobs, no_document
from tests.support.foreign_layout import TAR, EarlierBundle, descriptor, manifest_of, sha256, titled

GOLDEN = Path(__file__).parents[1] / "golden"
CONTENTS = {"data/cases.csv": b"day,cases\n1,3\n", "data/nothing.csv": b"", "src/model.py": b"BETA = 0.3\n"}
UNPACK = "io.deis.oras.content.unpack"


def read(manifest: dict[str, Any], config: bytes = b"{}") -> Bundle:
    """Read a manifest whose config is all that may be asked for."""
    documents = Blobs({digest_of(config): config})
    return read_bundle(json.dumps(manifest).encode(), documents, no_document, "lab/seir:v1")


def read_earlier(earlier: EarlierBundle) -> Bundle:
    return read(earlier.manifest, earlier.config)


@pytest.fixture
def earlier() -> EarlierBundle:
    """A bundle of the earlier tool."""
    return EarlierBundle.read(GOLDEN / "earlier.index.json", dict(CONTENTS))


def test_a_bundle_of_the_earlier_tool_has_the_files_of_its_index(earlier: EarlierBundle) -> None:
    bundle = read_earlier(earlier)
    assert bundle.manifest.foreign
    assert bundle.digest == sha256(json.dumps(earlier.manifest).encode())
    assert list(bundle.tree.values()) == [
        TreeEntry(path, Mode.FILE, len(data), digest_of(data)) for path, data in CONTENTS.items()
    ]
    assert (bundle.config.tree, bundle.config.files, bundle.config.size) == (bundle.tree.digest(), 3, 25)
    places = {path: (file.layer, file.place) for path, file in bundle.index.files.items()}
    assert places == {
        "data/cases.csv": ("data", TITLED),
        "data/nothing.csv": ("data", NOWHERE),
        "src/model.py": ("code", TITLED),
    }


def test_the_documents_suffice_to_read_it_again(earlier: EarlierBundle) -> None:
    bundle = read_earlier(earlier)
    documents = bundle.documents()
    assert read_bundle(documents[bundle.digest], Blobs(documents), no_document, "x") == bundle


def test_titled_layers_of_any_artifact_are_files_and_others_are_not() -> None:
    layers = [titled("b/x.csv", b"x"), descriptor(TAR, b"untitled"), titled("a.csv", b""), titled("c.csv", b"x")]
    bundle = read({**manifest_of(layers), "artifactType": "application/vnd.lab.results"})
    assert list(bundle.tree) == ["a.csv", "b/x.csv", "c.csv"]
    assert bundle.index.files["a.csv"].place == NOWHERE
    assert bundle.tree["b/x.csv"].digest == bundle.tree["c.csv"].digest == digest_of(b"x")
    assert bundle.config.tree == bundle.tree.digest()


@pytest.mark.parametrize(
    "path",
    [
        *("", ".", "../x", "/etc/passwd", "a/../../x", "a//b", "./a", "a\\..\\b", "a\nb"),
        *(".git/config", ".modelops-bundle/index", "a/.GIT/hooks/x", "x" * 300),
    ],
)
def test_an_unsafe_title_is_refused(path: str, earlier: EarlierBundle) -> None:
    with pytest.raises(MalformedDocument) as caught:
        read(manifest_of([titled(path, b"x")]))
    assert caught.value.message.isprintable()
    earlier.write(path, b"x")
    with pytest.raises(MalformedDocument):
        read_earlier(earlier)


@pytest.mark.parametrize("paths", [("a", "A"), ("a", "a/b"), ("x/a", "X/b"), ("a", "a")])
def test_titles_that_cannot_stand_side_by_side_are_refused(paths: tuple[str, ...]) -> None:
    with pytest.raises(MalformedDocument):
        read(manifest_of([titled(path, b"x") for path in paths]))


def test_an_empty_layer_with_the_digest_of_something_is_refused() -> None:
    with pytest.raises(MalformedDocument, match="'a'"):
        read(manifest_of([{**titled("a", b"x"), "size": 0}]))


def test_an_archive_to_be_unpacked_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedMediaType, match="'data'"):
        read(manifest_of([titled("data", b"x", **{UNPACK: "true"})]))


@pytest.mark.parametrize(
    "config_type",
    ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"],
)
@pytest.mark.parametrize("artifact_type", [None, "application/vnd.lab"])
def test_an_image_is_refused_whatever_it_says(config_type: str, artifact_type: str | None) -> None:
    manifest = manifest_of([titled("a", b"x")], config_type=config_type)
    with pytest.raises(UnsupportedMediaType, match="not a bundle"):
        read({**manifest, "artifactType": artifact_type})


def test_an_artifact_without_titles_is_refused() -> None:
    with pytest.raises(UnsupportedMediaType, match="not a bundle"):
        read(manifest_of([descriptor(TAR, b"x")]))


def test_a_config_that_claims_to_be_huge_is_not_fetched() -> None:
    manifest = manifest_of([titled("a", b"x")])
    manifest["config"]["size"] = MAX_CONFIG_BYTES + 1
    with pytest.raises(MalformedDocument, match="larger than"):
        read(deepcopy(manifest), b"never asked for")
