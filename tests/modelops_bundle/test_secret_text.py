"""A credential is known when it is seen, and what only resembles one is left alone."""

import pytest

from modelops_bundle.errors import BundleError, ExitCode
from modelops_bundle.failure import Failure
from modelops_bundle.secret_text import looks_secret, redact

KEY = "UGxhbnRlZC1rZXktMTIzNDU2Nzg5MC1hYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ei1QbGFudGVkLWtleS0wMDA9PQo"[:86] + "=="
AWS = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYplantedKEY"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (f"AccountName=lab;AccountKey={KEY};EndpointSuffix=x", "AccountName=lab;AccountKey=…;EndpointSuffix=x"),
        ("'accountkey=cGxhbnRlZA=='", "'accountkey=…'"),
        (KEY, "…"),
        (f"the key is '{KEY}'", "the key is '…'"),
        ("https://lab.blob.core.windows.net/c?sv=2024&sig=planted%3D", "https://lab.blob.core.windows.net/c?sv=2024&sig=…"),
        ("BlobEndpoint=https://x;SharedAccessSignature=sv=2024&sig=planted", "BlobEndpoint=https://x;SharedAccessSignature=…&sig=…"),
        ("https://b.s3.aws.com/k?X-Amz-Signature=planted&x=1", "https://b.s3.aws.com/k?X-Amz-Signature=…&x=1"),
        ("https://me:planted@h.io/path", "https://…@h.io/path"),
        ("password=planted", "password=…"),
        ("not a host: 'me:planted@h.io'", "not a host: '…@h.io'"),
        ("me:pl/an@ted@h.io:5000/x@sha256:0a is none", "…@h.io:5000/x@sha256:0a is none"),
        ("no file '/w/https:/planted@h.io'", "no file '/w/https:/…@h.io'"),
    ],
)  # fmt: skip
def test_a_credential_is_left_out(text: str, redacted: str) -> None:
    assert redact(text) == redacted
    assert looks_secret(text)
    assert not looks_secret(redact("plain"))


@pytest.mark.parametrize("token", [AWS, AWS.replace("/", "x"), KEY])
def test_a_whole_value_of_random_letters_is_a_credential(token: str) -> None:
    assert looks_secret(token)


@pytest.mark.parametrize(
    "text",
    [
        "bundle-blobs",
        "my.bucket-2024",
        "sha256:" + "0123456789abcdef" * 4,
        "/home/Robert/Projects2024/SharedModelData/blobs",
        "/mnt/share/Some Long Name/With/Many/Parts/2024/a@b?",
        "https://lab.blob.core.windows.net/container",
        "00000000-0000-0000-0000-000000000000",
        "signal=3 and design=x; assign=y",
        "git@github.com:lab/seir",
        "no bundle 'seir:v1@sha256:0a' at 'localhost:5000/seir'",
        "write NAME:VERSION, NAME@sha256:…",
        "no such file: 'data/12:30@home.csv'",
        "'name: me@home'",
        "",
    ],
)
def test_what_is_none_stays(text: str) -> None:
    assert redact(text) == text
    assert not looks_secret(text)


def test_no_error_repeats_a_credential() -> None:
    planted = "AccountKey=planted"
    error = BundleError(f"what is '{planted}'", hint=f"try {planted}", details=(planted,))
    assert "planted" not in f"{error} {error!r} {error.message} {error.hint} {error.details}"
    # Click's own words are no errors of ours.
    assert "planted" not in Failure(ExitCode.USAGE, f"'{planted}' is not one of", planted, (planted,)).text()
