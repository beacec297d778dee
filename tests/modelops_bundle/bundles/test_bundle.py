"""Same content, same digest, forever.

The files in `golden/` are the published bytes of one small tree. They are part of the format: when this test
fails, every bundle that was ever published would get another identity.
"""

import os
from pathlib import Path

import pytest

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.media_types import TITLE
from modelops_bundle.bundles.tree import Mode, Tree, TreeEntry, tree_of
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import digest_of, hex_of
from modelops_bundle.files.canonical_json import encode
from modelops_bundle.safe_path import UnsafePath
from tests.modelops_bundle.samples import FILES, LINKS, digest_number, track, write_sample
from tests.support.bundles import titled_bundle

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
