"""Checksums of services are computed as they do it, and those that are none are not taken for one."""

import hashlib
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.blob_stores.checksum import Algorithm, Checksum
from modelops_bundle.blob_stores.parts import LARGE_PART, PART
from modelops_bundle.blob_stores.s3_checksum import entity_checksum
from tests.support.programs import require_module


def md5(data: bytes) -> bytes:
    return hashlib.md5(data).digest()


@given(st.binary(max_size=20), st.binary(max_size=20), st.integers(1, 7))
def test_parts_are_summed_as_s3_does(data: bytes, other: bytes, part: int) -> None:
    parts = [data[start : start + part] for start in range(0, len(data), part)]
    checksum = Checksum(Algorithm.MD5, md5(b"".join(map(md5, parts))), part)
    assert checksum.fits(io.BytesIO(data))
    assert checksum.fits(io.BytesIO(other)) == (data == other)


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_a_whole_is_summed(data: bytes, other: bytes) -> None:
    checksum = Checksum(Algorithm.MD5, md5(data))
    assert checksum.fits(io.BytesIO(data))
    assert checksum.fits(io.BytesIO(other)) == (data == other)


def test_crc32c_is_that_of_the_standard() -> None:
    require_module("google_crc32c")
    # RFC 3720, appendix B.4
    assert Checksum(Algorithm.CRC32C, bytes.fromhex("8a9136aa")).fits(io.BytesIO(bytes(32)))


TAG = "0" * 32


@pytest.mark.parametrize(
    ("found", "part"),
    [
        ({"ETag": f'"{TAG}"'}, 0),
        ({"ETag": f'"{TAG}"', "ServerSideEncryption": "AES256"}, 0),
        ({"ETag": f'"{TAG}-2"'}, LARGE_PART),
    ],
)
def test_a_tag_of_s3_is_a_checksum(found: dict[str, Any], part: int) -> None:
    assert entity_checksum({"ContentLength": PART + 1, **found}) == Checksum(Algorithm.MD5, bytes(16), part)


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"ETag": '"anything"'},
        {"ETag": f'"{TAG}"', "ServerSideEncryption": "aws:kms"},
        {"ETag": f'"{TAG}"', "SSECustomerAlgorithm": "AES256"},
    ],
)
def test_but_not_where_s3_makes_it_of_something_else(found: dict[str, Any]) -> None:
    assert entity_checksum({"ContentLength": PART + 1, **found}) is None
