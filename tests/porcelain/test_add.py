"""add tracks what is named, and nothing that was not meant."""

import json

import pytest

from tests.support.workspace import Workspace


def test_it_tells_what_it_tracked(fresh: Workspace) -> None:
    fresh.write("notes.txt", "a\n")
    done = fresh.run("add", "notes.txt")
    assert (done.text, done.stderr) == ("notes.txt\n", "tracked 1 new or changed file\n")
    assert fresh.run("add", ".").stderr == "tracked 0 new or changed files\n"


def test_a_dry_run_tracks_nothing(fresh: Workspace) -> None:
    fresh.write("notes.txt", "a\n")
    assert json.loads(fresh.ok("add", "--json", "-n", "."))["tracked"] == ["notes.txt"]
    assert "notes.txt" not in fresh.ok("ls-files")


def test_all_bad_paths_are_named_at_once_and_nothing_is_tracked(fresh: Workspace) -> None:
    fresh.write("notes.txt", "a\n")
    (fresh.root / "out").symlink_to("/etc/passwd")
    said = fresh.refused(1, "add", "no.csv", "notes.txt", "nor/this.csv", "out")
    assert said.splitlines()[:4] == [
        "error: 3 paths cannot be tracked; nothing was tracked",
        "  no such file: 'no.csv'",
        "  no such file: 'nor/this.csv'",
        "  symlink 'out' -> '/etc/passwd' points outside the project",
    ]
    assert "notes.txt" not in fresh.ok("ls-files")
    assert fresh.refused(1, "add", "-n", "no.csv", "notes.txt", "nor/this.csv", "out") == said


def test_of_very_many_bad_paths_some_are_named(fresh: Workspace) -> None:
    said = fresh.refused(1, "add", *(f"{number}.csv" for number in range(60)))
    assert "60 paths cannot be tracked" in said
    assert "  … and 10 more\n" in said


@pytest.mark.parametrize(("mine", "other"), [("Notes.md", "NOTES.md"), ("data/x", "Data/y")])
def test_a_dry_run_refuses_what_could_not_stand_side_by_side(fresh: Workspace, mine: str, other: str) -> None:
    fresh.write(mine, "a\n")
    fresh.write(other, "b\n")
    said = fresh.refused(2, "add", ".")
    assert "one name on a case-insensitive file system" in said
    assert fresh.refused(2, "add", "--dry-run", ".") == said


def test_a_dry_run_takes_a_file_that_was_renamed_for_gone(fresh: Workspace) -> None:
    (fresh.root / "pyproject.toml").rename(fresh.root / "PyProject.toml")
    assert fresh.ok("add", "-n", ".") == fresh.ok("add", ".") == "PyProject.toml\n"


def test_a_name_that_would_turn_the_line_around_is_escaped(fresh: Workspace) -> None:
    fresh.write("a\u202evsc.py", "a\n")
    assert fresh.ok("add", ".") == "a\\u202evsc.py\n"


def test_an_empty_path_is_not_everything(fresh: Workspace) -> None:
    fresh.write("notes.txt", "a\n")
    assert "a path is empty" in fresh.refused(2, "add", "")
    assert "a path is empty" in fresh.refused(2, "update-index", "--add", "")
    assert "notes.txt" not in fresh.ok("ls-files")
