"""How people name versions and remotes."""

from pathlib import Path

import pytest

from modelops_bundle.errors import Invalid
from modelops_bundle.remotes.remote_reference import (
    RemoteReference,
    parse_remote_reference,
    parse_version,
    remote_name,
)
from tests.modelops_bundle.samples import digest_number

HERE = Path("/projects/seir")
DIGEST = digest_number(1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ghcr.io/lab/seir", RemoteReference("ghcr.io/lab/seir")),
        ("ghcr.io/lab/seir:v1", RemoteReference("ghcr.io/lab/seir", "v1")),
        (f"ghcr.io/lab/seir:v1@{DIGEST}", RemoteReference("ghcr.io/lab/seir", "v1", DIGEST)),
        (f"ghcr.io/lab/seir@{DIGEST}", RemoteReference("ghcr.io/lab/seir", "", DIGEST)),
        (f"ghcr.io/lab/seir@{DIGEST.upper()}", RemoteReference("ghcr.io/lab/seir", "", DIGEST)),
        ("localhost:5000/seir", RemoteReference("localhost:5000/seir")),
        ("localhost:5000/seir:latest", RemoteReference("localhost:5000/seir", "latest")),
        ("https://ghcr.io/lab/seir/", RemoteReference("ghcr.io/lab/seir")),
        ("docker.io/seir", RemoteReference("docker.io/library/seir")),
        ("oci:out", RemoteReference("oci:/projects/seir/out")),
        ("oci:out:v1", RemoteReference("oci:/projects/seir/out", "v1")),
        ("oci:/a b/größe", RemoteReference("oci:/a b/größe")),
        ("oci:/a\xa0b", RemoteReference("oci:/a\xa0b")),
        ("./out:v1", RemoteReference("oci:/projects/seir/out", "v1")),
        ("../out", RemoteReference("oci:/projects/out")),
        ("..", RemoteReference("oci:/projects")),
        (f"/data/out@{DIGEST}", RemoteReference("oci:/data/out", "", DIGEST)),
        ("  ghcr.io/lab/seir:v1\n", RemoteReference("ghcr.io/lab/seir", "v1")),
    ],
)
def test_a_reference_is_parsed(text: str, expected: RemoteReference) -> None:
    assert parse_remote_reference(text, HERE) == expected


@pytest.mark.parametrize(
    "text",
    ["ghcr.io/lab/seir", "ghcr.io/lab/seir:v1", f"oci:/data/out:v1@{DIGEST}", f"localhost:5000/x@{DIGEST}"],
)
def test_a_reference_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_remote_reference(text, HERE)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "https://",
        "oci:",
        "@" + DIGEST,
        "ghcr.io/lab/seir@sha256:abc",
        "ghcr.io/lab/seir:-x",
        "ghcr.io/lab/seir:" + "x" * 129,
        "localhost:5000",
        "ghcr.io",
        "seir",
        "lab/seir",
        "seir:v1",
        "oci:a\0b",
        "oci:a\nb",
        "oci:\udcff",
        "ghcr.io/\x1b[31mlab",
    ],
)
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_remote_reference(text, HERE)
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("text", ["https://me:s3cret@ghcr.io/lab/seir", "me:s3cret@ghcr.io/lab", "s3cret@ghcr.io"])
def test_a_password_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        remote_name(text, HERE)
    assert "s3cret" not in f"{caught.value!r} {caught.value.hint}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("v1", "v1"), (DIGEST, DIGEST), (f"@{DIGEST}", DIGEST), (DIGEST.upper(), DIGEST), (" latest ", "latest")],
)
def test_a_version_is_a_digest_or_a_tag(text: str, expected: str) -> None:
    assert parse_version(text) == expected


@pytest.mark.parametrize("text", ["", "@", "sha256:", "sha256:" + "g" * 64, "a/b", "a b", ".x", DIGEST + "0"])
def test_what_is_neither_digest_nor_tag_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_version(text)


def test_a_directory_whose_name_is_no_text_makes_no_remote() -> None:
    with pytest.raises(Invalid):
        remote_name("oci:out", Path("/caf\udce9"))


def test_a_remote_has_one_canonical_name() -> None:
    spellings = ("oci:out", "./out", "oci:./out/", "oci:../seir/out", "/projects/seir/out")
    assert {remote_name(text, HERE) for text in spellings} == {"oci:/projects/seir/out"}
    hub = ("docker.io/Lab/seir", "docker.io/lab/seir", "https://index.docker.io/lab/seir/", "Docker.IO/lab/seir")
    assert {remote_name(text, HERE) for text in hub} == {"docker.io/lab/seir"}


def test_a_remote_is_named_without_a_tag() -> None:
    with pytest.raises(Invalid, match="no tag and no digest") as caught:
        remote_name("GHCR.io/lab/seir:v1", HERE)
    assert caught.value.hint == "'ghcr.io/lab/seir', and --tag v1"
