"""hash-object prints the digest by which content is tracked."""

import hashlib
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from modelops_bundle.storage.config import DEFAULT_THRESHOLD
from tests.plumbing.sample import LINK, TRACKED, UNTRACKED, assert_refused, golden, succeed, tracked_paths
from tests.support.cli import run

HELLO = "sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"


def test_output_format(root: Path) -> None:
    golden("hash-object", "hash-object", *tracked_paths(), cwd=root)
    golden("hash-object.z", "hash-object", "-z", *tracked_paths(), cwd=root)


def test_names_on_standard_input_are_relative_to_the_root_and_may_be_quoted(root: Path) -> None:
    listed = succeed("ls-files", cwd=root).encode()
    from_below = succeed("hash-object", "--stdin-paths", cwd=root / "data", input=listed)
    assert from_below == succeed("hash-object", *tracked_paths(), cwd=root)
    (tab,) = [path for path in UNTRACKED if "\t" in path]
    quoted = succeed("hash-object", "--stdin-paths", cwd=root, input=b'"notes/tab\\there \\"now\\".txt"\n')
    assert quoted == succeed("hash-object", "-z", "--stdin-paths", cwd=root, input=tab.encode()).replace(
        "\0", "\n"
    )


def test_outside_a_project_names_on_standard_input_are_relative_to_the_directory(tmp_path: Path) -> None:
    (tmp_path / "hello").write_text("hello\n")
    assert succeed("hash-object", "--stdin-paths", cwd=tmp_path, input=b"hello\n") == f"{HELLO}\n"


def test_content_on_standard_input(tmp_path: Path) -> None:
    assert succeed("hash-object", "--stdin", cwd=tmp_path, input=b"hello\n") == f"{HELLO}\n"


def test_a_symlink_has_the_digest_that_it_is_tracked_by(root: Path) -> None:
    tracked = succeed("ls-files", "-s", LINK, cwd=root).split(" ")[1]
    assert succeed("hash-object", LINK, cwd=root) == f"{tracked}\n"
    assert succeed("hash-object", "-w", LINK, cwd=root) == f"{tracked}\n"


@pytest.mark.parametrize("arguments", [["--stdin"], ["file"]])
def test_writing_stores_the_content_and_may_be_repeated(root: Path, arguments: list[str]) -> None:
    (root / "file").write_text("hello\n")
    objects = Project(root).objects
    assert Digest(HELLO) not in objects
    for _ in range(2):
        assert succeed("hash-object", "-w", *arguments, cwd=root, input=b"hello\n") == f"{HELLO}\n"
        assert objects.read(Digest(HELLO)) == b"hello\n"


def test_without_writing_nothing_is_stored(root: Path) -> None:
    before = list(Project(root).objects)
    succeed("hash-object", "notes/plain.txt", cwd=root)
    assert list(Project(root).objects) == before


def test_a_large_file_is_hashed_but_not_stored(root: Path) -> None:
    with (root / "large").open("wb") as stream:
        stream.truncate(DEFAULT_THRESHOLD + 1)
    digest = Digest(succeed("hash-object", "-w", "large", cwd=root).strip())
    assert digest == f"sha256:{hashlib.sha256(bytes(DEFAULT_THRESHOLD + 1)).hexdigest()}"
    assert digest not in Project(root).objects


def test_writing_works_after_a_git_clone_which_brings_no_directory_for_temporary_files(root: Path) -> None:
    Project(root).tmp.rmdir()
    assert succeed("hash-object", "-w", "--stdin", cwd=root, input=b"hello\n") == f"{HELLO}\n"


def test_an_unreadable_name_is_an_error_and_what_was_written_stays(root: Path) -> None:
    result = run("hash-object", "README.md", "missing", cwd=root)
    written = f"sha256:{hashlib.sha256(TRACKED['README.md']).hexdigest()}\n".encode()
    assert_refused(result, 1, "no such file", "relative to the project's root", written=written)


def test_a_directory_is_refused(root: Path) -> None:
    assert_refused(run("hash-object", "data", cwd=root), 2, "not a regular file", "only files and symlinks")


def test_two_meanings_of_standard_input_are_refused(root: Path) -> None:
    assert_refused(
        run("hash-object", "--stdin", "--stdin-paths", cwd=root), 2, "--stdin is content", "one of them"
    )


def test_storing_needs_a_project(tmp_path: Path) -> None:
    assert_refused(run("hash-object", "-w", "--stdin", cwd=tmp_path), 1, "not in a project", "init")
