"""URIs of blobs come from anybody: they lead nowhere else, and give nothing away."""

from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.blob_stores.location import (
    BlobLocation,
    Container,
    Scheme,
    blob_key,
    container_of,
    parse_uri,
    shown_uri,
)
from modelops_bundle.digest import Digest, digest_of, hex_of
from modelops_bundle.errors import Invalid

DIGEST = digest_of(b"cases")
HEX = hex_of(DIGEST)
FAN = f"{HEX[:2]}/{HEX[2:4]}/{HEX}"


@pytest.mark.parametrize(
    ("uri", "scheme", "container", "key"),
    [
        (f"az://models/seir/{FAN}", Scheme.AZURE, "models", f"seir/{FAN}"),
        (f"azure://models/{FAN}", Scheme.AZURE, "models", FAN),
        ("s3://lab.blobs/any/key.bin", Scheme.S3, "lab.blobs", "any/key.bin"),
        ("gs://lab_blobs/a b", Scheme.GCS, "lab_blobs", "a b"),
        (f"file:///mnt/a%20b/{FAN}", Scheme.DIRECTORY, "/mnt/a b", FAN),
        (f"file:///mnt/blobs/./lab/seir/{FAN}", Scheme.DIRECTORY, "/mnt/blobs", f"lab/seir/{FAN}"),
        (f"fs:///mnt/blobs/{FAN}", Scheme.DIRECTORY, "/mnt/blobs", FAN),
    ],
)
def test_a_uri_names_a_container_and_a_key(uri: str, scheme: Scheme, container: str, key: str) -> None:
    assert parse_uri(uri) == BlobLocation(Container(scheme, container), key)


@pytest.mark.parametrize(
    "uri",
    [
        "models/seir",
        "http://host/models",
        "az:models/key",
        "az://models",
        "az://models/",
        "az:///key",
        "s3://bucket/../other/key",
        "s3://bucket/./key",
        "s3://bucket//key",
        "s3://bucket/a\\b",
        "s3://bucket/a\nb",
        "s3://bucket/" + "k" * 1025,
        "gs://bucket/key#part",
        "file:///etc/shadow",
        f"file:///mnt/../etc/{FAN}",
        f"file:///mnt/%2e%2e/etc/{FAN}",
        f"file:///mnt/./../etc/{FAN}",
        f"file:///mnt/./a/./b/{FAN}",
        f"file://host/mnt/{FAN}",
        f"file:///mnt/00/00/{HEX}",
    ],
)
def test_what_could_lead_elsewhere_is_refused(uri: str) -> None:
    with pytest.raises(Invalid):
        parse_uri(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "az://models/key?sv=2024&sig=PLANTED",
        "s3://AKIA:PLANTED@bucket/key",
        "https://user:PLANTED@host/key",
        "gs://bucket/key#PLANTED",
    ],
)
def test_no_login_or_signature_is_repeated(uri: str) -> None:
    assert "PLANTED" not in shown_uri(uri)
    with pytest.raises(Invalid) as refused:
        parse_uri(uri)
    assert "PLANTED" not in f"{refused.value}{refused.value.hint}{refused.value.details}"


@given(st.binary(max_size=8), st.lists(st.from_regex(r"[A-Za-z0-9_=+@~-]{1,8}", fullmatch=True), max_size=3))
def test_every_key_that_is_written_can_be_read_back(content: bytes, prefix: list[str]) -> None:
    key = blob_key("/".join(prefix), digest_of(content))
    for scheme in (Scheme.AZURE, Scheme.S3, Scheme.GCS):
        container = Container(scheme, "models")
        assert parse_uri(container.uri(key)) == BlobLocation(container, key)


@given(st.from_regex(r"(/[a-zA-Z %?#~é_-]{1,8}){1,4}", fullmatch=True))
def test_any_directory_survives_its_uri(directory: str) -> None:
    container = container_of("directory", directory)
    for prefix in ("", "lab", "lab/seir"):
        key = blob_key(prefix, DIGEST)
        assert parse_uri(container.uri(key)) == BlobLocation(container, key)


def test_a_uri_of_a_directory_is_the_path_of_a_file() -> None:
    key = blob_key("lab", DIGEST)
    uri = container_of("directory", "/mnt/a share").uri(key)
    assert Path(unquote(uri.removeprefix("file://"))) == Path("/mnt/a share", key)


def test_a_key_fans_out_by_the_digest() -> None:
    assert blob_key("", DIGEST) == FAN
    assert blob_key("/labs/seir/", DIGEST) == f"labs/seir/{FAN}"


@pytest.mark.parametrize("prefix", ["..", "a/../b", "a//b", "a b", "a?b", "a%20b", "x" * 600])
def test_a_prefix_that_would_need_quoting_is_refused(prefix: str) -> None:
    with pytest.raises(Invalid, match="prefix"):
        blob_key(prefix, Digest(DIGEST))


def test_an_unknown_provider_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(Invalid) as refused:
        container_of("azur", "models")
    assert "azure" in refused.value.hint


@pytest.mark.parametrize(
    ("provider", "name"),
    [("s3", "https://bucket"), ("azure", "a/b"), ("directory", "relative"), ("fs", "/a/../b"), ("fs", "/")],
)
def test_a_name_that_is_no_container_is_refused(provider: str, name: str) -> None:
    with pytest.raises(Invalid):
        container_of(provider, name)
