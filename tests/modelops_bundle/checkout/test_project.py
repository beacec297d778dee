"""A project is found from anywhere inside it, and knows its files by one name."""

from pathlib import Path

import pytest

from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.checkout.config import Config
from modelops_bundle.checkout.project import NotAProject, Project
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import Busy, Invalid
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.objects import ObjectCorrupt, ObjectMissing
from tests.modelops_bundle.samples import LINKS, everything_below, track, write_sample
from tests.support.bundles import titled_bundle


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project in a directory of its own."""
    return Project.create(tmp_path / "seir")


def test_it_is_found_from_every_directory_in_it(project: Project) -> None:
    (project.root / "a" / "b").mkdir(parents=True)
    for start in (project.root, project.root / "a" / "b", project.directory):
        assert Project.discover(start).root == project.root


def test_outside_there_is_none(tmp_path: Path, project: Project) -> None:
    with pytest.raises(NotAProject, match=str(tmp_path)) as caught:
        Project.discover(tmp_path)
    assert caught.value.hint == "modelops-bundle init"


def test_who_has_a_file_of_the_earlier_tool_is_told_where_its_parts_go(tmp_path: Path) -> None:
    (tmp_path / "modelops.yaml").write_text("kind: Bundle\n")
    with pytest.raises(NotAProject) as caught:
        Project.discover(tmp_path)
    assert caught.value.hint.startswith("modelops-bundle init; 'modelops.yaml' is the earlier tool's")


def test_a_way_around_does_not_lead_to_another_project(tmp_path: Path, project: Project) -> None:
    other = Project.create(tmp_path / "other")
    (tmp_path / "none").mkdir()
    (project.root / "link").symlink_to(tmp_path / "none")
    assert Project.discover(project.root / ".." / "other").root == other.root
    for start in (project.root / ".." / "none", project.root / "link", project.root / "link" / ".."):
        with pytest.raises(NotAProject):
            Project.discover(start)


def test_the_innermost_project_counts(project: Project) -> None:
    inner = Project.create(project.root / "inner")
    assert Project.discover(inner.root).root == inner.root


def test_a_project_is_created_once(project: Project) -> None:
    before = everything_below(project.root)
    with pytest.raises(Invalid, match="already a project"):
        Project.create(project.root)
    assert everything_below(project.root) == before


def test_a_project_that_cannot_be_created_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").write_text("x")

    def full(self: Path, text: str) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        Project.create(tmp_path)
    assert everything_below(tmp_path) == {"mine": b"x"}


def test_git_is_told_what_is_ours_alone(project: Project) -> None:
    lines = (project.directory / ".gitignore").read_text().splitlines()
    assert lines[1:] == ["*", "!.gitignore", "!config.yaml", "!registry.yaml"]


def test_files_have_one_bundle_path(project: Project, tmp_path: Path) -> None:
    root = project.root
    assert project.bundle_path(root / "a" / "b") == "a/b"
    assert project.bundle_path(root / "a" / ".." / "b") == "b"
    assert project.bundle_path(root) == "."
    assert project.bundle_path(root / ".modelops-bundle" / "config.yaml") == ".modelops-bundle/config.yaml"
    (tmp_path / "way").symlink_to(root)
    (root / "d").mkdir()
    (tmp_path / "inside").symlink_to(root / "d")
    assert project.bundle_path(tmp_path / "way" / "a") == "a"
    assert project.bundle_path(tmp_path / "inside" / ".." / "a") == "a"
    assert project.bundle_path(tmp_path / "inside" / "..") == "."


def test_a_link_in_the_project_is_a_path_of_its_own(project: Project, tmp_path: Path) -> None:
    (project.root / "link").symlink_to(tmp_path)
    assert project.bundle_path(project.root / "link") == "link"
    assert project.bundle_path(project.root / "link" / "x") == "link/x"


@pytest.mark.parametrize("name", ["..", "../seir-2", "../../etc/passwd", "/etc/passwd", "a/../../x"])
def test_files_outside_have_none(project: Project, name: str) -> None:
    with pytest.raises(Invalid, match="outside the project"):
        project.bundle_path(project.root / name)


def test_one_command_at_a_time(project: Project) -> None:
    with project.lock(), pytest.raises(Busy), Project(project.root).lock(wait=0):
        pass
    with project.lock(wait=0):
        pass


def test_the_lock_makes_what_a_clone_of_git_does_not_have(project: Project) -> None:
    project.tmp.rmdir()
    with project.lock():
        project.write_index(project.load_index())
    assert project.load_index() == {}


def test_without_a_configuration_the_defaults_hold(project: Project) -> None:
    assert project.config == Config()
    (project.directory / "config.yaml").write_text("storage: {threshold_bytes: 7}")
    assert Project(project.root).config.storage.threshold_bytes == 7


def test_a_bundle_is_kept_and_read_without_a_remote(project: Project) -> None:
    tree = track(project, *write_sample(project.root)).tree()
    bundle = titled_bundle(tree, LINKS, LayerRules({}), {})
    project.keep(bundle)
    assert Project(project.root).bundle(bundle.digest) == bundle


def test_a_bundle_that_is_not_whole_is_refused(project: Project) -> None:
    tree = track(project, *write_sample(project.root)).tree()
    bundle = titled_bundle(tree, LINKS, LayerRules({}), {})
    with pytest.raises(ObjectMissing):
        Project(project.root).bundle(bundle.digest)
    project.keep(bundle)
    project.objects.path(bundle.config.index).unlink()
    with pytest.raises(ObjectMissing):
        Project(project.root).bundle(bundle.digest)
    project.objects.path(bundle.config.index).write_bytes(b"{}")
    with pytest.raises(ObjectCorrupt):
        Project(project.root).bundle(bundle.digest)


def test_an_object_that_is_no_bundle_is_refused(project: Project) -> None:
    with pytest.raises(MalformedDocument):
        project.bundle(project.objects.put(b"model = 1\n"))


def test_a_new_project_has_no_head(project: Project) -> None:
    assert project.head is None
    project.refs.update("HEAD", digest_of(b""))
    assert project.head == digest_of(b"")
