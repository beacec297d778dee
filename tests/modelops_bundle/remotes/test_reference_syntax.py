"""One grammar: what names a bundle, a remote and a repository of a registry is told apart in the same way."""

import os
from pathlib import Path

import pytest

from modelops_bundle.errors import ExitCode, Invalid
from modelops_bundle.registry.reference import parse_repository
from modelops_bundle.remotes.reference_syntax import split_reference
from modelops_bundle.remotes.remote_reference import RemoteReference, parse_remote_reference
from modelops_bundle.resolving.bundle_ref import BundleRef, parse_bundle_ref
from tests.modelops_bundle.samples import digest_number

HERE = Path("/projects/seir")
DIGEST = digest_number(1)


@pytest.mark.parametrize(
    ("text", "repository", "tag", "digest"),
    [
        ("ghcr.io/lab/seir", "ghcr.io/lab/seir", None, None),
        ("ghcr.io/lab/seir:v1", "ghcr.io/lab/seir", "v1", None),
        (f"ghcr.io/lab/seir:v1@{DIGEST}", "ghcr.io/lab/seir", "v1", DIGEST),
        (f" ghcr.io/lab/seir@{DIGEST.upper()}\n", "ghcr.io/lab/seir", None, DIGEST),
        ("GHCR.io/Lab/SEIR:V1", "ghcr.io/lab/seir", "V1", None),
        ("https://ghcr.io/lab/seir/", "ghcr.io/lab/seir", None, None),
        ("https://ghcr.io/lab/seir:v1", "ghcr.io/lab/seir", "v1", None),
        ("ghcr.io/lab/seir/:v1", "ghcr.io/lab/seir", "v1", None),
        ("localhost:5000/seir", "localhost:5000/seir", None, None),
        ("localhost:5000/seir:v1", "localhost:5000/seir", "v1", None),
        ("[::1]:5000/seir:v1", "[::1]:5000/seir", "v1", None),
        ("docker.io/seir:v1", "docker.io/library/seir", "v1", None),
        ("index.docker.io/lab/seir", "docker.io/lab/seir", None, None),
    ],
)
def test_a_repository_with_a_host_is_the_same_one_to_all(
    text: str, repository: str, tag: str | None, digest: str | None
) -> None:
    assert parse_repository(split_reference(text)[0]).name == repository
    assert str(parse_remote_reference(text, HERE)) == str(parse_bundle_ref(text))
    assert parse_bundle_ref(text) == BundleRef(repository, tag, digest)


@pytest.mark.parametrize(
    ("text", "directory", "tag"),
    [
        ("oci:out", "/projects/seir/out", None),
        ("oci:out:v1", "/projects/seir/out", "v1"),
        ("./out:v1", "/projects/seir/out", "v1"),
        ("..", "/projects", None),
        ("..:v1", "/projects", "v1"),
        ("/a/b:v1", "/a/b", "v1"),
        ("oci:/a:b/c", "/a:b/c", None),
        ("oci:/me@home/x", "/me@home/x", None),
        (".\\x", "/projects/seir/.\\x", None),
    ],
)
def test_a_directory_is_the_same_one_to_all(text: str, directory: str, tag: str | None) -> None:
    assert parse_remote_reference(text, HERE) == RemoteReference(f"oci:{directory}", tag or "")
    found = parse_bundle_ref(text)
    assert (found.name, found.version) == (None, tag)
    assert parse_remote_reference(found.local_path or "", HERE).remote == f"oci:{directory}"


@pytest.mark.skipif(os.name == "nt", reason="Windows has drives")
@pytest.mark.parametrize("text", ["C:\\x", "C:/x:v1", "oci:c:/x", f"D:\\models\\seir@{DIGEST}"])
def test_a_drive_of_windows_is_no_name_of_a_directory_elsewhere(text: str) -> None:
    found = parse_bundle_ref(text)
    for name in (text, found.local_path or ""):
        with pytest.raises(Invalid, match="is a directory of Windows") as refused:
            parse_remote_reference(name, HERE)
        assert refused.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("seir:v1", BundleRef("seir", "v1")),
        ("dir/x:v1", BundleRef("dir/x", "v1")),
        ("Dir/X:v1", BundleRef("dir/x", "v1")),
        (f"dir/x@{DIGEST}", BundleRef("dir/x", digest=DIGEST)),
        ("host.io:5000", BundleRef("host.io", "5000")),
        ("localhost:5000", BundleRef("localhost", "5000")),
        ("v1", BundleRef(version="v1")),
        (DIGEST, BundleRef(digest=DIGEST)),
    ],
)
def test_without_a_host_it_is_below_the_registry_of_the_settings_and_no_remote(
    text: str, expected: BundleRef
) -> None:
    assert parse_bundle_ref(text) == expected
    with pytest.raises(Invalid, match=r"names no registry|names a registry but no repository|no remote in"):
        parse_remote_reference(text, HERE)
    with pytest.raises(Invalid, match=r"names no registry|names a registry but no repository"):
        parse_repository(split_reference(text)[0])


@pytest.mark.parametrize(
    "text",
    [
        *("", "@", ":v1", "a:b:c", "a b:v1", "a//b:v1", "-a:v1", "a/b", "a/", "https://", "https://x:v1"),
        *("ghcr.io/", "ghcr.io/a..b", "ghcr.io/a//b:v1", "ghcr.io/lab/seir:", "ghcr.io/lab/seir:-x"),
        *("ghcr.io/lab/seir@sha256:0", "ghcr.io/lab/seir@md5:00", "bad_host.io/lab/seir", "oci:out:"),
        *("me:s3cret@ghcr.io/lab", "https://me:s3cret@ghcr.io/lab:v1", "me:s3 cret@ghcr.io", "s3cret@seir:v1"),
    ],
)
def test_what_is_wrong_is_wrong_to_all_and_no_password_is_repeated(text: str) -> None:
    with pytest.raises(Invalid) as of_bundle:
        parse_bundle_ref(text)
    with pytest.raises(Invalid) as of_remote:
        parse_remote_reference(text, HERE)
    for error in (of_bundle.value, of_remote.value):
        assert error.hint
        assert "cret" not in f"{error!r} {error.hint}"
