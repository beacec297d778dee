"""ls-files lists tracked files, by what became of them, and untracked ones."""

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
    publish,
    succeed,
    tracked_paths,
)
from tests.support.cli import run


def listed(root: Path, *arguments: str) -> list[str]:
    """Return the paths that a listing names."""
    return succeed("ls-files", "-z", *arguments, cwd=root).split("\0")[:-1]


def test_output_format(root: Path) -> None:
    golden("ls-files", "ls-files", cwd=root)
    golden("ls-files.z", "ls-files", "-z", cwd=root)
    golden("ls-files.stage", "ls-files", "-s", cwd=root)
    golden("ls-files.stage.z", "ls-files", "-s", "-z", cwd=root)
    golden("ls-files.others", "ls-files", "--others", cwd=root)
    golden("ls-files.others.z", "ls-files", "--others", "-z", cwd=root)
    golden("ls-files.ignored", "ls-files", "--others", "--ignored", cwd=root)


def test_what_became_of_each_file(root: Path) -> None:
    publish(root, "v1")
    assert listed(root, "--modified") == listed(root, "--deleted") == []
    edit(root)
    new = 'src/"new".py'
    assert listed(root) == listed(root, "--cached") == sorted([*tracked_paths(), new])
    assert listed(root, "--modified") == ["README.md", "bin/run.sh", LINK]
    assert listed(root, "--deleted") == ["data/empty.csv"]
    assert listed(root, "--modified", "--deleted") == ["README.md", "bin/run.sh", "data/empty.csv", LINK]


def test_without_a_version_to_compare_with_nothing_is_modified(root: Path) -> None:
    (root / "README.md").write_text("other\n")
    assert listed(root, "--modified") == []


def test_others_are_neither_tracked_nor_ignored_unless_asked_for(root: Path) -> None:
    assert listed(root, "--others") == sorted(UNTRACKED)
    assert listed(root, "--others", "--ignored") == sorted(IGNORED)
    assert listed(root, "--others", "--cached") == sorted([*UNTRACKED, *tracked_paths()])


def test_what_travels_from_the_metadata_directory_counts_among_the_others(root: Path) -> None:
    config = ".modelops-bundle/config.yaml"
    (root / config).write_text("version: 1\n")
    assert listed(root, "--others") == [config, *sorted(UNTRACKED)]
    succeed("update-index", "--add", config, cwd=root)
    assert listed(root, "--others") == sorted(UNTRACKED)


def test_what_can_never_be_tracked_is_not_listed_as_ignored(root: Path) -> None:
    (root / "vendor/.git").mkdir(parents=True)
    (root / "vendor/.git/config").write_text("[core]\n")
    assert listed(root, "--others", "--ignored") == sorted(IGNORED)


def test_names_that_are_not_utf8_are_listed_as_they_are(root: Path) -> None:
    (root / os.fsdecode(b"notes/\xff.txt")).write_text("bytes\n")
    assert b"notes/\xff.txt\n" in run("ls-files", "--others", cwd=root).stdout


def test_entries_are_what_is_on_disk_now_and_the_index_is_left_alone(root: Path) -> None:
    edit(root)
    before = Project(root).index_path.read_bytes()
    entries = {line.split("\t")[1]: line.split("\t")[0] for line in listed(root, "-s")}
    assert entries["README.md"].endswith(" 10")
    assert entries["bin/run.sh"].startswith("100644 ")
    assert entries[LINK].startswith("100644 ")
    assert "data/empty.csv" not in entries
    assert Project(root).index_path.read_bytes() == before
    empty = "100644 sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0\tdata/empty.csv"
    assert listed(root, "-s", "--deleted") == [empty]


def test_paths_are_named_from_where_one_is_and_listed_from_the_root(root: Path) -> None:
    assert listed(root / "data", ".") == [path for path in tracked_paths() if path.startswith("data/")]
    assert listed(root / "data", "../README.md", "population.csv") == ["README.md", "data/population.csv"]
    assert listed(root, "dat") == []
    assert listed(root / "data") == tracked_paths()


def test_an_empty_project_lists_nothing(tmp_path: Path) -> None:
    Project.create(tmp_path)
    assert listed(tmp_path) == listed(tmp_path, "-s") == listed(tmp_path, "--others") == []


@pytest.mark.parametrize("arguments", [["--others", "-s"], ["--ignored"]])
def test_a_senseless_request_is_a_usage_error(root: Path, arguments: list[str]) -> None:
    assert_refused(run("ls-files", *arguments, cwd=root), 2, "-s is for tracked files", "ls-files --help")


def test_a_path_outside_the_project_is_an_error(root: Path) -> None:
    assert_refused(run("ls-files", "..", cwd=root), 2, "outside the project", "the project is")


def test_the_sample_holds_what_the_formats_must_cope_with() -> None:
    names = [*TRACKED, *UNTRACKED]
    assert any("\t" in name for name in names)
    assert any('"' in name for name in TRACKED)
    assert any(not name.isascii() for name in TRACKED)
    assert b"" in TRACKED.values()
