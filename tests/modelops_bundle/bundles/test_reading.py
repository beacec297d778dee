"""A bundle is what was published; one whose parts contradict each other is none."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.manifest import MAX_CONFIG_BYTES, bundle_manifest
from modelops_bundle.bundles.media_types import BUNDLE_FILE, TITLE
from modelops_bundle.bundles.reading import read_bundle
from modelops_bundle.bundles.tree import Tree
from modelops_bundle.checkout.project import Project
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.errors import ExitCode, NotFound, UnsupportedMediaType
from modelops_bundle.files.canonical_json import MalformedDocument, encode
from tests.modelops_bundle.samples import LINKS, digest_number, track, write_sample
from tests.support.bundles import Blobs, no_document, titled_bundle


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    """The sample as a bundle."""
    tree = track(Project.create(tmp_path), *write_sample(tmp_path)).tree()
    return titled_bundle(tree, LINKS, LayerRules({}), {})


def reread(bundle: Bundle, changed: Mapping[Digest, bytes] | None = None) -> Bundle:
    """Read a bundle from its documents, some of which may be changed."""
    documents = Blobs({**bundle.documents(), **(changed or {})})
    return read_bundle(bundle.data, documents, no_document, "lab/seir:v1")


def test_a_bundle_is_read_back(bundle: Bundle) -> None:
    assert reread(bundle) == bundle


def test_an_empty_tree_is_a_bundle() -> None:
    bundle = titled_bundle(Tree(), {}, LayerRules({}), {})
    assert len(bundle.manifest.layers) == 1
    assert reread(bundle) == bundle


def test_what_is_no_bundle_is_told_from_one(bundle: Bundle) -> None:
    other_type = replace(bundle.manifest, artifact_type="application/vnd.other")
    other_config = replace(bundle.manifest, config=Descriptor("a/b", digest_number(1), 3))
    for manifest in (other_type, other_config):
        with pytest.raises(UnsupportedMediaType, match="lab/seir:v1"):
            reread(replace(bundle, data=manifest.to_bytes()))


def test_the_type_of_something_else_is_shown_without_its_control_characters(bundle: Bundle) -> None:
    manifest = replace(bundle.manifest, artifact_type="\x1b[31m" + "x" * 10_000)
    with pytest.raises(UnsupportedMediaType) as caught:
        reread(replace(bundle, data=manifest.to_bytes()))
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 300


def test_a_config_that_claims_to_be_huge_is_not_fetched(bundle: Bundle) -> None:
    manifest = replace(bundle.manifest, config=replace(bundle.manifest.config, size=MAX_CONFIG_BYTES + 1))
    with pytest.raises(MalformedDocument, match="larger than"):
        reread(replace(bundle, data=manifest.to_bytes()), {bundle.manifest.config.digest: b""})


def changed_config(bundle: Bundle, **change: Any) -> tuple[Bundle, dict[Digest, bytes]]:
    """Return the bundle with another config, and that config by digest."""
    config = encode(json.loads(bundle.config_data) | change)
    descriptor = replace(bundle.manifest.config, digest=digest_of(config), size=len(config))
    manifest = replace(bundle.manifest, config=descriptor)
    return replace(bundle, data=manifest.to_bytes()), {digest_of(config): config}


@pytest.mark.parametrize(
    "change",
    [
        {"tree": digest_number(1)},
        {"index": digest_number(1)},
        {"files": 9},
        {"files": -1},
        {"size": 4464},
        {"size": 0},
    ],
)
def test_a_config_that_contradicts_the_index_is_refused(bundle: Bundle, change: dict[str, object]) -> None:
    with pytest.raises(MalformedDocument) as caught:
        reread(*changed_config(bundle, **change))
    assert caught.value.exit_code is ExitCode.INTEGRITY


def test_another_index_than_the_tree_digest_says_is_refused(bundle: Bundle) -> None:
    index = bundle.index_data.replace(b'"100755"', b'"100644"')
    assert index != bundle.index_data
    layer = replace(bundle.manifest.layers[0], digest=digest_of(index))
    swapped = replace(bundle, manifest=replace(bundle.manifest, layers=(layer, *bundle.manifest.layers[1:])))
    changed, documents = changed_config(swapped, index=digest_of(index))
    with pytest.raises(MalformedDocument, match="tree digest"):
        reread(changed, {**documents, digest_of(index): index})


def test_an_annotation_with_the_tree_of_another_bundle_is_refused(bundle: Bundle) -> None:
    forged = {**bundle.manifest.annotations, "io.modelops.bundle.tree": digest_number(1)}
    manifest = replace(bundle.manifest, annotations=forged)
    with pytest.raises(MalformedDocument, match="another bundle"):
        reread(replace(bundle, data=manifest.to_bytes()))


def _other_layers(bundle: Bundle, change: str) -> tuple[Descriptor, ...]:
    index, first, *rest = bundle.manifest.layers
    match change:
        case "no layers":
            return ()
        case "index last":
            return (first, *rest, index)
        case "a file missing":
            return (index, *rest)
        case "another digest":
            return (index, replace(first, digest=digest_number(1)), *rest)
        case "another size":
            return (index, replace(first, size=first.size + 1), *rest)
        case "a file more":
            return (index, first, *rest, Descriptor(BUNDLE_FILE, digest_number(1), 3, {TITLE: "\x1b[31m../x"}))
        case "a file twice":
            return (
                index,
                first,
                *rest,
                replace(first, annotations={TITLE: "\x1b[31m"}),
                replace(first, annotations={TITLE: "\x1b[31m"}),
            )
        case "another title":
            return (index, Descriptor(BUNDLE_FILE, first.digest, first.size, {TITLE: "x"}), *rest)
        case _:
            return (index, Descriptor(BUNDLE_FILE, first.digest, first.size), *rest)


@pytest.mark.parametrize(
    "change",
    [
        *("no layers", "index last", "a file missing", "a file more", "a file twice"),
        *("another digest", "another size", "another title", "no title"),
    ],
)
def test_layers_that_contradict_the_index_are_refused(bundle: Bundle, change: str) -> None:
    manifest = bundle_manifest(bundle.config, _other_layers(bundle, change), {})
    with pytest.raises(MalformedDocument) as caught:
        reread(replace(bundle, data=manifest.to_bytes()))
    assert caught.value.message.isprintable()


def test_an_error_of_the_remote_is_passed_on(bundle: Bundle) -> None:
    with pytest.raises(NotFound):
        read_bundle(bundle.data, Blobs({}), no_document, "x")
