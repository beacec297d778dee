"""remove stops tracking, and deletes only what is not lost by it."""

import json

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.removal import remove_paths
from tests.porcelain.conftest import FILES
from tests.support.cli import run
from tests.support.workspace import Workspace


def tracked(work: Workspace) -> list[str]:
    return work.ok("ls-files").split()


def test_a_removed_file_stays_on_disk(work: Workspace) -> None:
    assert work.ok("remove", "models/seir.py") == "models/seir.py\n"
    assert "models/seir.py" not in tracked(work)
    assert work.read("models/seir.py") == FILES["models/seir.py"]


def test_a_directory_stands_for_all_tracked_files_below_it(work: Workspace) -> None:
    work.write("data/notes.txt", "untracked\n")
    work.write("data-2.csv", "1\n")
    work.ok("add", "data-2.csv")
    work.ok("remove", "--rm", "data")
    assert not [path for path in tracked(work) if path.startswith("data/")]
    assert "data-2.csv" in tracked(work)
    assert sorted(path.name for path in (work.root / "data").iterdir()) == ["notes.txt"]


def test_rm_deletes_directories_that_become_empty(work: Workspace) -> None:
    work.ok("remove", "--rm", "data/")
    assert not (work.root / "data").exists()


def test_everything_can_be_removed(work: Workspace) -> None:
    work.ok("remove", ".")
    assert tracked(work) == []


def test_names_are_relative_to_the_current_directory(work: Workspace) -> None:
    done = run("remove", "seir.py", cwd=work.root / "models")
    assert (done.code, done.text) == (0, "models/seir.py\n")


def test_dash_c_is_the_current_directory(work: Workspace) -> None:
    assert run("-C", str(work.root / "data"), "remove", "cases.csv", cwd=work.root.parent).code == 0
    assert "data/cases.csv" not in tracked(work)


def test_every_name_is_checked_before_anything_is_done(work: Workspace) -> None:
    before = work.everything()
    error = work.refused(1, "remove", "--rm", "data", "nowhere")
    assert "not tracked: 'nowhere'" in error
    assert work.everything() == before


def test_a_name_outside_the_project_is_refused(work: Workspace) -> None:
    assert "outside the project" in work.refused(2, "remove", "../other")


def test_an_empty_name_does_not_stand_for_everything(work: Workspace) -> None:
    before = work.everything()
    work.refused(2, "remove", "--rm", "")
    assert work.everything() == before


def test_a_dry_run_changes_nothing(work: Workspace) -> None:
    before = work.everything()
    assert work.ok("remove", "-n", "--rm", "data") == "data/cases.csv\n"
    assert work.everything() == before


def test_content_that_exists_nowhere_else_is_not_deleted(work: Workspace) -> None:
    work.write("models/seir.py", "BETA = 0.4\n")
    before = work.everything()
    for dry in ([], ["-n"]):
        error = work.refused(12, "remove", *dry, "--rm", "models", "data")
        assert "'models/seir.py'" in error and "--force" in error
    assert work.everything() == before


def test_force_deletes_it(work: Workspace) -> None:
    work.write("models/seir.py", "BETA = 0.4\n")
    work.ok("remove", "--rm", "--force", "models")
    assert not (work.root / "models").exists()


def test_without_rm_edited_files_can_be_removed(work: Workspace) -> None:
    work.write("models/seir.py", "BETA = 0.4\n")
    work.ok("remove", "models")
    assert work.read("models/seir.py") == "BETA = 0.4\n"


def test_added_content_that_was_never_published_stays_as_an_object(fresh: Workspace) -> None:
    done = fresh.run("remove", "--rm", "data")
    assert done.code == 0
    digest = done.stderr.rstrip().rpartition(" ")[2]
    assert fresh.ok("cat-object", "-p", digest) == FILES["data/cases.csv"]


def test_json_tells_what_was_done(fresh: Workspace) -> None:
    value = json.loads(fresh.ok("remove", "--rm", "--json", "data", "models/seir.py"))
    assert value["removed"] == ["data/cases.csv", "models/seir.py"]
    assert value["kept"].keys() == {"data/cases.csv", "models/seir.py"}
    assert (value["deleted"], value["dry_run"]) == (True, False)


@pytest.mark.parametrize("there", ["nothing", "directory"])
def test_a_tracked_path_that_is_no_file_any_more_loses_nothing(work: Workspace, there: str) -> None:
    file = work.root / "models/seir.py"
    file.unlink()
    if there == "directory":
        work.write("models/seir.py/inside.txt", "mine\n")
    work.ok("remove", "--rm", "models/seir.py")
    assert (there == "directory") == (file / "inside.txt").exists()


def test_what_lies_beyond_a_symlink_is_left_alone(work: Workspace) -> None:
    (work.root / "data").rename(work.root.parent / "elsewhere")
    (work.root / "data").symlink_to("../elsewhere")
    work.ok("remove", "--rm", "data")
    assert (work.root.parent / "elsewhere/cases.csv").read_text() == FILES["data/cases.csv"]


def test_published_large_content_needs_no_object(work: Workspace) -> None:
    project = Project.discover(work.root)
    digest = project.load_index()["data/cases.csv"].digest
    project.objects.discard(digest)
    assert remove_paths(project, ["data"], delete=True).kept == {}
    assert not (work.root / "data").exists()
