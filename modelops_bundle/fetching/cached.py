"""Fetch by way of a store that is a cache: what is damaged in it is no reason to fail, and is fetched again."""

from collections.abc import Iterable

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.checkout.writing import Checkout
from modelops_bundle.digest import Digest
from modelops_bundle.errors import IntegrityError
from modelops_bundle.fetching.contents import Origin, Seeds, stage_contents
from modelops_bundle.fetching.remote_version import fetch_version
from modelops_bundle.objects import ObjectCorrupt, ObjectMissing
from modelops_bundle.remote import Remote
from modelops_bundle.store.store import Store


def fetch_cached_version(store: Store, remote: Remote, digest: Digest) -> Bundle:
    """Return a version as `fetch_version` does; documents that are damaged here are fetched again."""
    while True:
        try:
            return fetch_version(store, remote, digest)
        except ObjectCorrupt as error:
            store.objects.discard(error.digest)


def stage_cached_contents(
    store: Store, origin: Origin, bundle: Bundle, paths: Iterable[str], work: Checkout, seeds: Seeds
) -> None:
    """Stage files that are not staged yet, as `stage_contents` does; damaged objects are fetched again."""
    missing = [path for path in paths if path not in work.staged]
    try:
        stage_contents(store, origin, bundle, missing, work, seeds)
    except IntegrityError:
        if not _discard_damaged(store, bundle, missing):
            raise
        again = [path for path in missing if path not in work.staged]
        stage_contents(store, origin, bundle, again, work, seeds)


def _discard_damaged(store: Store, bundle: Bundle, paths: Iterable[str]) -> bool:
    """Remove objects of files that are not what their name says; tell whether there were any."""
    found = False
    for digest in {bundle.index.files[path].entry.digest for path in paths}:
        try:
            store.objects.verify(digest)
        except ObjectMissing:
            continue
        except ObjectCorrupt:
            store.objects.discard(digest)
            found = True
    return found
