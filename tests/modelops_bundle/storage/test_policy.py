"""Each file has one place, and a reason for it."""

from typing import Any

import pytest

from modelops_bundle.bundles.places import External
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.digest import digest_of, hex_of
from modelops_bundle.environments import Environment
from modelops_bundle.errors import Invalid
from modelops_bundle.settings import Settings
from modelops_bundle.storage.config import StorageConfig, StorageMode
from modelops_bundle.storage.policy import (
    Decision,
    Placement,
    StoragePolicy,
    StoreChoice,
    choose_store,
)
from modelops_bundle.tier import Tier

S3 = StoreChoice("s3", "lab-blobs", "config.yaml", "config.yaml")
NONE = StoreChoice()
NAMED = "environment 'lab'"
REGISTRY, STORE, INDEX = Placement.REGISTRY, Placement.BLOB_STORE, Placement.INDEX


def entry(path: str = "data/x.h5", size: int = 100, mode: Mode = Mode.FILE) -> TreeEntry:
    return TreeEntry(path, mode, size, digest_of(path.encode()))


def decide(choice: StoreChoice, file: TreeEntry, **config: Any) -> Decision:
    return StoragePolicy(StorageConfig(**{"threshold_bytes": 100, **config}), choice).decide(file)


@pytest.mark.parametrize(
    ("choice", "file", "config", "expected"),
    [
        (S3, entry(size=99), {}, (REGISTRY, "smaller than 100 bytes")),
        (S3, entry(size=100), {}, (STORE, "100 bytes or more")),
        (NONE, entry(size=100), {}, (REGISTRY, "no storage.provider is set")),
        (S3, entry(size=1), {"mode": StorageMode.BLOB}, (STORE, "storage.mode is blob")),
        (S3, entry(), {"mode": StorageMode.OCI}, (REGISTRY, "storage.mode is oci")),
        (S3, entry(size=1), {"force_blob_patterns": ("*.h5",)}, (STORE, "storage.force_blob_patterns")),
        (S3, entry(), {"force_oci_patterns": ("data/",)}, (REGISTRY, "storage.force_oci_patterns")),
        (
            S3,
            entry(),
            {"force_oci_patterns": ("data/",), "force_blob_patterns": ("*.h5",)},
            (REGISTRY, "storage.force_oci_patterns"),
        ),
        (
            S3,
            entry(),
            {"mode": StorageMode.OCI, "force_blob_patterns": ("*.h5",)},
            (STORE, "storage.force_blob_patterns"),
        ),
        (S3, entry(size=0), {"mode": StorageMode.BLOB}, (INDEX, "empty")),
        (S3, entry(mode=Mode.LINK), {"mode": StorageMode.BLOB}, (INDEX, "a symlink")),
        (
            S3,
            entry(".modelops-bundle/registry.yaml"),
            {"mode": StorageMode.BLOB, "force_blob_patterns": ("*",)},
            (REGISTRY, "it describes the bundle"),
        ),
    ],
)
def test_place_and_reason(
    choice: StoreChoice, file: TreeEntry, config: dict[str, Any], expected: tuple[Placement, str]
) -> None:
    assert decide(choice, file, **config) == Decision(*expected)


def test_files_are_named_by_their_content() -> None:
    policy = StoragePolicy(StorageConfig(threshold_bytes=100, prefix="seir/v1"), S3)
    large = entry()
    name = hex_of(large.digest)
    uri = f"s3://lab-blobs/seir/v1/{name[:2]}/{name[2:4]}/{name}"
    assert policy.external([large, entry("small", 9)]) == {"data/x.h5": External(uri)}


def test_a_tier_goes_with_what_goes_to_a_store() -> None:
    config: dict[str, Any] = {"tier": Tier.COOL, "force_oci_patterns": ("*.csv",)}
    assert decide(S3, entry(), **config) == Decision(STORE, "100 bytes or more", "cool")
    assert decide(S3, entry("x.csv"), **config).tier is None
    assert decide(S3, entry(size=9), **config).tier is None
    policy = StoragePolicy(StorageConfig(mode=StorageMode.BLOB, **config), S3)
    assert policy.external([entry()])["data/x.h5"].tier == "cool"


