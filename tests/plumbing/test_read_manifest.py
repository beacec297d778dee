"""read-manifest lists the files and the blobs of a version."""

import hashlib
import json
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from tests.plumbing.sample import assert_refused, golden, publish, succeed
from tests.support.cli import run


@pytest.fixture
def version(root: Path) -> str:
    """The digest of the sample's version, which is v1 and HEAD."""
    return publish(root, "v1")


def test_output_format(root: Path, version: str) -> None:
    golden("read-manifest", "read-manifest", version, cwd=root)
    golden("read-manifest.z", "read-manifest", "-z", "v1", cwd=root)
    golden("read-manifest.blobs", "read-manifest", "--blobs", "HEAD", cwd=root)
    golden("read-manifest.blobs.z", "read-manifest", "--blobs", "-z", "HEAD", cwd=root)


def test_documents_come_out_byte_by_byte(root: Path, version: str) -> None:
    bundle = Project(root).bundle(Digest(version))
    for option, digest in (
        ("--manifest", version),
        ("--config", bundle.manifest.config.digest),
        ("--json", bundle.config.index),
    ):
        data = run("read-manifest", option, version, cwd=root).stdout
        assert f"sha256:{hashlib.sha256(data).hexdigest()}" == digest
        assert isinstance(json.loads(data), dict)


def test_the_blobs_are_all_that_the_manifest_names(root: Path, version: str) -> None:
    (root / "copy.md").write_bytes((root / "README.md").read_bytes())
    succeed("update-index", "--add", "copy.md", cwd=root)
    manifest = json.loads(succeed("read-manifest", "--manifest", publish(root, "v2"), cwd=root))
    named = [manifest["config"], *manifest["layers"]]
    listed = succeed("read-manifest", "--blobs", "v2", cwd=root).splitlines()
    assert sorted(listed) == sorted({f"{blob['digest']} {blob['size']}" for blob in named})


def test_the_first_three_fields_are_those_of_the_listing_of_files(root: Path, version: str) -> None:
    records = succeed("read-manifest", version, cwd=root).splitlines()
    shortened = ["\t".join([" ".join(r.split("\t")[0].split(" ")[:3]), r.split("\t")[1]]) for r in records]
    assert shortened == succeed("ls-files", "-s", cwd=root).splitlines()


def test_the_empty_version_lists_nothing(root: Path) -> None:
    empty = succeed("write-manifest", "--stdin", cwd=root).strip()
    assert succeed("read-manifest", empty, cwd=root) == ""


def test_a_version_that_is_not_here_is_an_error(root: Path, version: str) -> None:
    assert_refused(run("read-manifest", "v9", cwd=root), 1, "no such ref: 'v9'", "for-each-ref")
    absent = "sha256:" + "0" * 64
    assert_refused(run("read-manifest", absent, cwd=root), 1, f"no such object: '{absent}'", "fetch")
    index = Project(root).bundle(Digest(version)).config.index
    Project(root).objects.discard(index)
    assert_refused(run("read-manifest", version, cwd=root), 1, f"no such object: '{index}'", "fetch")
