"""What is published tells where content is, by path first, and by content for what lies in a blob store."""

from modelops_bundle.blob_stores.location import blob_key
from modelops_bundle.bundles.bundle import Bundle, build_bundle
from modelops_bundle.bundles.bundle_index import BundleFile, bundle_index_of
from modelops_bundle.bundles.places import TITLED, External, Place
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.digest import digest_of
from modelops_bundle.storage.config import StorageConfig, StorageMode
from modelops_bundle.storage.policy import UNCHANGED, Decision, Placement, StoragePolicy, StoreChoice
from modelops_bundle.storage.published import PublishedPlaces

S3 = StoreChoice("s3", "new-blobs", "config.yaml", "config.yaml")
KEY = blob_key("", digest_of(b"large"))
OLD = External(f"az://old/{KEY}", "cool")


def entry(path: str, content: bytes = b"large") -> TreeEntry:
    return TreeEntry(path, Mode.FILE, len(content), digest_of(content))


def version(**places: Place) -> Bundle:
    files = [BundleFile(entry(path), "data", place) for path, place in places.items()]
    return build_bundle(bundle_index_of(files), None, [], {})


def test_the_first_version_that_has_it_tells() -> None:
    newer = External(f"s3://newer/{KEY}")
    published = PublishedPlaces([version(a=newer), version(a=OLD, b=OLD)])
    assert published.of(entry("a")) == newer
    assert published.of(entry("b")) == OLD
    assert published.of_path("a") == newer


def test_content_that_moved_is_where_it_was() -> None:
    assert PublishedPlaces([version(a=OLD)]).of(entry("moved")) == OLD
    # In the registry, content has no place without its path.
    assert PublishedPlaces([version(a=TITLED)]).of(entry("moved")) is None


def test_other_content_is_nowhere() -> None:
    published = PublishedPlaces([version(a=OLD)])
    assert published.of(entry("a", b"other")) is None
    assert published.of_path("a") == OLD
    nothing = PublishedPlaces()
    assert nothing.of(entry("a")) is nothing.of_path("a") is nothing.any_external is None


def test_an_address_that_nobody_can_read_is_no_place() -> None:
    published = PublishedPlaces([version(a=External("ftp://old/x"))])
    assert published.of(entry("a")) is None
    assert published.any_external is None


def decide(choice: StoreChoice, place: Place, **config: object) -> Decision:
    policy = StoragePolicy(StorageConfig(**{"threshold_bytes": 5, **config}), choice, [version(a=place)])  # type: ignore[arg-type]
    return policy.decide(entry("a"))


def test_what_is_unchanged_stays_whatever_store_is_named() -> None:
    kept = Decision(Placement.BLOB_STORE, UNCHANGED, "cool")
    assert decide(S3, OLD) == decide(StoreChoice(), OLD) == decide(S3, OLD, threshold_bytes=6) == kept
    assert decide(S3, TITLED) == Decision(Placement.REGISTRY, UNCHANGED)


def test_a_mode_and_patterns_say_more_than_where_it_was() -> None:
    why = "storage.mode is oci"
    assert decide(S3, OLD, mode=StorageMode.OCI) == Decision(Placement.REGISTRY, why)
    assert decide(S3, TITLED, mode=StorageMode.BLOB).placement is Placement.BLOB_STORE
    stored = decide(StoreChoice(), OLD, force_blob_patterns=("a",))
    assert stored == Decision(Placement.BLOB_STORE, "storage.force_blob_patterns", "cool")


def test_its_place_is_the_published_one() -> None:
    policy = StoragePolicy(StorageConfig(threshold_bytes=5), S3, [version(a=OLD)])
    new = entry("b", b"newer")
    assert policy.external([entry("a"), new]) == {
        "a": OLD,
        "b": External(f"s3://new-blobs/{blob_key('', new.digest)}"),
    }
