"""Patches hold what differs inside files, and other programs apply them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from modelops_bundle.checkout.adding import add_paths
from modelops_bundle.checkout.project import Project
from modelops_bundle.plumbing._patch import MAX_BYTES, patch, unified, wanted_content
from modelops_bundle.plumbing.diff_index import diff_index, old_tree
from tests.plumbing.sample import edit, publish
from tests.support.workspace import snapshot


def patch_of(root: Path) -> bytes:
    """The patch from HEAD to the working tree."""
    project = Project.discover(root)
    assert project.head
    bundle = project.bundle(project.head)
    found = diff_index(project, old_tree(project))
    assert wanted_content(project, found) == []
    return b"".join(line for item in found for line in patch(project, bundle, item))


def files(root: Path) -> dict[str, str]:
    return {path: held for path, held in snapshot(root).items() if not path.startswith(".modelops-bundle")}


@pytest.mark.server("git")
def test_git_applies_every_kind_of_change(root: Path, tmp_path: Path) -> None:
    (root / "data/with space.csv").write_bytes(b"a\r\nb\rc\nno end")
    (root / "data/end.csv").write_bytes(b"1\n2\n")
    add_paths(Project.discover(root), ["data"], force=False)
    publish(root, "v1")
    copy = tmp_path / "copy"
    shutil.copytree(root, copy, symlinks=True)
    edit(root)
    (root / "data/with space.csv").write_bytes(b"a\r\nB\rc\nno end\n")
    (root / "data/end.csv").write_bytes(b"1\n2")
    environment = os.environ | {"GIT_CEILING_DIRECTORIES": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "apply", "-"], cwd=copy, input=patch_of(root), env=environment, check=True)
    assert files(copy) == files(root)


def test_binary_files_are_only_named(root: Path) -> None:
    publish(root, "v1")
    (root / "README.md").write_bytes(b"\0\1")
    assert b"Binary files a/README.md and b/README.md differ\n" in patch_of(root)


def test_large_files_are_only_named(root: Path) -> None:
    publish(root, "v1")
    (root / "README.md").write_bytes(b"x" * (MAX_BYTES + 1))
    assert f"File is too large to show: 8 -> {MAX_BYTES + 1} bytes\n".encode() in patch_of(root)


def test_old_content_that_is_no_object_is_wanted(root: Path) -> None:
    publish(root, "v1")
    project = Project.discover(root)
    project.objects.discard(project.load_index()["README.md"].digest)
    (root / "README.md").write_bytes(b"changed\n")
    (root / "src/model.py").write_bytes(b"changed\n")
    assert wanted_content(project, diff_index(project, old_tree(project))) == ["README.md"]


def test_too_many_changes_are_not_worth_the_wait() -> None:
    old = b"".join(b"%d\n" % number for number in range(20_000))
    new = b"".join(b"%d\n" % (number + (number % 3 == 0) * 100_000) for number in range(20_000))
    assert list(unified(old, new, b"a/x", b"b/x")) == [b"Too many lines of a/x and b/x differ to show them\n"]
