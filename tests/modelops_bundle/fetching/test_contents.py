"""Content comes here once, verified, from wherever a version has it; what is here is not asked for."""

from pathlib import Path

import pytest

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.places import External, Terms, TitledLayer
from modelops_bundle.checkout.writing import Checkout
from modelops_bundle.errors import IntegrityError
from modelops_bundle.fetching.contents import (
    Origin,
    Seeds,
    cost_of,
    fetch_contents,
    plan_of,
    seeds_for,
    stage_contents,
)
from modelops_bundle.fetching.remote_version import fetch_version
from modelops_bundle.packs import packing
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.storage import config as storage_config
from modelops_bundle.store.store import Store
from tests.modelops_bundle.packs_in_memory import noise
from tests.modelops_bundle.pushed import CountingRemote, make, published, push

FILES = {
    "data/again.bin": noise(5000),
    "data/cases.bin": noise(5000),
    "data/other.bin": noise(3000, 1),
    "empty": b"",
    "src/seir.py": b"BETA = 0.3\n",
}
LARGE = b"".join(b"%d," % (number * number) for number in range(60_000))
PLACES = {"portable": TitledLayer, "packed": Terms, "external": External}


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> str:
    """Where the files of a version are."""
    name: str = request.param
    return name


@pytest.fixture
def version(tmp_path: Path, place: str) -> tuple[CountingRemote, Bundle]:
    """A remote, and a version of it whose files are all in one kind of place."""
    blobs = tmp_path / "blobs"
    blobs.mkdir()
    config = f"storage: {{mode: blob, provider: directory, container: '{blobs}'}}\n"
    remote, bundle = published(
        tmp_path / "work", FILES, config if place == "external" else f"storage: {{layout: {place}}}\n"
    )
    assert {type(bundle.index.files[path].place) for path in FILES if path != "empty"} == {PLACES[place]}
    return remote, bundle


def here(path: Path, remote: CountingRemote, bundle: Bundle) -> Store:
    """Return a new store that knows a version; what that took of the remote is not counted."""
    store = Store(path)
    fetch_version(store, remote, bundle.digest)
    remote.requests.clear()
    remote.size = 0
    return store


def check_out(store: Store, origin: Origin, bundle: Bundle, root: Path, seeds: Seeds) -> dict[str, bytes]:
    """Stage and write all files of a version, and return what is on disk then."""
    root.mkdir(exist_ok=True)
    with Checkout(root, store.objects.tmp) as work:
        stage_contents(store, origin, bundle, bundle.tree, work, seeds)
        work.commit((), lambda path: True)
    return {path: (root / path).read_bytes() for path in FILES}


def test_staged_files_hold_what_was_pushed(version: tuple[CountingRemote, Bundle], tmp_path: Path) -> None:
    remote, bundle = version
    store = here(tmp_path / "store", remote, bundle)
    assert check_out(store, Origin(remote), bundle, tmp_path / "out", {}) == FILES


