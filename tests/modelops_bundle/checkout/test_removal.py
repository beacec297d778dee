"""Removing deletes nothing that exists nowhere else, and does all that it was asked for or nothing."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelops_bundle.checkout.adding import add_paths
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.removal import Removed, preview_remove, remove_paths
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import NotFound, WorkingTreeConflict
from modelops_bundle.remotes.oci_layout import LayoutRemote
from tests.modelops_bundle.pushed import make, push
from tests.modelops_bundle.samples import everything_below

FILES = {"a": "published a", "b/c": "published c", "b/d": "published d", "e": "published e"}
# Of ten bytes on, content does not become an object.
CONFIG = "storage: {threshold_bytes: 10}\n"


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose files are published, to be copied."""
    root = tmp_path_factory.mktemp("removal")
    push(make(root / "work", FILES, CONFIG), LayoutRemote(root / "remote"))
    return root / "work"


@pytest.fixture
def project(origin: Path, tmp_path: Path) -> Project:
    return copied(origin, tmp_path / "work")


def copied(origin: Path, root: Path) -> Project:
    shutil.copytree(origin, root)
    return Project(root)


def edit(project: Project, path: str, change: str) -> None:
    """Change a published file in one of the ways in which people do."""
    file = project.root / path
    match change:
        case "small edit":
            file.write_text("new")
        case "large edit" | "large edit, added":
            file.write_text(f"a new, large version of {path}")
        case "deleted":
            file.unlink()
        case "swapped":
            file.write_text(FILES["a"])
    if "added" in change:
        add_paths(project, [path], force=False)


EDITS = st.sampled_from(["as it was", "small edit", "large edit", "large edit, added", "deleted", "swapped"])


@settings(max_examples=20)
@given(
    edits=st.fixed_dictionaries(dict.fromkeys(FILES, EDITS)),
    names=st.lists(st.sampled_from([*FILES, "b", "."]), min_size=1, max_size=3),
)
def test_no_content_is_ever_lost(
    origin: Path, tmp_path_factory: pytest.TempPathFactory, edits: dict[str, str], names: list[str]
) -> None:
    project = copied(origin, tmp_path_factory.mktemp("copy") / "work")
    for path, change in edits.items():
        edit(project, path, change)
    before = everything_below(project.root)
    held = {path: (project.root / path).read_bytes() for path in FILES if (project.root / path).exists()}
    try:
        removed = remove_paths(project, names, delete=True)
    except WorkingTreeConflict as refused:
        assert all(edits[path].startswith(("large edit", "small edit")) for path in refused.details)
        after = everything_below(project.root)
        assert {path: after[path] for path in before if "locks" not in path} == {
            path: content for path, content in before.items() if "locks" not in path
        }
        return
    there = {digest_of(content.encode()) for content in FILES.values()} | set(project.objects)
    for path, content in held.items():
        assert (project.root / path).exists() != (path in removed.paths)
        assert (project.root / path).exists() or digest_of(content) in there
    assert set(project.load_index()).isdisjoint(removed.paths)


def test_content_that_exists_nowhere_else_is_deleted_by_force_only(project: Project) -> None:
    edit(project, "b/c", "large edit")
    edit(project, "e", "large edit")
    for function in (preview_remove, remove_paths):
        with pytest.raises(WorkingTreeConflict, match=r"2 files exists nowhere else: 'b/c' …") as refused:
            function(project, ["."], delete=True)
        assert refused.value.details == ("b/c", "e")
    assert remove_paths(project, ["b"], delete=True, force=True) == Removed(("b/c", "b/d"))
    assert not (project.root / "b").exists() and (project.root / "e").exists()


def test_unpublished_content_that_is_an_object_is_named(project: Project) -> None:
    (project.root / "a").write_text("small")
    add_paths(project, ["a"], force=False)
    digest = digest_of(b"small")
    assert remove_paths(project, ["a"], delete=True) == Removed(("a",), {"a": digest})
    assert project.objects.read(digest) == b"small"


def test_without_delete_nothing_is_read_or_touched(project: Project) -> None:
    edit(project, "a", "large edit")
    before = (project.root / "a").read_bytes()
    assert remove_paths(project, ["a"]) == Removed(("a",))
    assert (project.root / "a").read_bytes() == before
    assert "a" not in project.load_index()


def test_a_preview_changes_nothing(project: Project) -> None:
    before = everything_below(project.root)
    assert preview_remove(project, ["b"], delete=True) == Removed(("b/c", "b/d"))
    assert everything_below(project.root) == before


def test_a_directory_stands_for_what_is_tracked_below_it_and_no_more(project: Project) -> None:
    (project.root / "b/mine").write_text("untracked")
    assert remove_paths(project, ["b"], delete=True).paths == ("b/c", "b/d")
    assert [path.name for path in (project.root / "b").iterdir()] == ["mine"]


def test_a_file_that_is_named_twice_is_removed_once(project: Project) -> None:
    assert remove_paths(project, ["b/c", "b", "b/c"]).paths == ("b/c", "b/d")


def test_a_name_that_matches_nothing_stops_everything(project: Project) -> None:
    with pytest.raises(NotFound, match="not tracked: 'b/'"):
        remove_paths(project, ["a", "b/"], delete=True)
    assert (project.root / "a").exists() and "a" in project.load_index()


def test_what_lies_beyond_a_link_is_left_alone(project: Project) -> None:
    edit(project, "b/c", "large edit")
    (project.root / "b").rename(project.root.parent / "elsewhere")
    (project.root / "b").symlink_to("../elsewhere")
    (project.root / "a").unlink()
    (project.root / "a").mkdir()
    remove_paths(project, ["a", "b/c"], delete=True)
    assert "large" in (project.root / "b/c").read_text() and (project.root / "a").is_dir()
