"""The tracked files as they are on disk are compared, with the base or with any version, below any path."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.local_config import LocalConfig, write_local_config
from modelops_bundle.checkout.project import Project
from modelops_bundle.errors import NotFound
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.resolving.bundle_lookup import BundleSource
from modelops_bundle.resolving.bundle_ref import parse_bundle_ref
from modelops_bundle.settings import Settings
from modelops_bundle.sync.comparison import compare_with, compare_with_base, names_path
from tests.modelops_bundle.pushed import make, push


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that was pushed to `v1`, after which a file was edited and one deleted."""
    project = make(tmp_path / "work", {"a": "1", "d/b": "2", "d/c": "3", "dd": "4"})
    write_local_config(project.local_path, LocalConfig(f"oci:{tmp_path}/remote", tag="v1"))
    push(project, LayoutRemote(tmp_path / "remote"), "v1")
    (project.root / "a").write_text("edited")
    (project.root / "d/b").unlink()
    return Project(project.root)


def told(found: object) -> list[str]:
    assert isinstance(found, list)
    return [f"{each.letter} {each.path}" for each in found]


def test_the_base_is_what_a_push_builds_on(project: Project, tmp_path: Path) -> None:
    for remote in (f"oci:{tmp_path}/remote", ""):
        assert told(compare_with_base(project, remote)) == ["M a", "D d/b"]


def test_without_a_base_everything_is_new(tmp_path: Path) -> None:
    assert told(compare_with_base(make(tmp_path / "new", {"a": "1"}), "")) == ["A a"]


@pytest.mark.parametrize(
    ("path", "found"), [("a", ["M a"]), ("d", ["D d/b"]), ("d/b", ["D d/b"]), ("dd", []), ("d/c", [])]
)
def test_a_path_stands_for_what_is_at_it_and_below(project: Project, path: str, found: list[str]) -> None:
    assert told(compare_with_base(project, "", path)) == found


def test_a_path_at_which_nothing_ever_was_is_not_found(project: Project) -> None:
    with pytest.raises(NotFound, match="neither tracked nor in that version: 'x'"):
        compare_with_base(project, "", "x")


def test_any_version_can_be_compared_with(project: Project, tmp_path: Path) -> None:
    here = BundleSource(Settings(home=tmp_path / "home"), tmp_path)
    assert told(compare_with(project, parse_bundle_ref("oci:remote:v1"), here)) == ["M a", "D d/b"]
    push(make(tmp_path / "other", {"z": "9"}), LayoutRemote(tmp_path / "elsewhere"))
    other = told(compare_with(project, parse_bundle_ref("oci:elsewhere:latest"), here))
    assert other == ["A a", "A d/c", "A dd", "D z"]


@pytest.mark.parametrize(
    ("word", "is_path"),
    [
        ("a", True),
        ("d", True),
        ("d/b", True),
        ("v1", False),
        ("../remote", False),
        ("../work", True),
        ("../x", False),
    ],
)
def test_a_word_names_what_is_on_disk_or_tracked(project: Project, word: str, is_path: bool) -> None:
    assert names_path(project, project.root / word) is is_path
