from pathlib import Path

import pytest

from modelops_bundle.checkout.writing import Checkout
from modelops_bundle.digest import parse_digest
from modelops_bundle.errors import IntegrityError
from modelops_bundle.fetching.cached import fetch_cached_version, stage_cached_contents
from modelops_bundle.fetching.contents import Origin
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.store.store import Store
from tests.support.worker import publish
from tests.support.workspace import Workspace


def damage(store: Store) -> None:
    """Change the bytes of every object, not their number."""
    for digest in store.objects:
        file = store.objects.path(digest)
        file.chmod(0o644)
        file.write_bytes(bytes(file.stat().st_size))


def test_what_is_damaged_in_a_cache_is_fetched_again(tmp_path: Path) -> None:
    work = Workspace(tmp_path / "seir", tmp_path / "home")
    work.write("data/cases.csv", "day,cases\n1,3\n")
    digest = parse_digest(publish(work, f"oci:{tmp_path}/layout"))
    remote = LayoutRemote(tmp_path / "layout")
    for _ in range(2):
        store = Store(tmp_path / "cache")
        bundle = fetch_cached_version(store, remote, digest)
        out = tmp_path / "out"
        out.mkdir(exist_ok=True)
        with Checkout(out, store.objects.tmp) as change:
            stage_cached_contents(store, Origin(remote), bundle, bundle.tree, change, {})
            change.commit((), lambda path: True)
        assert (out / "data/cases.csv").read_text() == "day,cases\n1,3\n"
        damage(store)


def test_what_is_damaged_at_the_remote_stays_an_error(tmp_path: Path) -> None:
    work = Workspace(tmp_path / "seir", tmp_path / "home")
    work.write("data/cases.csv", "day,cases\n1,3\n")
    digest = parse_digest(publish(work, f"oci:{tmp_path}/layout"))
    store, remote = Store(tmp_path / "cache"), LayoutRemote(tmp_path / "layout")
    bundle = fetch_cached_version(store, remote, digest)
    blob = tmp_path / "layout/blobs/sha256" / bundle.tree["data/cases.csv"].digest[7:]
    blob.chmod(0o644)
    blob.write_bytes(bytes(blob.stat().st_size))
    with Checkout(tmp_path, store.objects.tmp) as change, pytest.raises(IntegrityError):
        stage_cached_contents(store, Origin(remote), bundle, ["data/cases.csv"], change, {})
