"""All files that were named become tracked, or none."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from modelops_bundle.checkout.adding import Added, add_paths, preview_add
from modelops_bundle.checkout.project import Project
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.safe_path import UnsafePath
from tests.modelops_bundle.samples import everything_below


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for path, content in {
        "a.py": "a",
        "data/b.csv": "b",
        "data/c.tmp": "c",
        ".modelopsignore": "*.tmp\n",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(content)
    return Project.create(tmp_path)


def test_a_directory_stands_for_its_files_but_for_ignored_ones(project: Project) -> None:
    added = add_paths(project, ["data"], force=False)
    assert (added.tracked, added.ignored) == (("data/b.csv",), ())
    assert project.load_index()["data/b.csv"].digest in project.objects


def test_an_ignored_file_that_is_named_is_told_and_forced(project: Project) -> None:
    assert add_paths(project, ["data/c.tmp"], force=False).ignored == ("data/c.tmp",)
    assert add_paths(project, ["data/c.tmp"], force=True).tracked == ("data/c.tmp",)
    assert add_paths(project, ["data/c.tmp"], force=False).ignored == ()


def test_the_root_stands_for_the_files_that_travel_too(project: Project) -> None:
    (project.directory / "config.yaml").write_text("version: 1\n")
    assert add_paths(project, ["."], force=False).tracked == (
        ".modelopsignore",
        "a.py",
        "data/b.csv",
        ".modelops-bundle/config.yaml",
    )


def test_what_did_not_change_is_not_told_again(project: Project) -> None:
    add_paths(project, ["a.py"], force=False)
    os.utime(project.root / "a.py", ns=(1, 1))
    assert add_paths(project, ["a.py"], force=False).tracked == ()
    (project.root / "a.py").write_text("other")
    assert add_paths(project, ["a.py"], force=False).tracked == ("a.py",)


def test_a_mode_is_a_change(project: Project) -> None:
    add_paths(project, ["a.py"], force=False)
    (project.root / "a.py").chmod(0o755)
    assert add_paths(project, ["a.py"], force=False).tracked == ("a.py",)


@pytest.mark.parametrize("add", [add_paths, preview_add])
def test_one_that_cannot_be_tracked_keeps_all_others_out_and_all_of_them_are_named(
    project: Project, add: Callable[..., Added]
) -> None:
    os.mkfifo(project.root / "pipe")
    with pytest.raises(Invalid, match="2 paths cannot be tracked; nothing was tracked") as refusal:
        add(project, ["a.py", "pipe", "gone"], force=False)
    assert [name in line for name, line in zip(("pipe", "gone"), refusal.value.details, strict=True)] == [
        True,
        True,
    ]
    assert not project.load_index()


def test_one_problem_is_raised_as_it_is(project: Project) -> None:
    with pytest.raises(NotFound, match="no such file: 'gone'"):
        add_paths(project, ["gone"], force=False)


def test_what_lies_beyond_a_symlink_is_refused(project: Project) -> None:
    (project.root / "link").symlink_to("data")
    with pytest.raises(Invalid, match=r"'link/b\.csv' lies beyond a symlink"):
        add_paths(project, ["link/b.csv"], force=False)
    assert add_paths(project, ["link"], force=False).tracked == ("link",)


def test_a_link_out_of_the_project_is_refused(project: Project) -> None:
    (project.root / "out").symlink_to("../elsewhere")
    with pytest.raises(UnsafePath):
        add_paths(project, ["out"], force=False)


def test_a_file_that_became_a_directory_gives_way(project: Project) -> None:
    add_paths(project, ["a.py"], force=False)
    (project.root / "a.py").unlink()
    (project.root / "a.py").mkdir()
    (project.root / "a.py/x").write_text("x")
    assert add_paths(project, ["a.py"], force=False).tracked == ("a.py/x",)
    assert list(project.load_index()) == ["a.py/x"]


def test_a_preview_tells_the_same_and_writes_nothing(project: Project) -> None:
    before = everything_below(project.root)
    told = preview_add(project, ["a.py", "data"], force=True)
    assert everything_below(project.root) == before
    assert told == add_paths(project, ["a.py", "data"], force=True)
