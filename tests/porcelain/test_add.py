"""add tracks what is named, and nothing that was not meant."""

import json

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


def test_a_name_that_would_turn_the_line_around_is_escaped(fresh: Workspace) -> None:
    fresh.write("a\u202evsc.py", "a\n")
    assert fresh.ok("add", ".") == "a\\u202evsc.py\n"


def test_an_empty_path_is_not_everything(fresh: Workspace) -> None:
    fresh.write("notes.txt", "a\n")
    assert "a path is empty" in fresh.refused(2, "add", "")
    assert "a path is empty" in fresh.refused(2, "update-index", "--add", "")
    assert "notes.txt" not in fresh.ok("ls-files")
