"""ls-remote lists the tags of a remote."""

from pathlib import Path

import pytest

from tests.plumbing.sample import assert_refused, golden, publish, succeed
from tests.support.cli import run


@pytest.fixture
def published(root: Path, layout: str) -> str:
    """The digest of the sample's version, which the remote has under two tags."""
    version = publish(root, "v1")
    succeed("push-blob", "--remote", layout, "--manifest", version, cwd=root)
    for tag in ("v1", "latest"):
        succeed("push-manifest", "--remote", layout, "--tag", tag, version, cwd=root)
    return version


def test_output_format(root: Path, layout: str, published: str) -> None:
    golden("ls-remote", "ls-remote", "--remote", layout, cwd=root)
    golden("ls-remote.z", "ls-remote", "-z", "--remote", layout, cwd=root)


def test_some_tags_are_listed_without_the_others(root: Path, layout: str, published: str) -> None:
    assert succeed("ls-remote", "--remote", layout, "v1", cwd=root) == f"{published}\tv1\n"


def test_a_remote_that_does_not_exist_yet_has_no_tags(root: Path, layout: str) -> None:
    assert succeed("ls-remote", "--remote", layout, cwd=root) == ""


def test_it_needs_no_project_when_the_remote_is_named(
    tmp_path: Path, root: Path, layout: str, published: str
) -> None:
    assert succeed("ls-remote", "--remote", layout, "v1", cwd=tmp_path) == f"{published}\tv1\n"


def test_the_full_name_of_the_remote_needs_no_request(root: Path, layout: str) -> None:
    assert succeed("ls-remote", "--name", "--remote", layout, cwd=root) == f"{layout}\n"
    assert succeed("ls-remote", "--name", "--remote", "../remote", cwd=root) == f"{layout}\n"
    unreachable = "registry.invalid/team/model"
    assert succeed("ls-remote", "--name", "--remote", f"https://{unreachable}/", cwd=root) == f"{unreachable}\n"


def test_a_tag_that_is_not_there_is_an_error_after_those_that_are(root: Path, layout: str, published: str) -> None:
    result = run("ls-remote", "--remote", layout, "v1", "v9", cwd=root)
    assert_refused(result, 1, "no tag 'v9'", f"ls-remote --remote {layout}", written=f"{published}\tv1\n".encode())


def test_what_is_no_tag_is_a_usage_error(root: Path, layout: str) -> None:
    assert_refused(run("ls-remote", "--remote", layout, "-z", "a b", cwd=root), 2, "not a tag: 'a b'", "a tag is")


def test_without_a_remote_it_says_how_to_name_one(root: Path) -> None:
    assert_refused(run("ls-remote", cwd=root), 2, "no remote is configured", "config remote")
