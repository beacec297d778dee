"""ls-objects lists every object."""

from pathlib import Path

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import digest_of
from tests.plumbing.sample import LINK_TARGET, TRACKED, assert_refused, golden, succeed
from tests.support.cli import run


def test_output_format(root: Path) -> None:
    golden("ls-objects", "ls-objects", cwd=root)
    golden("ls-objects.z", "ls-objects", "-z", cwd=root)


def test_every_object_is_listed_once_by_digest_with_its_size(root: Path) -> None:
    contents = {*TRACKED.values(), LINK_TARGET.encode()}
    expected = sorted(f"{digest_of(content)} {len(content)}" for content in contents)
    assert succeed("ls-objects", cwd=root).splitlines() == expected


def test_an_empty_store_has_nothing_to_list(tmp_path: Path) -> None:
    Project.create(tmp_path)
    assert succeed("ls-objects", cwd=tmp_path) == ""


def test_it_needs_a_project(tmp_path: Path) -> None:
    assert_refused(run("ls-objects", cwd=tmp_path), 1, "not in a project", "init")
