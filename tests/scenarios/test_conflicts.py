"""Both sides changed something: what merges merges, what conflicts changes nothing, and nothing is ever lost."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from modelops_bundle.storage.config import DEFAULT_THRESHOLD
from tests.support.workspace import METADATA, Workspace


def publish(workspace: Workspace, *arguments: str) -> str:
    """Track everything, push it, and return the digest."""
    workspace.ok("add", ".")
    return str(json.loads(workspace.ok("push", "--json", *arguments))["digest"])


def refuses_to_pull(workspace: Workspace, *arguments: str) -> str:
    """Pull, which must be refused as a conflict and change nothing; return what was said."""
    before = workspace.everything()
    said = workspace.refused(12, "pull", *arguments)
    after = workspace.everything()
    # What the remote's tag names now has been learned, and nothing else.
    seen = f"{METADATA}/refs/remotes/"
    assert {p: h for p, h in after.items() if seen not in p} == {p: h for p, h in before.items() if seen not in p}
    return said


def kept(printed: str) -> dict[str, str]:
    """Return the object that keeps each overwritten file, from what `pull --json` printed."""
    return dict(json.loads(printed)["kept"])


# A change of a workspace, and what it changes.
def edit(workspace: Workspace) -> None:
    workspace.write("data/cases.csv", f"{workspace.root.name}\n")


def delete(workspace: Workspace) -> None:
    (workspace.root / "data" / "cases.csv").unlink()


def make_executable(workspace: Workspace) -> None:
    (workspace.root / "data" / "cases.csv").chmod(0o755)


def make_link(workspace: Workspace) -> None:
    delete(workspace)
    (workspace.root / "data" / "cases.csv").symlink_to("deaths.csv")


def make_directory(workspace: Workspace) -> None:
    delete(workspace)
    workspace.write("data/cases.csv/2020.csv", "day,cases\n")


def create(workspace: Workspace) -> None:
    workspace.write("new.csv", f"{workspace.root.name}\n")
    workspace.ok("add", "new.csv")


Change = Callable[[Workspace], None]


@pytest.mark.parametrize(
    ("here", "there", "reason"),
    [
        (edit, edit, "data/cases.csv: changed on both sides"),
        (edit, delete, "data/cases.csv: changed here, deleted there"),
        (delete, edit, "data/cases.csv: deleted here, changed there"),
        (edit, make_executable, "data/cases.csv: changed on both sides"),
        (edit, make_link, "data/cases.csv: changed on both sides"),
        (make_link, edit, "data/cases.csv: changed on both sides"),
        (edit, make_directory, "data/cases.csv: changed here, deleted there"),
        (create, create, "new.csv: added on both sides with different content"),
    ],
)
def test_a_conflict_changes_nothing(
    alice: Workspace, bob: Workspace, here: Change, there: Change, reason: str
) -> None:
    there(bob)
    bob.write("fine.csv", "this one is no conflict\n")
    publish(bob)
    here(alice)
    alice.ok("status")
    assert reason in refuses_to_pull(alice)
    assert reason in refuses_to_pull(alice, "--dry-run")
    assert alice.run("push").code == 7


@pytest.mark.parametrize("here", [edit, make_executable, make_link, create])
@pytest.mark.parametrize("there", [edit, delete, make_link, make_directory, create])
def test_overwrite_mirrors_the_remote_and_keeps_what_was_here(
    alice: Workspace, bob: Workspace, here: Change, there: Change
) -> None:
    published = alice.tree()
    there(bob)
    publish(bob)
    here(alice)
    mine = alice.tree()
    objects = kept(alice.ok("pull", "--overwrite", "--json"))
    now = alice.tree()
    theirs = bob.tree()
    assert {path: now[path] for path in theirs} == theirs
    assert alice.ok("status", "--porcelain=v1") == ""
    for path in mine:
        if now.get(path) != mine[path] != published.get(path):
            assert recovered(alice, objects[path]) in mine[path]


def recovered(workspace: Workspace, digest: str) -> str:
    """Return an object as `snapshot` shows content: a file's bytes, or a link's target."""
    content = workspace.ok("cat-object", "-p", digest)
    return repr(content.encode()) if content.endswith("\n") else f"link {content}"


def test_overwrite_keeps_large_files_too(alice: Workspace, bob: Workspace) -> None:
    size = DEFAULT_THRESHOLD + 1
    for workspace in (alice, bob):
        with workspace.write("large.bin", workspace.root.name).open("ab") as large:
            large.truncate(size)
    publish(bob)
    alice.ok("add", "large.bin")
    refuses_to_pull(alice)
    mine = alice.ok("ls-files", "-s", "large.bin").split()[1]
    assert kept(alice.ok("pull", "--overwrite", "--json")) == {"large.bin": mine}
    assert alice.tree() == bob.tree()
    assert alice.ok("cat-object", "-s", mine) == f"{size}\n"
    alice.ok("verify-objects", mine)
    assert (alice.root / "large.bin").stat().st_nlink == 1


def test_what_does_not_touch_merges(alice: Workspace, bob: Workspace) -> None:
    bob.write("data/cases.csv", "bob\n")
    bob.write("data/bob.csv", "bob\n")
    (bob.root / "README.md").unlink()
    publish(bob)
    alice.write("models/seir.py", "BETA = 0.4\n")
    alice.write("data/alice.csv", "alice\n")
    (alice.root / "data" / "deaths.csv").unlink()
    alice.ok("add", ".")
    alice.ok("pull")
    held = alice.tree()
    assert alice.read("data/cases.csv") == alice.read("data/bob.csv") == "bob\n"
    assert "README.md" not in held
    assert alice.read("models/seir.py") == "BETA = 0.4\n"
    assert alice.read("data/alice.csv") == "alice\n"
    assert "data/deaths.csv" not in held
    publish(alice)
    bob.ok("pull")
    assert bob.tree() == alice.tree()


def test_the_same_change_on_both_sides_is_no_conflict(alice: Workspace, bob: Workspace) -> None:
    for workspace in (alice, bob):
        workspace.write("data/cases.csv", "the same\n")
        workspace.write("new.csv", "the same\n")
        (workspace.root / "README.md").unlink()
        (workspace.root / "models" / "seir.py").chmod(0o755)
    publish(bob)
    alice.ok("add", ".")
    alice.ok("pull")
    assert alice.tree() == bob.tree()
    assert alice.ok("ls-files") == bob.ok("ls-files")
    assert "Everything up to date" in alice.ok("push")


def test_modes_merge_by_themselves(alice: Workspace, bob: Workspace) -> None:
    (bob.root / "models" / "seir.py").chmod(0o755)
    publish(bob)
    alice.write("data/cases.csv", "alice\n")
    alice.ok("pull")
    assert (alice.root / "models" / "seir.py").stat().st_mode & 0o100
    assert alice.read("data/cases.csv") == "alice\n"


def test_deleted_files_stay_deleted_unless_they_are_wanted_back(alice: Workspace, bob: Workspace) -> None:
    bob.write("new.csv", "bob\n")
    publish(bob)
    (alice.root / "data" / "cases.csv").unlink()
    assert "1 file deleted here stays deleted" in alice.run("pull").stderr
    assert not (alice.root / "data" / "cases.csv").exists()
    alice.ok("pull", "--restore-deleted")
    assert alice.tree() == bob.tree()


def test_restoring_does_not_decide_a_conflict(alice: Workspace, bob: Workspace) -> None:
    edit(bob)
    publish(bob)
    delete(alice)
    refuses_to_pull(alice, "--restore-deleted")


def test_an_untracked_file_of_the_same_content_is_adopted(alice: Workspace, bob: Workspace) -> None:
    bob.write("new.csv", "the same\n")
    publish(bob)
    mine = alice.write("new.csv", "the same\n")
    inode = mine.stat().st_ino
    alice.ok("pull")
    assert mine.stat().st_ino == inode
    assert "new.csv" in alice.ok("ls-files")
    assert "Everything up to date" in alice.ok("push")


@pytest.mark.parametrize("ignored", [False, True])
def test_an_untracked_file_of_other_content_is_not_overwritten(
    alice: Workspace, bob: Workspace, ignored: bool
) -> None:
    bob.write("new.csv", "bob\n")
    publish(bob)
    alice.write("new.csv", "alice, never added\n")
    if ignored:
        alice.write(".modelopsignore", "new.csv\n")
    assert "new.csv: exists here, untracked, with other content" in refuses_to_pull(alice)
    digest = kept(alice.ok("pull", "--overwrite", "--json"))["new.csv"]
    assert alice.read("new.csv") == "bob\n"
    assert alice.ok("cat-object", "-p", digest) == "alice, never added\n"


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [("data/new", "data/new/x.csv"), ("data/new/x.csv", "data/new"), ("Notes.md", "NOTES.md"), ("Sub/a", "sub/b")],
)
@pytest.mark.parametrize("tracked", [False, True])
def test_two_additions_that_cannot_stand_side_by_side_are_a_conflict(
    alice: Workspace, bob: Workspace, mine: str, theirs: str, tracked: bool
) -> None:
    bob.write(theirs, "bob\n")
    publish(bob)
    alice.write(mine, "alice\n")
    if tracked:
        alice.ok("add", ".")
        assert theirs in refuses_to_pull(alice)
    elif mine.lower() not in (theirs.lower(), "sub/a"):
        assert theirs in refuses_to_pull(alice)
    assert alice.read(mine) == "alice\n"
    alice.ok("status")


def test_a_directory_may_take_the_place_of_a_file_and_back(alice: Workspace, bob: Workspace) -> None:
    (bob.root / "README.md").unlink()
    bob.write("README.md/en.txt", "hello\n")
    bob.write("README.md/deep/er/de.txt", "hallo\n")
    publish(bob)
    alice.ok("pull")
    assert alice.tree() == bob.tree()
    for name in ("en.txt", "deep/er/de.txt"):
        (bob.root / "README.md" / name).unlink()
    for name in ("deep/er", "deep", ""):
        (bob.root / "README.md" / name).rmdir()
    bob.write("README.md", "a file again\n")
    publish(bob)
    alice.ok("pull")
    assert alice.tree() == bob.tree()


def test_a_link_may_take_the_place_of_a_directory(alice: Workspace, bob: Workspace) -> None:
    for name in ("cases.csv", "deaths.csv"):
        (bob.root / "data" / name).unlink()
    (bob.root / "data").rmdir()
    (bob.root / "data").symlink_to("models")
    publish(bob)
    alice.ok("pull")
    assert alice.tree() == bob.tree()
    assert (alice.root / "data").is_symlink()


def test_untracked_files_keep_a_directory_from_becoming_a_file(alice: Workspace, bob: Workspace) -> None:
    for name in ("cases.csv", "deaths.csv"):
        (bob.root / "data" / name).unlink()
    (bob.root / "data").rmdir()
    bob.write("data", "a file\n")
    publish(bob)
    alice.write("data/never-added.csv", "alice\n")
    assert "data" in refuses_to_pull(alice)
    assert "data" in refuses_to_pull(alice, "--overwrite")
    assert alice.read("data/never-added.csv") == "alice\n"


def test_a_file_renamed_in_case_only_is_renamed_for_others(alice: Workspace, bob: Workspace) -> None:
    (bob.root / "README.md").rename(bob.root / "Readme.md")
    publish(bob)
    alice.write("data/cases.csv", "alice\n")
    alice.ok("pull")
    assert "Readme.md" in alice.tree()
    assert "README.md" not in alice.tree()
    publish(alice)


def test_a_renamed_directory_is_renamed_for_others(alice: Workspace, bob: Workspace) -> None:
    (bob.root / "data").rename(bob.root / "Data")
    publish(bob)
    alice.ok("pull")
    assert alice.tree() == bob.tree()


def test_a_file_in_a_directory_that_became_a_link_is_deleted_not_followed(
    alice: Workspace, bob: Workspace, tmp_path: Path
) -> None:
    """What lies beyond the link is none of ours, and stays as it is."""
    edit(bob)
    publish(bob)
    (alice.root / "data").rename(tmp_path / "elsewhere")
    (alice.root / "data").symlink_to(tmp_path / "elsewhere")
    refuses_to_pull(alice)
    refuses_to_pull(alice, "--overwrite")
    assert (tmp_path / "elsewhere" / "cases.csv").read_text() == "day,cases\n1,3\n"


def test_an_old_version_by_digest_cannot_silently_undo_newer_ones(alice: Workspace) -> None:
    first = json.loads(alice.ok("push", "--json"))["digest"]
    edit(alice)
    second = publish(alice)
    alice.ok("pull", "--ref", first)
    assert alice.read("data/cases.csv") == "day,cases\n1,3\n"
    assert "data/cases.csv" in alice.refused(7, "push")
    alice.ok("pull")
    assert alice.read("data/cases.csv") == "alice\n"
    assert json.loads(alice.ok("push", "--json"))["digest"] == second


def test_tags_can_be_switched_back_and_forth(alice: Workspace) -> None:
    alice.ok("push", "--tag", "v1")
    v1 = alice.tree()
    edit(alice)
    alice.write("new.csv", "new\n")
    publish(alice)
    latest = alice.tree()
    for _ in range(2):
        alice.ok("pull", "--tag", "v1")
        assert alice.tree() == v1
        assert alice.run("push").code == 7
        alice.ok("pull")
        assert alice.tree() == latest
    assert "Everything up to date" in alice.ok("push")


def test_local_work_survives_a_switch(alice: Workspace) -> None:
    alice.ok("push", "--tag", "v1")
    edit(alice)
    publish(alice)
    alice.write("models/seir.py", "BETA = 0.9\n")
    alice.ok("pull", "--tag", "v1")
    assert alice.read("models/seir.py") == "BETA = 0.9\n"
    alice.ok("pull")
    assert alice.read("models/seir.py") == "BETA = 0.9\n"
    assert alice.read("data/cases.csv") == "alice\n"


def test_pushing_to_two_tags_in_turn_is_never_refused(alice: Workspace) -> None:
    for number in range(3):
        alice.write("data/cases.csv", f"{number}\n")
        alice.ok("push")
        alice.write("data/cases.csv", f"{number}, tested\n")
        alice.ok("push", "--tag", "tested")
    assert alice.ok("ls-remote").count("\n") == 2


def test_force_says_what_it_discards(alice: Workspace, bob: Workspace) -> None:
    edit(bob)
    bob.write("new.csv", "bob\n")
    (bob.root / "README.md").unlink()
    bobs = publish(bob)
    alice.write("models/seir.py", "BETA = 0.4\n")
    preview = alice.run("push", "--force", "--dry-run")
    done = alice.run("push", "--force")
    for path in ("data/cases.csv", "new.csv", "README.md"):
        assert f"'{path}'" in preview.stderr
        assert f"'{path}'" in done.stderr
    assert "would discard" in preview.stderr
    assert "models/seir.py" not in done.stderr
    alice.ok("pull", "--ref", bobs)  # what the tag lost is still there by its digest
    assert alice.tree() == bob.tree()


def test_a_refusal_names_some_of_many_changes(alice: Workspace, bob: Workspace) -> None:
    for number in range(60):
        bob.write(f"data/{number:02}.csv", "day,cases\n")
    publish(bob)
    edit(alice)
    said = alice.refused(7, "push").splitlines()
    assert said[0].endswith("in 60 files")
    assert said[1] == "  added-remote: data/00.csv"
    assert said[-2] == "  … and 10 more"
    assert len(said) == 53


def test_a_known_version_is_published_under_another_tag(alice: Workspace, bob: Workspace) -> None:
    first = json.loads(alice.ok("push", "--json"))["digest"]
    edit(alice)
    publish(alice)
    alice.write("data/deaths.csv", "work in progress\n")
    before = alice.tree()
    assert first in alice.ok("push", "--ref", first, "--tag", "stable")
    assert alice.tree() == before
    assert alice.ok("status", "--porcelain=v1") == "modified-local\tdata/deaths.csv\n"
    bob.ok("pull", "--tag", "stable")
    assert bob.read("data/cases.csv") == "day,cases\n1,3\n"
    assert "latest" in alice.ok("ls-remote")
