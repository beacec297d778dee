"""What has to be put into blob stores, told from what versions say."""

from modelops_bundle.blob_stores.location import blob_key, parse_uri
from modelops_bundle.bundles.bundle import Bundle, build_bundle
from modelops_bundle.bundles.bundle_index import BundleFile, bundle_index_of
from modelops_bundle.bundles.places import NOWHERE, External, Place
from modelops_bundle.bundles.tree import Mode, Tree, TreeEntry, tree_of
from modelops_bundle.digest import digest_of
from modelops_bundle.pushing.external import placed_by, places_of, uris_in

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
    uri = f"s3://models/{KEY}"
    assert uris_in(version(a=External(uri), b=NOWHERE)) == {"a": uri}


def test_each_content_is_put_once() -> None:
    uri = f"s3://models/{KEY}"
    assert len(places_of(tree("a", "b"), {"a": uri, "b": uri})) == 1


def test_what_a_version_has_placed_is_not_put_again_however_it_spells_that() -> None:
    placed = placed_by(version(a=External(f"azure://models/{KEY}")))
    assert places_of(tree("a"), {"a": f"az://models/{KEY}"}, placed) == {}
    elsewhere = f"az://others/{KEY}"
    assert list(places_of(tree("a"), {"a": elsewhere}, placed)) == [parse_uri(elsewhere)]


def test_an_address_that_nobody_can_read_places_nothing() -> None:
    assert placed_by(version(a=External("ftp://models/x"))) == placed_by(None) == frozenset()
