"""diff-index compares a version with the tracked files."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from tests.plumbing.sample import assert_refused, edit, golden, publish, succeed, tracked_paths
from tests.support.cli import run


def changes(root: Path, *arguments: str) -> dict[str, str]:
    """Return the letter of each path that differs."""
    records = succeed("diff-index", "-z", *arguments, cwd=root).split("\0")[:-1]
    return {record.partition("\t")[2]: record.partition("\t")[0][-1] for record in records}


def test_output_format(root: Path) -> None:
    publish(root, "v1")
    edit(root)
    golden("diff-index", "diff-index", cwd=root)
    golden("diff-index.z", "diff-index", "-z", "v1", cwd=root)


def test_without_any_version_everything_is_added(root: Path) -> None:
    assert changes(root) == dict.fromkeys(tracked_paths(), "A")
    assert_refused(run("diff-index", "HEAD", cwd=root), 1, "no such ref: 'HEAD'", "for-each-ref")


def test_cached_compares_what_the_index_last_saw(root: Path) -> None:
    publish(root, "v1")
    edit(root)
    assert changes(root, "--cached") == {'src/"new".py': "A"}
    succeed("update-index", "--refresh", cwd=root)
    assert changes(root, "--cached")["README.md"] == "M"


@pytest.mark.parametrize("option", [[], ["--cached"]])
def test_nothing_differs_right_after_publishing_and_nothing_is_written(root: Path, option: list[str]) -> None:
    publish(root, "v1")
    before = Project(root).index_path.read_bytes()
    (root / "README.md").touch()
    assert changes(root, *option, "--exit-code") == {}
    assert Project(root).index_path.read_bytes() == before


def test_the_exit_code_tells_of_differences_only_when_asked(root: Path) -> None:
    publish(root, "v1")
    edit(root)
    assert run("diff-index", cwd=root).code == 0
    result = run("diff-index", "--exit-code", "HEAD", cwd=root)
    assert (result.code, result.stderr) == (1, "")
    assert len(result.stdout.splitlines()) == 5


def test_a_version_that_is_not_here_is_an_error(root: Path) -> None:
    absent = "sha256:" + "0" * 64
    assert_refused(run("diff-index", absent, cwd=root), 1, f"no such object: '{absent}'", "fetch")
    assert_refused(run("diff-index", "v9", cwd=root), 1, "no such ref: 'v9'", "for-each-ref")