def test_a_directory_has_no_tiers() -> None:
    directory = StoreChoice("directory", "/mnt/shared")
    policy = StoragePolicy(StorageConfig(mode=StorageMode.BLOB, tier=Tier.ARCHIVE), directory)
    assert policy.decide(entry()) == Decision(STORE, "storage.mode is blob")
    assert policy.external([entry()])["data/x.h5"].tier is None


def test_nothing_is_asked_of_a_store_that_nobody_needs() -> None:
    policy = StoragePolicy(StorageConfig(), StoreChoice("nonsense"))
    assert policy.external([entry("small", 9)]) == {}
    with pytest.raises(Invalid, match="nonsense"):
        policy.uri(digest_of(b""))


@pytest.mark.parametrize(
    ("choice", "told", "hint"),
    [
        (NONE, "none is named", "config storage.provider"),
        (
            StoreChoice("azure", "", "environment 'lab'"),
            "'azure' .environment 'lab'. has no container",
            "container",
        ),
        (StoreChoice("azur", "x"), "unknown storage provider: 'azur'", "did you mean 'azure'?"),
    ],
)
def test_what_is_missing_is_told_when_a_file_needs_it(choice: StoreChoice, told: str, hint: str) -> None:
    policy = StoragePolicy(StorageConfig(mode=StorageMode.BLOB), choice)
    with pytest.raises(Invalid, match=told) as refused:
        policy.external([entry()])
    assert hint in refused.value.hint


def test_a_signed_address_in_place_of_a_name_is_not_repeated() -> None:
    choice = StoreChoice("azure", "https://x.blob.core.windows.net/c?sig=planted", "environment 'lab'", NAMED)
    assert choice.shown_container == "set"
    with pytest.raises(Invalid) as refused:
        StoragePolicy(StorageConfig(mode=StorageMode.BLOB), choice).uri(digest_of(b""))
    assert "planted" not in f"{refused.value.message}{refused.value.hint}"
    assert StoreChoice("directory", "/mnt/a@b?").shown_container == "/mnt/a@b?"


LAB = Environment("lab", storage={"provider": "azurite", "container": "theirs"})
HALF = Environment("lab", storage={"container": "theirs"})
VARIABLE = Settings(storage_container="var")


@pytest.mark.parametrize(
    ("config", "settings", "environment", "expected"),
    [
        ({}, Settings(), None, StoreChoice()),
        ({}, Settings(), LAB, StoreChoice("azurite", "theirs", NAMED, NAMED)),
        ({"provider": "azure"}, Settings(), LAB, StoreChoice("azure", "theirs", "config.yaml", NAMED)),
        ({"provider": "s3"}, Settings(), LAB, StoreChoice("s3", "", "config.yaml", "")),
        ({"container": "ours"}, Settings(), LAB, StoreChoice("azurite", "ours", NAMED, "config.yaml")),
        ({"container": "ours"}, Settings(), None, StoreChoice(stray="storage.container")),
        (
            {"provider": "azure"},
            VARIABLE,
            None,
            StoreChoice("azure", "var", "config.yaml", "environment variable"),
        ),
        ({"provider": "azure"}, VARIABLE, LAB, StoreChoice("azure", "theirs", "config.yaml", NAMED)),
        ({"provider": "gcs"}, VARIABLE, None, StoreChoice("gcs", "", "config.yaml", "")),
        ({}, VARIABLE, None, StoreChoice(stray="AZURE_STORAGE_CONTAINER")),
        ({}, Settings(), HALF, StoreChoice(stray=NAMED)),
    ],
)
def test_the_configuration_names_the_store_and_else_the_environment(
    config: dict[str, str], settings: Settings, environment: Environment | None, expected: StoreChoice
) -> None:
    assert choose_store(StorageConfig(**config), settings, environment) == expected  # type: ignore[arg-type]
