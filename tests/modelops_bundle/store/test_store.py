"""A version that is kept is read back without its remote, verified, and once in a command."""

from pathlib import Path

import pytest
from hypothesis import given, settings

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.tree import Mode, Tree, tree_of
from modelops_bundle.objects import ObjectCorrupt, ObjectMissing
from modelops_bundle.storage.config import DEFAULT_THRESHOLD
from modelops_bundle.store.store import Store
from tests.modelops_bundle.samples import digest_number
from tests.properties.strategies import entry, trees
from tests.support.bundles import titled_bundle


def bundle_of(tree: Tree) -> Bundle:
    return titled_bundle(tree, {}, LayerRules({}), {})


def new(directory: Path) -> Store:
    (directory / "tmp").mkdir(parents=True, exist_ok=True)
    return Store(directory)


@pytest.fixture
def bundle() -> Bundle:
    return bundle_of(tree_of([entry("a", 1)]))


# The digest of a link is that of its target, which these trees do not have.
WITHOUT_LINKS = trees().map(lambda tree: tree_of(file for file in tree.values() if file.mode is not Mode.LINK))


@settings(max_examples=30)
@given(WITHOUT_LINKS)
def test_a_version_is_read_as_it_was_kept(tmp_path_factory: pytest.TempPathFactory, tree: Tree) -> None:
    root, bundle = tmp_path_factory.mktemp("store"), bundle_of(tree)
    new(root).keep(bundle)
    read = Store(root).bundle(bundle.digest)
    assert (read.digest, read.tree, read.documents()) == (bundle.digest, tree, bundle.documents())


def test_a_version_is_read_once_in_a_command(tmp_path: Path, bundle: Bundle) -> None:
    new(tmp_path).keep(bundle)
    store = Store(tmp_path)
    read = store.bundle(bundle.digest)
    for digest in bundle.documents():
        store.objects.discard(digest)
    assert store.bundle(bundle.digest) is read
    with pytest.raises(ObjectMissing):
        Store(tmp_path).bundle(bundle.digest)


def test_a_version_that_is_not_here_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ObjectMissing, match=digest_number(1)):
        Store(tmp_path).bundle(digest_number(1))


@pytest.mark.parametrize("part", [0, 1, 2])
def test_documents_are_verified_when_they_are_read(tmp_path: Path, bundle: Bundle, part: int) -> None:
    store = new(tmp_path)
    store.keep(bundle)
    file = store.objects.path(list(bundle.documents())[part])
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-1] + b" ")
    with pytest.raises(ObjectCorrupt):
        Store(tmp_path).bundle(bundle.digest)


def test_a_process_may_have_a_place_of_its_own_for_what_is_on_its_way(tmp_path: Path, bundle: Bundle) -> None:
    (tmp_path / "own").mkdir()
    store = Store(tmp_path / "store", tmp_path / "own")
    store.keep(bundle)
    assert store.objects.tmp == tmp_path / "own"
    assert Store(tmp_path / "store").bundle(bundle.digest).tree == bundle.tree


def test_files_are_large_from_the_default_size_on(tmp_path: Path) -> None:
    assert Store(tmp_path).threshold_bytes == DEFAULT_THRESHOLD
