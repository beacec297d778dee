"""write-manifest makes a version of the tracked files, or of records."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from modelops_bundle.storage.config import DEFAULT_THRESHOLD
from tests.plumbing.sample import assert_refused, edit, golden, succeed
from tests.support.cli import run

ABSENT = "sha256:" + "1" * 64


def test_output_format(root: Path) -> None:
    golden("write-manifest", "write-manifest", cwd=root)
    golden("write-manifest.z", "write-manifest", "-z", cwd=root)


@pytest.mark.parametrize("option", [[], ["-z"]])
def test_the_listing_makes_the_same_version_as_the_working_tree(root: Path, option: list[str]) -> None:
    edit(root)
    end = "\0" if option else "\n"
    records = succeed("ls-files", "-s", *option, cwd=root)
    paths = end.join(record.partition("\t")[2] for record in records.split(end))
    succeed("hash-object", "-w", "--stdin-paths", *option, cwd=root, input=paths.encode())
    version = succeed("write-manifest", "--stdin", *option, cwd=root, input=records.encode())
    assert version == succeed("write-manifest", *option, cwd=root)


def test_the_version_holds_what_is_on_disk_now_and_stores_it(root: Path) -> None:
    edit(root)
    project = Project(root)
    bundle = project.bundle(Digest(succeed("write-manifest", cwd=root).strip()))
    assert "data/empty.csv" not in bundle.tree
    assert project.objects.read(bundle.tree["README.md"].digest) == b"# Model 2\n"


def test_some_of_the_records_make_a_smaller_version(root: Path) -> None:
    records = succeed("ls-files", "-s", "data", cwd=root).encode()
    version = Digest(succeed("write-manifest", "--stdin", cwd=root, input=records).strip())
    assert all(path.startswith("data/") for path in Project(root).bundle(version).tree)


def test_no_records_make_the_empty_version(root: Path) -> None:
    version = Digest(succeed("write-manifest", "--stdin", cwd=root).strip())
    assert Project(root).bundle(version).tree == {}


def test_a_large_tracked_file_needs_no_object(root: Path) -> None:
    with (root / "large").open("wb") as stream:
        stream.truncate(DEFAULT_THRESHOLD + 1)
    succeed("update-index", "--add", "large", cwd=root)
    record = succeed("ls-files", "-s", "large", cwd=root)
    succeed("write-manifest", "--stdin", cwd=root, input=record.encode())
    elsewhere = record.replace("\tlarge", "\tcopy").encode()
    result = run("write-manifest", "--stdin", cwd=root, input=elsewhere)
    assert_refused(result, 2, "content of 'copy' is not here", "hash-object -w")


README = "sha256:3a5e74f672ab6c76befef92d7c7987060e39d089dbd6564d4c8705f048e47b4c"


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (f"100644 {README} 8", "no TAB and path"),
        (f"100640 {README} 8\tx", "not 'mode digest size'"),
        (f"100644 {README} x\tx", "not 'mode digest size'"),
        ("100644 sha256:12 8\tx", "not a digest"),
        (f"100644 {README} 9\tx", f"content of 'x' is not here: '{README}' of 9 bytes"),
        (f"100644 {ABSENT} 8\tx", f"content of 'x' is not here: '{ABSENT}'"),
        (f"100644 {README} 8\t../x", "unsafe path"),
        (f"100644 {README} 8\tx\n100755 {README} 8\tx", "given twice: 'x'"),
        (f"100644 {README} 8\tx\n100755 {README} 8\tX", "one name on a case-insensitive file system"),
        (f"100644 {README} 8\tx\n100755 {README} 8\tx/y", "both a file and a directory"),
    ],
)
def test_a_record_that_makes_no_sense_is_refused(root: Path, record: str, message: str) -> None:
    before = list(Project(root).objects)
    assert_refused(run("write-manifest", "--stdin", cwd=root, input=record.encode()), 2, message, "")
    assert list(Project(root).objects) == before
