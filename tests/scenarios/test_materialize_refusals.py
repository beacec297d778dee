"""What materialize must not do: each refusal with its exit code, and nothing written."""

from pathlib import Path

import pytest

from tests.support.foreign_layout import manifest_of, publish, sha256, titled
from tests.support.role_bundles import CODE, Published, materialized
from tests.support.workspace import Workspace, snapshot


@pytest.mark.parametrize(
    "options",
    [("--role", "runtime"), ("--prefetch-external",), ("v1",), ("a", "b", "c"), ("a", "b", "--tag", "v1")],
)
def test_a_role_is_not_pulled_into_a_project(published: Published, options: tuple[str, ...]) -> None:
    assert "pull REF DEST" in published.user.refused(2, "pull", *options)


def conflict(published: Published) -> dict[str, str]:
    """Leave a file with other content where the bundle has one, and return what is on disk."""
    published.user.write("out/src/seir.py", "BETA = 0.9\n")
    published.user.write("out/data/cases.csv", "other\n")
    return snapshot(published.outside("out"))


def test_a_conflict_leaves_everything_as_it_is(published: Published) -> None:
    before = conflict(published)
    said = published.user.refused(12, "materialize", "my-model:1.0.0", "out")
    assert "2 paths are in conflict; nothing was written" in said
    assert "data/cases.csv: expected sha256:" in said and "src/seir.py: expected sha256:" in said
    assert snapshot(published.outside("out")) == before
    assert published.user.run("materialize", "my-model:1.0.0", "out", "--dry-run").code == 12


def test_overwrite_replaces_what_differs_and_nothing_else(published: Published) -> None:
    conflict(published)
    published.user.write("out/mine.txt", "mine\n")
    result = materialized(published.user, "my-model:1.0.0", "out", "--overwrite")
    assert result["replaced"] == ["data/cases.csv", "src/seir.py"]
    assert published.user.read("out/src/seir.py") == CODE
    assert published.user.read("out/mine.txt") == "mine\n"


@pytest.mark.parametrize("options", [(), ("--overwrite",)])
def test_nothing_is_written_through_a_symlink(published: Published, options: tuple[str, ...]) -> None:
    (published.user.root / "out").mkdir(parents=True)
    elsewhere = published.user.root / "elsewhere"
    elsewhere.mkdir()
    published.outside("out/src").symlink_to(elsewhere)
    before = snapshot(published.user.root)
    assert "src/seir.py: lies beyond 'src'" in published.user.refused(
        12, "materialize", "my-model:1.0.0", "out", *options
    )
    assert snapshot(published.user.root) == before


@pytest.mark.parametrize("options", [(), ("--overwrite",)])
def test_an_area_that_is_a_symlink_is_refused(published: Published, options: tuple[str, ...]) -> None:
    (published.user.root / "out").mkdir(parents=True)
    elsewhere = published.user.root / "elsewhere"
    elsewhere.mkdir()
    published.outside("out/.mops").symlink_to(elsewhere)
    published.user.refused(12, "materialize", "my-model:1.0.0", "out", *options)
    assert published.files() == {".mops"} and list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("options", [(), ("--overwrite",)])
def test_a_directory_with_files_is_never_replaced(published: Published, options: tuple[str, ...]) -> None:
    published.user.write("out/src/seir.py/mine.txt", "mine\n")
    before = snapshot(published.outside("out"))
    assert "is a directory with files in it" in published.user.refused(
        12, "materialize", "my-model:1.0.0", "out", *options
    )
    assert snapshot(published.outside("out")) == before


def test_a_symlink_in_place_of_a_file_is_replaced_itself(published: Published) -> None:
    victim = published.user.write("victim.txt", CODE)
    published.outside("out/src").mkdir(parents=True)
    published.outside("out/src/seir.py").symlink_to(victim)
    published.user.refused(12, "materialize", "my-model:1.0.0", "out")
    published.user.ok("materialize", "my-model:1.0.0", "out", "--overwrite")
    assert not published.outside("out/src/seir.py").is_symlink()
    assert victim.read_text() == CODE


def test_an_empty_destination_does_not_stand_for_the_current_directory(published: Published) -> None:
    for command in (("materialize", "my-model:1.0.0", ""), ("fetch-external", "")):
        assert "destination is empty" in published.user.refused(2, *command)
    assert list(published.user.root.iterdir()) == []


def test_a_destination_that_is_a_file_is_refused(published: Published) -> None:
    published.user.write("out", "mine\n")
    assert "not a directory" in published.user.refused(12, "materialize", "my-model:1.0.0", "out")
    assert published.user.read("out") == "mine\n"


def test_a_role_that_is_not_there_lists_those_that_are(published: Published) -> None:
    said = published.user.refused(11, "materialize", "my-model:1.0.0", "out", "--role", "inference")
    assert "available roles: default, runtime, scoring, training" in said
    assert not published.outside("out").exists()


def test_a_registry_that_nobody_serves_is_a_failed_transfer(tmp_path: Path) -> None:
    user = Workspace(tmp_path / "user", env={"MODELOPS_HTTP_RETRY": "0"})
    user.refused(3, "materialize", "127.0.0.1:1/lab/my-model:1.0.0", "out")
    assert not (user.root / "out").exists()


@pytest.mark.parametrize("options", [(), ("--overwrite",), ("--no-cache",)])
def test_a_damaged_blob_is_refused_and_nothing_is_written(tmp_path: Path, options: tuple[str, ...]) -> None:
    publish(tmp_path / "store", manifest_of([titled("a", b"right"), titled("b", b"x")]), (b"{}", b"right", b"x"))
    blob = sha256(b"right").removeprefix("sha256:")
    (tmp_path / "store" / "blobs" / "sha256" / blob).write_bytes(b"wrong")
    user = Workspace(tmp_path / "user", tmp_path / "home")
    assert "does not match its digest" in user.refused(5, "materialize", "oci:../store", "out", *options)
    assert not (user.root / "out").exists()
    user.write("out/a", "mine")
    before = snapshot(user.root / "out")
    user.refused(5, "materialize", "oci:../store", "out", "--overwrite")
    assert snapshot(user.root / "out") == before
