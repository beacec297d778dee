"""Same content, same digest, forever; and a bundle whose parts contradict each other is none.

The files in `golden/` are the published bytes of one small tree. They are part of the format: when this test
fails, every bundle that was ever published would get another identity.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.bundles.bundle import Bundle, read_bundle
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.manifest import MAX_CONFIG_BYTES, bundle_manifest
from modelops_bundle.bundles.media_types import BUNDLE_FILE, TITLE
from modelops_bundle.bundles.tree import Mode, Tree, TreeEntry, tree_of
from modelops_bundle.checkout.project import Project
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of, hex_of
from modelops_bundle.errors import ExitCode, NotFound, UnsupportedMediaType
from modelops_bundle.files.canonical_json import MalformedDocument, encode
from modelops_bundle.safe_path import UnsafePath
from tests.modelops_bundle.samples import FILES, LINKS, digest_number, track, write_sample
from tests.support.bundles import Blobs, no_document, titled_bundle

GOLDEN = Path(__file__).parents[1] / "golden"


def golden_digests() -> dict[str, str]:
    """Return the digests of the sample by the name of the document."""
    lines = (GOLDEN / "sample.digests.txt").read_text().splitlines()
    return dict(line.split(" ") for line in lines)


def tree_on_disk(root: Path, *, backwards: bool = False) -> Tree:
    """Write the sample into a new project and return its tree."""
    project = Project.create(root)
    return track(project, *write_sample(root, backwards=backwards)).tree()


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    """The sample as a bundle."""
    return titled_bundle(tree_on_disk(tmp_path / "sample"), LINKS, LayerRules({}), {})


def test_the_documents_are_those_of_the_golden_files(bundle: Bundle) -> None:
    tree = [[e.path, e.mode, e.size, hex_of(e.digest)] for e in bundle.tree.values()]
    documents = {
        "tree": encode(tree),
        "index": bundle.index_data,
        "config": bundle.config_data,
        "manifest": bundle.data,
    }
    for name, data in documents.items():
        assert data.decode() == (GOLDEN / f"sample.{name}.json").read_text("utf-8"), name


def test_the_digests_are_those_of_the_golden_files(bundle: Bundle) -> None:
    digests = golden_digests()
    assert bundle.tree.digest() == digests["tree"] == bundle.config.tree
    assert bundle.config.index == digests["index"]
    assert bundle.manifest.config.digest == digests["config"]
    assert bundle.digest == digests["manifest"]
    for name, digest in digests.items():
        assert digest_of((GOLDEN / f"sample.{name}.json").read_bytes()) == digest


def test_neither_place_nor_order_nor_time_changes_a_digest(tmp_path: Path) -> None:
    here = tree_on_disk(tmp_path / "here")
    there = tree_on_disk(tmp_path / "far" / "away", backwards=True)
    for path in FILES:
        os.utime(tmp_path / "here" / path, (0, 0))
    again = track(Project(tmp_path / "here"), *sorted(here, reverse=True)).tree()
    assert here.digest() == there.digest() == again.digest() == golden_digests()["tree"]


def test_permissions_other_than_the_executable_bit_change_no_digest(tmp_path: Path) -> None:
    tree = tree_on_disk(tmp_path)
    project = Project(tmp_path)
    (tmp_path / "README.md").chmod(0o600)
    (tmp_path / "run.sh").chmod(0o711)
    assert track(project, "README.md", "run.sh").tree() == tree
    (tmp_path / "README.md").chmod(0o744)
    assert track(project, "README.md").tree() != tree


def test_annotations_are_the_users_and_change_the_manifest_only(bundle: Bundle) -> None:
    title = {"org.opencontainers.image.title": "SEIR"}
    other = titled_bundle(bundle.tree, LINKS, LayerRules({}), title)
    assert title.items() <= other.manifest.annotations.items()
    assert (other.index_data, other.config_data) == (bundle.index_data, bundle.config_data)
    assert other.digest != bundle.digest


def test_a_bundle_names_each_of_its_blobs_once() -> None:
    tree = tree_of(TreeEntry(path, Mode.FILE, 3, digest_number(1)) for path in ("a", "b"))
    bundle = titled_bundle(tree, {}, LayerRules({}), {})
    assert [layer.annotations.get(TITLE) for layer in bundle.manifest.layers] == [None, "a", "b"]
    assert [blob.digest for blob in bundle.blobs()] == [
        bundle.manifest.config.digest,
        bundle.config.index,
        digest_number(1),
    ]


def test_an_empty_tree_is_a_bundle() -> None:
    bundle = titled_bundle(Tree(), {}, LayerRules({}), {})
    assert len(bundle.manifest.layers) == 1
    assert reread(bundle) == bundle


@pytest.mark.parametrize("path", ["../a", ".git/config", ".modelops-bundle/index", "/a"])
def test_what_no_reader_would_accept_is_not_published(path: str) -> None:
    tree = tree_of([TreeEntry(path, Mode.FILE, 3, digest_number(1))])
    with pytest.raises(UnsafePath):
        titled_bundle(tree, {}, LayerRules({}), {})


def test_a_link_to_the_outside_is_not_published() -> None:
    target = "../../etc/passwd"
    tree = tree_of([TreeEntry("l", Mode.LINK, len(target), digest_of(target.encode()))])
    with pytest.raises(UnsafePath):
        titled_bundle(tree, {"l": target}, LayerRules({}), {})


def reread(bundle: Bundle, changed: Mapping[Digest, bytes] | None = None) -> Bundle:
    """Read a bundle from its documents, some of which may be changed."""
    documents = Blobs({**bundle.documents(), **(changed or {})})
    return read_bundle(bundle.data, documents, no_document, "lab/seir:v1")


def test_a_bundle_is_read_back(bundle: Bundle) -> None:
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
