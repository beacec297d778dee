"""diff-manifest compares two versions."""

from pathlib import Path

import pytest

from tests.plumbing.sample import assert_refused, edit, golden, publish, succeed
from tests.support.cli import run


@pytest.fixture
def versions(root: Path) -> Path:
    """The sample project with the versions v1 and, after every kind of edit, v2."""
    publish(root, "v1")
    edit(root)
    publish(root, "v2")
    return root


def test_output_format(versions: Path) -> None:
    golden("diff-manifest", "diff-manifest", "v1", "v2", cwd=versions)
    golden("diff-manifest.z", "diff-manifest", "-z", "v1", "v2", cwd=versions)


def test_the_other_way_round_sides_and_letters_are_swapped(versions: Path) -> None:
    def swapped(record: str) -> str:
        fields, path = record.split("\t")
        old_mode, new_mode, old, new, letter = fields.removeprefix(":").split(" ")
        return f":{new_mode} {old_mode} {new} {old} {letter.translate(str.maketrans('AD', 'DA'))}\t{path}"

    forward = succeed("diff-manifest", "v1", "v2", cwd=versions).splitlines()
    assert list(map(swapped, succeed("diff-manifest", "v2", "v1", cwd=versions).splitlines())) == forward


def test_the_working_tree_differs_from_v1_as_v2_does(versions: Path) -> None:
    assert succeed("diff-manifest", "v1", "v2", cwd=versions) == succeed("diff-index", "v1", cwd=versions)


def test_the_exit_code_tells_of_differences_only_when_asked(versions: Path) -> None:
    assert run("diff-manifest", "v1", "HEAD", cwd=versions).code == 0
    assert run("diff-manifest", "--exit-code", "v1", "HEAD", cwd=versions).code == 1
    same = run("diff-manifest", "--exit-code", "v2", "HEAD", cwd=versions)
    assert (same.code, same.stdout) == (0, b"")


def test_what_is_no_version_is_an_error(versions: Path) -> None:
    assert_refused(run("diff-manifest", "v1", "v3", cwd=versions), 1, "no such ref: 'v3'", "for-each-ref")
    readme = succeed("hash-object", "README.md", cwd=versions).strip()
    result = run("diff-manifest", "v1", readme, cwd=versions)
    assert (result.code, result.stdout) == (5, b"")
    assert readme in result.stderr
