"""fetch-blob brings blobs of a remote into the object store."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest, digest_of, hex_of
from tests.plumbing.sample import TRACKED, assert_refused, golden, publish, succeed
from tests.support.cli import run

README = digest_of(TRACKED["README.md"])
ABSENT = "sha256:" + "2" * 64


@pytest.fixture
def blobs(root: Path, layout: str) -> str:
    """Records of all blobs of the sample's version, which are at the remote."""
    version = publish(root, "v1")
    succeed("push-blob", "--remote", layout, "--manifest", version, cwd=root)
    return succeed("read-manifest", "--blobs", version, cwd=root)


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """Another project, which holds nothing."""
    Project.create(tmp_path / "empty")
    return tmp_path / "empty"


def test_output_format(empty: Path, layout: str, blobs: str) -> None:
    succeed("fetch-blob", "--remote", layout, f"{README} 8", cwd=empty)
    golden("fetch-blob", "fetch-blob", "--remote", layout, "--stdin", cwd=empty, input=blobs.encode())
    golden("fetch-blob.z", "fetch-blob", "--remote", layout, "-z", f"{README} 8", cwd=empty)


def test_what_is_listed_arrives_verified_and_fetching_it_again_is_success(
    empty: Path, layout: str, blobs: str
) -> None:
    digests = [line.split(" ")[0] for line in blobs.splitlines()]
    for status in ("fetched", "exists"):
        found = succeed("fetch-blob", "--remote", layout, "--stdin", cwd=empty, input=blobs.encode())
        assert found.splitlines() == [f"{digest} {status}" for digest in digests]
    assert succeed("verify-objects", cwd=empty) == ""
    assert list(Project(empty).objects) == sorted(digests)


def test_no_records_fetch_nothing(empty: Path, layout: str) -> None:
    assert succeed("fetch-blob", "--remote", layout, "--stdin", cwd=empty) == ""


def test_a_damaged_blob_does_not_become_an_object(empty: Path, layout: str, blobs: str) -> None:
    file = Path(layout.removeprefix("oci:")) / "blobs" / "sha256" / hex_of(README)
    file.chmod(0o644)
    file.write_bytes(b"# Modem\n")
    result = run("fetch-blob", "--remote", layout, f"{README} 8", cwd=empty)
    assert_refused(result, 5, f"blob '{README}'", "damaged")
    assert Digest(README) not in Project(empty).objects


def test_a_blob_that_is_not_there_is_an_error(empty: Path, layout: str, blobs: str) -> None:
    result = run("fetch-blob", "--remote", layout, f"{ABSENT} 8", cwd=empty)
    assert_refused(result, 1, f"no blob '{ABSENT}'", "")


@pytest.mark.parametrize("record", [README, f"{README} x", f"{README} -1", "sha256:12 8", f"{README}\t8"])
def test_a_record_that_makes_no_sense_is_a_usage_error(empty: Path, layout: str, record: str) -> None:
    result = run("fetch-blob", "--remote", layout, "--stdin", cwd=empty, input=record.encode())
    assert_refused(result, 2, "not ", "")
