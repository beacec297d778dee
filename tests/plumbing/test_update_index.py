"""update-index changes what is tracked, and looks again at what changed."""

import os
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from tests.plumbing.sample import (
    IGNORED,
    LINK,
    TRACKED,
    UNTRACKED,
    assert_refused,
    edit,
    golden,
    succeed,
    tracked_paths,
)
from tests.support.cli import run


def tracked(root: Path) -> list[str]:
    return sorted(Project(root).load_index())


def test_it_prints_nothing(root: Path) -> None:
    golden("update-index", "update-index", "--add", *UNTRACKED.keys() & {"notes/plain.txt"}, cwd=root)


def test_paths_from_arguments_and_standard_input_are_tracked_ignored_or_not(root: Path) -> None:
    succeed("update-index", "--add", "plain.txt", cwd=root / "notes")
    succeed("update-index", "--add", "--stdin", cwd=root / "notes", input=b"data/scratch.tmp\n")
    succeed("update-index", "--add", "--stdin", "-z", cwd=root, input=b"#draft.md\0build/out.bin\0")
    assert tracked(root) == sorted([*tracked_paths(), *IGNORED, "notes/plain.txt"])


def test_paths_may_be_quoted(root: Path) -> None:
    quoted = b'"data/say \\"hi\\".csv"\n'
    succeed("update-index", "--remove", "--stdin", cwd=root, input=quoted)
    assert 'data/say "hi".csv' not in tracked(root)
    succeed("update-index", "--add", "--stdin", cwd=root, input=quoted)
    assert tracked(root) == tracked_paths()


def test_tracking_what_is_tracked_and_refreshing_what_is_fresh_change_nothing(root: Path) -> None:
    # A file older than any racy stamp, so that its entry is trusted from its first look on.
    for path in TRACKED:
        os.utime(root / path, ns=(10**18, 10**18 + 1))
    succeed("update-index", "--refresh", cwd=root)
    before = succeed("ls-files", "-s", cwd=root)
    for arguments in (["--add", *tracked_paths()], ["--refresh"], tracked_paths()):
        result = run("update-index", "-v", *arguments, cwd=root)
        assert (result.code, result.stdout, result.stderr) == (0, b"", "")
        assert succeed("ls-files", "-s", cwd=root) == before


def test_refreshing_takes_in_edits_and_names_them_when_asked(root: Path) -> None:
    edit(root)
    result = run("update-index", "--refresh", "-v", cwd=root)
    assert (result.code, result.stdout) == (0, b"")
    assert result.stderr.splitlines() == ["README.md", "bin/run.sh", LINK]
    index = Project(root).load_index()
    assert (index["README.md"].size, index["bin/run.sh"].mode) == (10, 0o100644)
    assert "data/empty.csv" in index


def test_removed_paths_are_forgotten_and_their_files_stay(root: Path) -> None:
    succeed("update-index", "--remove", "data", "README.md", cwd=root)
    assert tracked(root) == [".modelopsignore", "bin/run.sh", "src/model.py"]
    assert (root / "data/population.csv").exists()
    assert (root / "README.md").exists()


def test_every_untracked_path_is_named(root: Path) -> None:
    result = run("update-index", "notes/plain.txt", "README.md", "no.csv", cwd=root)
    assert_refused(result, 2, "2 paths are not tracked", "--add")
    assert "  not tracked: 'no.csv'\n" in result.stderr


def test_an_untracked_path_needs_to_be_added(root: Path) -> None:
    result = run("update-index", "README.md", "notes/plain.txt", cwd=root)
    assert_refused(result, 2, "not tracked: 'notes/plain.txt'", "--add")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--add", "missing"], 1, "no such file: 'missing'"),
        (["--add", 'notes/tab\there "now".txt'], 2, "it holds control characters"),
        (["--add", "../outside"], 2, "outside the project"),
        (["--remove", "notes/plain.txt"], 1, "not tracked: 'notes/plain.txt'"),
        (["--add", "--remove", "README.md"], 2, "--refresh takes none"),
        (["--refresh", "README.md"], 2, "--refresh takes none"),
    ],
)
def test_an_error_changes_nothing(root: Path, arguments: list[str], code: int, message: str) -> None:
    before = Project(root).index_path.read_bytes()
    assert_refused(run("update-index", *arguments, "notes/plain.txt", cwd=root), code, message, "")
    assert Project(root).index_path.read_bytes() == before
