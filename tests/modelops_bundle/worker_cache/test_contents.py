"""A bundle's files come from other bundles in the cache, from objects, or from the remote, and never damaged."""

from collections.abc import Mapping
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.media_types import BUNDLE_FILE
from modelops_bundle.bundles.tree import Mode, TreeEntry, tree_of
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import IntegrityError, WorkingTreeConflict
from modelops_bundle.fetching.contents import Origin
from modelops_bundle.fetching.remote_version import fetch_version
from modelops_bundle.models.entries import ModelEntry, ModelRegistry
from modelops_bundle.models.registry_yaml.file import format_registry
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.worker_cache.completion import Completion, stats_of, write_completion
from modelops_bundle.worker_cache.contents import restore
from modelops_bundle.worker_cache.layout import CacheLayout
from modelops_bundle.worker_cache.registered import RegistryMismatch
from tests.modelops_bundle.pushed import CountingRemote
from tests.modelops_bundle.samples import everything_below
from tests.support.bundles import titled_bundle

FILES = {"data/cases.csv": b"1,3\n", "src/seir.py": b"BETA = 1\n"}


class Cache:
    """A worker's cache, and a remote to fill it from."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.layout = CacheLayout(base / "cache")
        self.remote = CountingRemote(base / "remote")

    def publish(self, files: Mapping[str, bytes]) -> Bundle:
        """Publish files as somebody does who puts a version together by hand."""
        entries = [TreeEntry(path, Mode.FILE, len(data), digest_of(data)) for path, data in files.items()]
        bundle = titled_bundle(tree_of(entries), {}, LayerRules({}), {})
        for data in (*files.values(), *bundle.documents().values()):
            blob = Descriptor(BUNDLE_FILE, digest_of(data), len(data))
            self.remote.push_blob(blob, partial(BytesIO, data))
        self.remote.push_manifest(bundle.data, bundle.manifest.media_type)
        return bundle

    def restore(self, bundle: Bundle, *paths: str) -> Path:
        """Restore files of a bundle, all if none are named, and record that it is whole."""
        store = self.layout.store(bundle.digest)
        store.tmp.mkdir(parents=True, exist_ok=True)
        fetch_version(store, self.remote, bundle.digest)
        self.remote.requests.clear()
        name = self.layout.names(bundle.digest)[0]
        root = self.layout.tree(name)
        restore(self.layout, store, Origin(self.remote), bundle, paths or list(bundle.tree), root)
        if not paths:
            done = Completion(bundle.digest, bundle.config.tree, self.remote.name, stats_of(root, bundle.tree))
            write_completion(self.layout.record(name), done, store.tmp)
        return root


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


def held(root: Path) -> dict[str, bytes | str]:
    return {path: data for path, data in everything_below(root).items() if data != ""}


def test_all_files_are_there(cache: Cache) -> None:
    assert held(cache.restore(cache.publish(FILES))) == FILES


def test_content_of_another_bundle_is_not_fetched_again(cache: Cache) -> None:
    cache.restore(cache.publish(FILES))
    for data in FILES.values():
        cache.layout.objects.discard(digest_of(data))
    other = cache.publish({**FILES, "new": b"new"})
    root = cache.restore(other)
    assert held(root) == {**FILES, "new": b"new"}
    assert [blob.digest for blob in cache.remote.requests] == [digest_of(b"new")]


def test_damage_is_never_copied_from_another_bundle(cache: Cache) -> None:
    damaged = cache.restore(cache.publish(FILES))
    (damaged / "data/cases.csv").write_text("9,9\n")
    (damaged / "src/seir.py").unlink()
    assert held(cache.restore(cache.publish({**FILES, "new": b"new"}))) == {**FILES, "new": b"new"}


def test_a_bundle_of_another_remote_gives_nothing(cache: Cache) -> None:
    bundle = cache.publish(FILES)
    cache.restore(bundle)
    name = cache.layout.names(bundle.digest)[0]
    done = Completion(bundle.digest, bundle.config.tree, "elsewhere", {})
    write_completion(cache.layout.record(name), done, cache.layout.store(bundle.digest).tmp)
    for data in FILES.values():
        cache.layout.objects.discard(digest_of(data))
    cache.restore(cache.publish({**FILES, "new": b"new"}))
    assert {digest_of(data) for data in FILES.values()} <= {blob.digest for blob in cache.remote.requests}


def test_only_the_files_that_are_damaged_are_put_back(cache: Cache) -> None:
    bundle = cache.publish(FILES)
    root = cache.restore(bundle)
    (root / "data/cases.csv").write_text("9,9\n")
    inode = (root / "src/seir.py").stat().st_ino
    cache.restore(bundle, "data/cases.csv")
    assert held(root) == FILES and (root / "src/seir.py").stat().st_ino == inode


def test_content_that_cannot_be_had_leaves_nothing_half_done(cache: Cache) -> None:
    bundle = cache.publish(FILES)
    blob = cache.base / "remote/blobs/sha256" / digest_of(FILES["data/cases.csv"])[7:]
    blob.chmod(0o644)
    blob.write_bytes(b"9,9\n")
    with pytest.raises(IntegrityError):
        cache.restore(bundle)
    assert held(cache.layout.tree(cache.layout.names(bundle.digest)[0])) == {}


def test_foreign_files_in_the_way_stop_everything(cache: Cache) -> None:
    bundle = cache.publish(FILES)
    root = cache.layout.tree(cache.layout.names(bundle.digest)[0])
    (root / "data/cases.csv").mkdir(parents=True)
    (root / "data/cases.csv/mine").write_text("x")
    with pytest.raises(WorkingTreeConflict):
        cache.restore(bundle)
    assert held(root) == {"data/cases.csv/mine": b"x"}


def test_a_registry_that_the_bundle_contradicts_is_refused_before_anything_else_comes(cache: Cache) -> None:
    model = ModelEntry("seir", "src/seir.py", "Seir", "src.seir:Seir", digest_of(b"another"))
    bundle = cache.publish({**FILES, REGISTRY_PATH: format_registry(ModelRegistry({"seir": model}))})
    with pytest.raises(RegistryMismatch, match=r"'src/seir\.py', which 'seir' needs"):
        cache.restore(bundle)
    assert [blob.digest for blob in cache.remote.requests] == [bundle.tree[REGISTRY_PATH].digest]
    assert held(cache.layout.tree(cache.layout.names(bundle.digest)[0])) == {}
