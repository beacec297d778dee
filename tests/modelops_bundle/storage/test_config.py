"""The storage section comes from other people with every pull: it is read strictly, and says what it means."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.blob_stores.location import Container, Scheme, container_of, may_be_secret
from modelops_bundle.errors import Invalid
from modelops_bundle.files.yaml_file import dump, load_mapping
from modelops_bundle.storage.config import (
    KEYS,
    BundleLayout,
    StorageConfig,
    StorageMode,
    parse_storage,
)
from modelops_bundle.tier import Tier

WHAT = ".modelops-bundle/config.yaml"
PATTERNS = st.lists(st.sampled_from(["*.h5", "data/", "größe/**"]), max_size=2)
STORES = st.sampled_from(
    [("", ""), ("s3", "lab-blobs"), ("azure", "models"), ("directory", "/data/blobs"), ("", "lab"), ("gcs", "")]
)


@given(
    layout=st.sampled_from(BundleLayout),
    mode=st.sampled_from(StorageMode),
    threshold=st.integers(1, 1 << 60),
    store=STORES,
    prefix=st.sampled_from(["", "seir/v1"]),
    blob=PATTERNS,
    oci=PATTERNS,
    tier=st.sampled_from(Tier),
)
def test_what_is_written_is_read(
    layout: BundleLayout,
    mode: StorageMode,
    threshold: int,
    store: tuple[str, str],
    prefix: str,
    blob: list[str],
    oci: list[str],
    tier: Tier,
) -> None:
    values = (str(layout), str(mode), threshold, *store, prefix, blob, oci, str(tier))
    section = load_mapping(dump(dict(zip(KEYS, values, strict=True))), WHAT)
    expected = StorageConfig(layout, mode, threshold, *store, prefix, tuple(blob), tuple(oci), tier)
    assert parse_storage(section, WHAT) == expected


def test_each_key_may_be_left_out() -> None:
    assert parse_storage({}, WHAT) == StorageConfig()
    full = {"provider": "s3", "container": None, "prefix": None, "force_blob_patterns": None}
    assert parse_storage(full, WHAT) == StorageConfig(provider="s3")


@pytest.mark.parametrize(
    ("section", "named"),
    [
        ({"treshold_bytes": 1}, "treshold_bytes"),
        ({"layout": "compact"}, "compact"),
        ({"layout": ["portable"]}, "storage.layout"),
        *(({"threshold_bytes": value}, "storage.threshold_bytes") for value in (0, -1, True, 1.5, "5", None)),
        ({"mode": "blobs"}, "blobs"),
        ({"mode": None}, "storage.mode"),
        ({"provider": "azur"}, "azur"),
        ({"provider": ["s3"]}, "storage.provider"),
        *(({"tier": value}, "storage.tier") for value in ("cold", None, 7)),
        ({"container": 5}, "storage.container"),
        ({"provider": "s3", "container": "a/b"}, "'a/b'"),
        ({"provider": "directory", "container": "here"}, "'here'"),
        ({"prefix": "a b"}, "'a b'"),
        ({"prefix": "../up"}, "'../up'"),
        ({"force_blob_patterns": "*.h5"}, "storage.force_blob_patterns"),
        ({"force_oci_patterns": [5]}, "storage.force_oci_patterns"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(section: dict[str, Any], named: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_storage(section, WHAT)
    assert named in refused.value.message and WHAT in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize("provider", ["", "azure", "s3", "gcs"])
@pytest.mark.parametrize("address", ["https://x/c?sig=planted", "https://user:planted@x/c"])
def test_an_address_with_a_login_is_refused_and_not_repeated(provider: str, address: str) -> None:
    section = {"container": address} | ({"provider": provider} if provider else {})
    with pytest.raises(Invalid, match="a login or a signature") as refused:
        parse_storage(section, WHAT)
    assert "planted" not in refused.value.message + refused.value.hint


def test_a_directory_may_be_called_as_it_is() -> None:
    assert not may_be_secret("directory", "/data/who@where?")
    assert may_be_secret("s3", "who@where") and not may_be_secret("s3", "lab-blobs")
    assert container_of("directory", "/data/@") == Container(Scheme.DIRECTORY, "/data/@")
