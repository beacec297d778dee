"""check-ignore tells which paths are ignored, and why."""

from pathlib import Path

import pytest

from tests.plumbing.sample import IGNORED, TRACKED, UNTRACKED, assert_refused, golden, succeed
from tests.support.cli import run

ALL = sorted([*IGNORED, *TRACKED, *UNTRACKED])


def test_output_format(root: Path) -> None:
    # Patterns and directories of rules may hold anything but a line end, and must not disturb the record.
    odd = root / 'data/a"b'
    odd.mkdir()
    (odd / ".modelopsignore").write_text("x\ty\n")
    names = [*ALL, 'data/a"b/x\ty']
    golden("check-ignore", "check-ignore", *names, cwd=root)
    golden("check-ignore.z", "check-ignore", "-z", *names, cwd=root)
    golden("check-ignore.verbose", "check-ignore", "-v", *names, cwd=root)
    golden("check-ignore.verbose.z", "check-ignore", "-v", "-z", *names, cwd=root)


def test_the_listing_of_ignored_files_and_this_command_agree(root: Path) -> None:
    listed = succeed("ls-files", "--others", "--ignored", cwd=root)
    everything = "\n".join(sorted([*IGNORED, *TRACKED])).encode()
    assert succeed("check-ignore", "--stdin", cwd=root, input=everything) == listed


def test_paths_are_named_from_where_one_is_and_printed_from_the_root(root: Path) -> None:
    assert succeed("check-ignore", "scratch.tmp", "../build/out.bin", cwd=root / "data") == (
        "data/scratch.tmp\nbuild/out.bin\n"
    )


def test_paths_on_standard_input_are_relative_to_the_root(root: Path) -> None:
    named = b"data/scratch.tmp\nREADME.md\n"
    assert succeed("check-ignore", "--stdin", cwd=root / "data", input=named) == "data/scratch.tmp\n"


def test_a_path_need_not_exist_and_a_slash_makes_it_a_directory(root: Path) -> None:
    assert succeed("check-ignore", "-v", "new/x.tmp", cwd=root) == ".modelopsignore:1:*.tmp\tnew/x.tmp\n"
    assert succeed("check-ignore", "-v", "new/build/", cwd=root) == "built-in:0:build/\tnew/build/\n"
    assert run("check-ignore", "new/build", cwd=root).code == 1


def test_a_tracked_file_is_not_ignored_unless_the_index_does_not_count(root: Path) -> None:
    succeed("update-index", "--add", "data/scratch.tmp", cwd=root)
    assert run("check-ignore", "data/scratch.tmp", cwd=root).code == 1
    assert succeed("check-ignore", "--no-index", "data/scratch.tmp", cwd=root) == "data/scratch.tmp\n"


@pytest.mark.parametrize("arguments", [["README.md"], ["."], ["--stdin"], []])
def test_when_nothing_is_ignored_the_exit_code_says_so(root: Path, arguments: list[str]) -> None:
    result = run("check-ignore", *arguments, cwd=root)
    assert (result.code, result.stdout, result.stderr) == (1, b"", "")


def test_a_path_outside_the_project_is_an_error(root: Path) -> None:
    assert_refused(run("check-ignore", "../x", cwd=root), 2, "outside the project", "the project is")
    assert_refused(
        run("check-ignore", "--stdin", cwd=root, input=b"../x\n"), 2, "outside the project", "the project"
    )


def test_a_bad_pattern_is_an_error_that_names_the_file(root: Path) -> None:
    (root / ".modelopsignore").write_text("a\n!\n")
    result = run("check-ignore", "notes/a", cwd=root)
    assert_refused(result, 2, "bad pattern in '.modelopsignore'", "correct '.modelopsignore'")
