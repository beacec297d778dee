import json
import os
from pathlib import Path

import pytest

from modelops_bundle.digest import parse_digest
from modelops_bundle.worker_cache.cache_mark import mark
from modelops_bundle.worker_cache.layout import CacheLayout
from modelops_bundle.worker_cache.upkeep import Pruned, cached_bundles, prune
from tests.support.worker import publish, worker
from tests.support.workspace import Workspace, snapshot

DAY = 86400.0


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    work = Workspace(tmp_path / "seir", tmp_path / "home")
    work.write("data/cases.csv", "day,cases\n1,3\n")
    return work


def test_what_killed_processes_left_is_removed(work: Workspace, tmp_path: Path) -> None:
    remote, layout = f"oci:{tmp_path}/layout", CacheLayout(tmp_path / "cache")
    digest = publish(work, remote)
    _, directory = worker(remote, layout.root).ensure_local(digest)
    old, young = (layout.store(parse_digest(f"sha256:{digit * 64}")).tmp for digit in "12")
    # The directory of a bundle whose record was not written yet, or was removed: what is on its way belongs to it.
    without_record = [layout.tree("1" * 12), layout.tree("1" * 64)]
    for path in *without_record, layout.tree("2" * 12), old, young:
        (path / "below").mkdir(parents=True)
    os.utime(old, (1, 1))
    gone = prune(layout, DAY)
    assert gone.bundles == []
    assert [other.path for other in gone.others] == [*without_record, old]
    assert [path.exists() for path in (*without_record, old)] == [False] * 3
    assert [path.exists() for path in (layout.tree("2" * 12), young, directory)] == [True] * 3


def test_nothing_is_removed_where_no_worker_made_a_cache(tmp_path: Path) -> None:
    layout = CacheLayout(tmp_path / "project")
    digest = layout.objects.put(b"nobody else has it")
    before = sorted(layout.root.rglob("*"))
    assert prune(layout, 0) == Pruned([], [])
    assert sorted(layout.root.rglob("*")) == before
    assert digest in layout.objects


def test_nothing_is_swept_while_somebody_fetches(work: Workspace, tmp_path: Path) -> None:
    layout = CacheLayout(tmp_path / "cache")
    mark(layout.root)
    on_its_way = layout.objects.put(b"a document of a bundle that has no record yet")
    with layout.using_objects():
        prune(layout, 0)
        assert on_its_way in layout.objects
    prune(layout, 0)
    assert on_its_way not in layout.objects


def test_a_bundle_that_is_being_repaired_is_not_pruned(work: Workspace, tmp_path: Path) -> None:
    remote, layout = f"oci:{tmp_path}/layout", CacheLayout(tmp_path / "cache")
    digest = parse_digest(publish(work, remote))
    repository = worker(remote, layout.root)
    repository.ensure_local(digest)
    del repository
    with layout.lock(digest):
        assert prune(layout, 0).bundles == []
    assert [bundle.digest for bundle in prune(layout, 0).bundles] == [digest]
    assert cached_bundles(layout) == []


def test_a_cache_that_may_only_be_read_serves_what_it_has(work: Workspace, tmp_path: Path) -> None:
    remote, cache = f"oci:{tmp_path}/layout", tmp_path / "cache"
    digest = publish(work, remote)
    worker(remote, cache).ensure_local(digest)
    # Nobody can make a lock here, whoever runs this test.
    for file in (cache / "locks").iterdir():
        file.unlink()
    (cache / "locks").rmdir()
    (cache / "locks").write_text("")
    assert snapshot(worker(remote, cache).ensure_local(digest)[1]) == work.tree()


@pytest.mark.parametrize("digest", ["sha256:../../victim", "sha256:" + "../" * 20 + "victim", 5])
def test_nothing_outside_of_the_cache_is_removed_whatever_a_record_says(tmp_path: Path, digest: str | int) -> None:
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "file").touch()
    layout = CacheLayout(tmp_path / "cache")
    mark(layout.root)
    record = layout.record("0" * 12)
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps({"version": 2, "digest": digest, "tree": digest, "remote": "", "files": {}}))
    assert prune(layout, 0).bundles == []
    assert cached_bundles(layout) == []
    assert (tmp_path / "victim" / "file").exists()


def test_a_record_under_the_name_of_another_bundle_removes_nothing(work: Workspace, tmp_path: Path) -> None:
    remote, layout = f"oci:{tmp_path}/layout", CacheLayout(tmp_path / "cache")
    digest = publish(work, remote)
    _, directory = worker(remote, layout.root).ensure_local(digest)
    layout.record(directory.name).rename(layout.record("0" * 12))
    directory.rename(layout.tree("0" * 12))
    assert prune(layout, 0).bundles == []
    assert layout.tree("0" * 12).is_dir()