def test_only_small_layers_become_objects_on_the_way(
    version: tuple[CountingRemote, Bundle], place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote, bundle = version
    monkeypatch.setattr(storage_config, "DEFAULT_THRESHOLD", 4000)
    store = here(tmp_path / "store", remote, bundle)
    check_out(store, Origin(remote), bundle, tmp_path / "out", {})
    kept = {path for path in FILES if bundle.tree[path].digest in store.objects}
    assert kept == ({"data/other.bin", "src/seir.py"} if place == "portable" else set())


def test_fetched_content_is_in_the_store_whatever_its_size(
    version: tuple[CountingRemote, Bundle], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote, bundle = version
    monkeypatch.setattr(storage_config, "DEFAULT_THRESHOLD", 4000)
    store = here(tmp_path / "store", remote, bundle)
    fetch_contents(store, Origin(remote), bundle, [path for path in FILES if FILES[path]])
    for path, content in FILES.items():
        assert not content or store.objects.read(bundle.tree[path].digest) == content
    assert {path.name for path in (store.tmp / "partial").iterdir()} <= {"lock"}


def test_each_content_is_fetched_once_and_never_again(
    version: tuple[CountingRemote, Bundle], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote, bundle = version
    monkeypatch.setattr(storage_config, "DEFAULT_THRESHOLD", 4000)
    store = here(tmp_path / "store", remote, bundle)
    filled = [path for path in bundle.tree if bundle.tree[path].size]
    fetch_contents(store, Origin(remote), bundle, filled)
    assert remote.size < sum({entry.digest: entry.size for entry in bundle.tree.values()}.values()) + 1000
    remote.requests.clear()
    fetch_contents(store, Origin(remote), bundle, filled)
    assert check_out(store, Origin(remote), bundle, tmp_path / "out", {}) == FILES
    assert remote.requests == []


def test_packs_that_are_here_are_not_asked_for(tmp_path: Path) -> None:
    remote, bundle = published(tmp_path / "work", FILES, "storage: {layout: packed}\n")
    store = here(tmp_path / "store", remote, bundle)
    for pack in bundle.packs:
        store.objects.put((tmp_path / "layout/blobs/sha256" / pack[7:]).read_bytes())
    assert check_out(store, Origin(remote), bundle, tmp_path / "out", {}) == FILES
    assert remote.requests == []


def test_the_cost_is_what_fetching_takes(version: tuple[CountingRemote, Bundle], tmp_path: Path) -> None:
    remote, bundle = version
    store = here(tmp_path / "store", remote, bundle)
    expected = cost_of(store, remote, bundle, bundle.tree, {})
    remote.requests.clear()
    remote.size = 0
    check_out(store, Origin(remote), bundle, tmp_path / "out", {})
    external = [f.entry for f in bundle.index.files.values() if f.entry.size and isinstance(f.place, External)]
    outside = {entry.digest: entry.size for entry in external}
    assert (expected.requests, expected.size) == (
        len(remote.requests) + len(outside),
        remote.size + sum(outside.values()),
    )
    assert expected.reused == 0


def test_what_is_here_costs_nothing(version: tuple[CountingRemote, Bundle], tmp_path: Path) -> None:
    remote, bundle = version
    store = here(tmp_path / "store", remote, bundle)
    fetch_contents(store, Origin(remote), bundle, [path for path in bundle.tree if bundle.tree[path].size])
    cost = cost_of(store, remote, bundle, bundle.tree, {})
    assert (cost.requests, cost.size) == (0, 0)
    assert cost.reused == sum({entry.digest: entry.size for entry in bundle.tree.values()}.values())


def test_damaged_blobs_are_refused_and_not_kept(
    version: tuple[CountingRemote, Bundle], place: str, tmp_path: Path
) -> None:
    remote, bundle = version
    store = here(tmp_path / "store", remote, bundle)
    folder = tmp_path / ("blobs" if place == "external" else "layout/blobs")
    documents = {digest[7:] for digest in bundle.documents()}
    for blob in folder.rglob("*"):
        if blob.is_file() and blob.name not in documents:
            blob.chmod(0o644)
            data = blob.read_bytes()
            # The index of a pack, at its end, stays: it says what the chunks must be.
            blob.write_bytes(bytes(len(data) // 2) + data[len(data) // 2 :])
    with pytest.raises(IntegrityError):
        fetch_contents(store, Origin(remote), bundle, ["data/cases.bin"])
    with Checkout(tmp_path, store.objects.tmp) as work, pytest.raises(IntegrityError):
        stage_contents(store, Origin(remote), bundle, ["data/cases.bin"], work, {})
    assert bundle.tree["data/cases.bin"].digest not in store.objects


@pytest.fixture
def edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[CountingRemote, Bundle, Bundle]:
    """A remote with two versions of a large file that differ at its end."""
    monkeypatch.setattr(packing, "CUT_FROM", 100_000)
    project = make(tmp_path / "work", {"large": LARGE}, "storage: {layout: packed}\n")
    layout = LayoutRemote(tmp_path / "layout")
    before = push(project, layout).bundle
    (tmp_path / "work/large").write_bytes(LARGE + b"more")
    return CountingRemote(tmp_path / "layout"), before, push(project, layout).bundle


def test_chunks_of_an_unchanged_file_are_not_fetched(
    edited: tuple[CountingRemote, Bundle, Bundle], tmp_path: Path
) -> None:
    remote, before, after = edited
    (tmp_path / "old").mkdir()
    (tmp_path / "old/large").write_bytes(LARGE)
    store = here(tmp_path / "store", remote, after)
    plan_of(store, remote, before, list(before.index.files.values()))
    seeds = seeds_for(store, tmp_path / "old", before, lambda path: True)
    assert {file for file, _ in seeds.values()} == {tmp_path / "old/large"}
    cost = cost_of(store, remote, after, ["large"], seeds)
    assert cost.size < len(LARGE) / 4 and cost.reused > len(LARGE) / 2
    remote.size = 0
    (tmp_path / "out").mkdir()
    with Checkout(tmp_path / "out", store.objects.tmp) as work:
        stage_contents(store, Origin(remote), after, ["large"], work, seeds)
        work.commit((), lambda path: True)
    assert (tmp_path / "out/large").read_bytes() == LARGE + b"more"
    assert remote.size <= cost.size


def test_a_file_that_lies_when_it_gives_chunks_is_not_believed(
    edited: tuple[CountingRemote, Bundle, Bundle], tmp_path: Path
) -> None:
    remote, before, after = edited
    (tmp_path / "old").mkdir()
    (tmp_path / "old/large").write_bytes(bytes(len(LARGE)))
    store = here(tmp_path / "store", remote, after)
    plan_of(store, remote, before, list(before.index.files.values()))
    seeds = seeds_for(store, tmp_path / "old", before, lambda path: True)
    (tmp_path / "out").mkdir()
    with Checkout(tmp_path / "out", store.objects.tmp) as work:
        stage_contents(store, Origin(remote), after, ["large"], work, seeds)
        work.commit((), lambda path: True)
    assert (tmp_path / "out/large").read_bytes() == LARGE + b"more"


def test_changed_files_and_unknown_packs_give_no_chunks(
    edited: tuple[CountingRemote, Bundle, Bundle], tmp_path: Path
) -> None:
    remote, before, _ = edited
    store = here(tmp_path / "store", remote, before)
    assert seeds_for(store, tmp_path, before, lambda path: True) == {}
    plan_of(store, remote, before, list(before.index.files.values()))
    assert seeds_for(store, tmp_path, before, lambda path: True) != {}
    assert seeds_for(store, tmp_path, before, lambda path: False) == {}
    assert seeds_for(store, tmp_path, None, lambda path: True) == {}
