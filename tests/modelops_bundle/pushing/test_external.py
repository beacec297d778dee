"""What has to be put into blob stores, told from what versions say."""

import pytest

from modelops_bundle.blob_stores.location import blob_key, parse_uri
from modelops_bundle.bundles.bundle import Bundle, build_bundle
from modelops_bundle.bundles.bundle_index import BundleFile, bundle_index_of
from modelops_bundle.bundles.places import NOWHERE, External, Place
from modelops_bundle.bundles.tree import Mode, Tree, TreeEntry, tree_of
from modelops_bundle.digest import digest_of
from modelops_bundle.pushing.external import Stored, external_in, placed_by, places_of
from modelops_bundle.tier import Tier

EMPTY_DIGEST = digest_of(b"")
DIGEST = digest_of(b"large")
KEY = blob_key("", DIGEST)


def version(**places: Place) -> Bundle:
    """Return a version of files that all hold the same; an empty one lies nowhere."""

    def entry(path: str, place: Place) -> TreeEntry:
        return TreeEntry(
            path, Mode.FILE, 0 if place is NOWHERE else 5, EMPTY_DIGEST if place is NOWHERE else DIGEST
        )

    return build_bundle(
        bundle_index_of(BundleFile(entry(path, place), "data", place) for path, place in places.items()),
        None,
        [],
        {},
    )


def tree(*paths: str) -> Tree:
    return tree_of(TreeEntry(path, Mode.FILE, 5, DIGEST) for path in paths)


def test_a_version_tells_what_lies_in_blob_stores() -> None:
    place = External(f"s3://models/{KEY}", "cool")
    assert external_in(version(a=place, b=NOWHERE)) == {"a": place}


def test_each_content_is_put_once() -> None:
    place = External(f"s3://models/{KEY}")
    assert len(places_of(tree("a", "b"), {"a": place, "b": place})) == 1


@pytest.mark.parametrize(("named", "asked"), [("cool", Tier.COOL), ("glacial", None), (None, None)])
def test_a_store_is_asked_for_a_tier_that_it_has(named: str | None, asked: Tier | None) -> None:
    files = tree("a")
    place = External(f"s3://models/{KEY}", named)
    assert places_of(files, {"a": place}) == {parse_uri(place.uri): Stored(files["a"], asked)}


def test_what_a_version_has_placed_is_not_put_again_however_it_spells_that() -> None:
    placed = placed_by(version(a=External(f"azure://models/{KEY}")))
    assert places_of(tree("a"), {"a": External(f"az://models/{KEY}")}, placed) == {}
    elsewhere = f"az://others/{KEY}"
    assert list(places_of(tree("a"), {"a": External(elsewhere)}, placed)) == [parse_uri(elsewhere)]


def test_an_address_that_nobody_can_read_places_nothing() -> None:
    assert placed_by(version(a=External("ftp://models/x"))) == placed_by(None) == frozenset()
