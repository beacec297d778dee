"""Pointers are fulfilled whole or not at all, without the registry that the bundle came from."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelops_bundle.blob_stores.directory import DirectoryStore
from modelops_bundle.blob_stores.location import Container
from modelops_bundle.blob_stores.store_errors import DamagedBlob, MissingBlob
from modelops_bundle.checkout.pointer_files import read_pointers
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import NotFound, WorkingTreeConflict
from modelops_bundle.fetching.contents import Origin
from modelops_bundle.materializing.fulfilment import BlobOrigin, fulfil, plan_fulfilment
from modelops_bundle.materializing.materialize import materialize
from modelops_bundle.materializing.plan import Action
from modelops_bundle.resolving.bundle_lookup import BundleSource
from modelops_bundle.resolving.bundle_ref import parse_bundle_ref
from modelops_bundle.resolving.resolution import resolved
from modelops_bundle.settings import Settings
from modelops_bundle.store.store import Store
from tests.modelops_bundle.pushed import published
from tests.modelops_bundle.samples import everything_below

FILES = {"data/again.bin": b"the same", "data/cases.bin": b"the same", "run.sh": b"#!/bin/sh\n"}


class Counted(DirectoryStore):
    """A directory as a blob store that counts what is read of it."""

    reads = 0

    def read(self, key: str, size: int, offset: int = 0) -> Iterator[bytes]:
        self.reads += 1
        return super().read(key, size, offset)


class Place:
    """A materialized directory without its registry, and what fulfils it."""

    def __init__(self, base: Path) -> None:
        self.base, self.out = base, base / "out"
        self.store = Store(base / "cache")
        self.blobs: Counted | None = None

    def open(self, container: Container) -> DirectoryStore:
        self.blobs = self.blobs or Counted(container)
        return self.blobs

    def fulfil(self, *, overwrite: bool = False) -> dict[str, Action]:
        return dict(fulfil(self.store, BlobOrigin(self.open), self.out, overwrite=overwrite).actions)

    def blob(self, path: str) -> Path:
        (blob,) = (self.base / "blobs").rglob(digest_of(FILES[path])[7:])
        blob.chmod(0o644)
        return blob

    def files(self) -> dict[str, bytes | str]:
        found = everything_below(self.out)
        return {path: found[path] for path in FILES if path in found}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "blobs").mkdir()
    script = tmp_path / "work/run.sh"
    script.parent.mkdir()
    script.touch(mode=0o755)
    config = f"storage: {{mode: blob, provider: directory, container: '{tmp_path}/blobs'}}\n"
    published(tmp_path / "work", FILES, config)
    here = BundleSource(Settings(), tmp_path)
    store = Store(tmp_path / "cache")
    with resolved(store, parse_bundle_ref("oci:layout"), here) as (bundle, remote):
        materialize(store, Origin(remote), bundle, tmp_path / "out")
    shutil.rmtree(tmp_path / "layout")
    return Place(tmp_path)


def test_everything_comes_each_content_once(place: Place) -> None:
    assert place.files() == {}
    assert place.fulfil() == dict.fromkeys(FILES, Action.CREATED)
    assert place.files() == FILES
    assert place.blobs and place.blobs.reads == len(set(FILES.values()))
    assert all(pointer.fulfilled for pointer in read_pointers(place.out))


def test_what_was_executable_is_so_if_the_bundle_is_known(place: Place, tmp_path: Path) -> None:
    place.fulfil()
    assert (place.out / "run.sh").stat().st_mode & 0o111
    (place.out / "run.sh").unlink()
    place.store = Store(tmp_path / "other-cache")
    place.fulfil()
    assert place.files() == FILES and not (place.out / "run.sh").stat().st_mode & 0o111


def test_the_second_time_costs_nothing_and_changes_nothing(place: Place) -> None:
    place.fulfil()
    before = everything_below(place.out)
    place.blobs = None
    assert set(place.fulfil().values()) == {Action.UNCHANGED}
    assert place.blobs is None and everything_below(place.out) == before


def test_a_plan_fetches_nothing(place: Place) -> None:
    before = everything_below(place.out)
    plan = plan_fulfilment(place.store, place.out)
    assert set(FILES) == set(plan.write) and all(pointer.fulfilled for pointer in plan.pointers.values())
    assert everything_below(place.out) == before


def test_a_file_of_other_content_stops_everything_unless_it_may_be_replaced(place: Place) -> None:
    (place.out / "data").mkdir(exist_ok=True)
    (place.out / "data/cases.bin").write_text("mine")
    before = everything_below(place.out)
    with pytest.raises(WorkingTreeConflict):
        place.fulfil()
    assert everything_below(place.out) == before
    assert place.fulfil(overwrite=True)["data/cases.bin"] is Action.REPLACED
    assert place.files() == FILES


@pytest.mark.parametrize(("damage", "error"), [(b"", None), (b"another!", DamagedBlob)])
def test_a_blob_that_cannot_be_had_leaves_everything_as_it_was(
    place: Place, damage: bytes, error: type[Exception] | None
) -> None:
    if error:
        place.blob("data/cases.bin").write_bytes(damage)
    else:
        place.blob("data/cases.bin").unlink()
    before = everything_below(place.out)
    with pytest.raises(error or MissingBlob):
        place.fulfil()
    assert everything_below(place.out) == before


def test_objects_that_are_here_are_not_fetched(place: Place) -> None:
    for content in FILES.values():
        place.store.objects.put(content)
    place.fulfil()
    assert place.files() == FILES
    assert place.blobs is None


def test_where_nothing_was_materialized_there_is_nothing_to_fulfil(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nothing was materialized"):
        plan_fulfilment(Store(tmp_path / "cache"), tmp_path / "out")
