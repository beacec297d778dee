"""The grammar of references, the union of what both earlier tools and ours understand."""

from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.errors import Invalid
from modelops_bundle.resolving.bundle_ref import BundleRef, bundle_ref_of, parse_bundle_ref
from tests.modelops_bundle.samples import digest_number

DIGEST = digest_number(1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my-model:1.0.0", BundleRef("my-model", "1.0.0")),
        ("My-Model:1.0.0", BundleRef("my-model", "1.0.0")),
        ("  my-model:1.0.0\n", BundleRef("my-model", "1.0.0")),
        ("org/proj/bundle:1.0.0", BundleRef("org/proj/bundle", "1.0.0")),
        ("my.model_2:V1", BundleRef("my.model_2", "V1")),
        (f"my-model@{DIGEST}", BundleRef("my-model", digest=DIGEST)),
        (f"my-model:1.0.0@{DIGEST}", BundleRef("my-model", "1.0.0", DIGEST)),
        (DIGEST, BundleRef(digest=DIGEST)),
        (f"@{DIGEST}", BundleRef(digest=DIGEST)),
        (f" @{DIGEST.upper()} ", BundleRef(digest=DIGEST)),
        (DIGEST.upper(), BundleRef(digest=DIGEST)),
        ("latest", BundleRef(version="latest")),
        (f"latest@{DIGEST}", BundleRef("latest", digest=DIGEST)),
        ("ghcr.io/lab/seir", BundleRef("ghcr.io/lab/seir")),
        ("https://ghcr.io/lab/seir:v1", BundleRef("ghcr.io/lab/seir", "v1")),
        ("localhost:5000/seir:v1", BundleRef("localhost:5000/seir", "v1")),
        ("localhost:5000/seir", BundleRef("localhost:5000/seir")),
        (f"localhost/seir@{DIGEST}", BundleRef("localhost/seir", digest=DIGEST)),
        ("oci:out", BundleRef(local_path="oci:out")),
        ("oci:out:v1", BundleRef(version="v1", local_path="oci:out")),
        ("oci:/a/b:v1", BundleRef(version="v1", local_path="oci:/a/b")),
        (f"./out:v1@{DIGEST}", BundleRef(version="v1", digest=DIGEST, local_path="./out")),
        ("../x", BundleRef(local_path="../x")),
        ("/abs/x", BundleRef(local_path="/abs/x")),
        (".\\x", BundleRef(local_path=".\\x")),
        ("C:\\x", BundleRef(local_path="C:\\x")),
        ("C:/x:v1", BundleRef(version="v1", local_path="C:/x")),
    ],
)
def test_a_reference_is_parsed(text: str, expected: BundleRef) -> None:
    assert parse_bundle_ref(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "@", ":1.0", "my-model:", "a:b:c", "a b:1", "a//b:1", "-a:1", "a/b", "name@md5:00", "x@sha256:0", "@@"],
)
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_bundle_ref(text)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["me:s3cret@ghcr.io/lab/seir:v1", "s3cret@my-model:1"])
def test_a_password_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_bundle_ref(text)
    assert "s3cret" not in f"{caught.value!r} {caught.value.hint}"


@pytest.mark.parametrize("name", ["seir", "lab/seir", "Lab/seir", "localhost:5000/seir", "ghcr.io/lab/seir"])
def test_a_name_without_a_version_means_the_latest(name: str) -> None:
    found = bundle_ref_of(BundleRef(name=name, role="runtime"))
    assert (found.name, found.version or "latest", found.role) == (name.lower(), "latest", "runtime")
    assert bundle_ref_of(BundleRef(name=name, digest=DIGEST)).version is None


@pytest.mark.parametrize("ref", [None, 5, b"x"])
def test_what_has_not_the_parts_of_a_reference_is_invalid(ref: Any) -> None:
    with pytest.raises(Invalid, match="no reference to a bundle"):
        bundle_ref_of(ref)


def test_a_path_is_a_layout_directory() -> None:
    assert bundle_ref_of(Path("shared/seir")) == BundleRef(local_path="shared/seir")


@pytest.mark.parametrize(
    "text", ["a:1.0", f"a:1@{DIGEST}", f"a@{DIGEST}", DIGEST, "v1", "ghcr.io/lab/seir", "oci:out:v1", "./out"]
)
def test_a_reference_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_bundle_ref(text)) == text
