"""push-manifest publishes a version and moves a tag to it, if that names what one expects."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.plumbing._records import NO_DIGEST
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.store.refs import remote_ref
from tests.plumbing.sample import assert_refused, edit, golden, publish, succeed
from tests.support.cli import run


@pytest.fixture
def versions(root: Path, layout: str) -> tuple[str, str]:
    """The digests of v1 and v2, whose blobs are at the remote."""
    first = publish(root, "v1")
    edit(root)
    second = publish(root, "v2")
    for version in (first, second):
        succeed("push-blob", "--remote", layout, "--manifest", version, cwd=root)
    return first, second


def named(layout: str, tag: str = "latest") -> str | None:
    return LayoutRemote(Path(layout.removeprefix("oci:"))).resolve_tag(tag)


def test_output_format(root: Path, layout: str, versions: tuple[str, str]) -> None:
    golden("push-manifest", "push-manifest", "--remote", layout, "--tag", "latest", "v1", cwd=root)


def test_without_a_tag_the_version_is_there_by_digest(root: Path, layout: str, versions: tuple[str, str]) -> None:
    succeed("push-manifest", "--remote", layout, versions[0], cwd=root)
    assert succeed("ls-remote", "--remote", layout, cwd=root) == ""
    assert LayoutRemote(Path(layout.removeprefix("oci:"))).fetch_manifest(versions[0]).digest == versions[0]


def test_pushing_again_is_success_and_what_the_tag_names_is_remembered(
    root: Path, layout: str, versions: tuple[str, str]
) -> None:
    for _ in range(2):
        assert (
            succeed("push-manifest", "--remote", layout, "--tag", "latest", "v1", cwd=root).strip() == versions[0]
        )
    assert named(layout) == versions[0]
    assert Project(root).refs.read(remote_ref(layout, "latest")) == versions[0]


@pytest.mark.parametrize("nothing", [[], ["--expect", ""], ["--expect", NO_DIGEST]])
def test_a_tag_that_names_another_version_is_not_moved_by_accident(
    root: Path, layout: str, versions: tuple[str, str], nothing: list[str]
) -> None:
    push = ["push-manifest", "--remote", layout, "--tag", "latest", *nothing]
    succeed(*push, "v1", cwd=root)
    assert_refused(run(*push, "v2", cwd=root), 7, f"names {versions[0]}, expected nothing", "pull")
    assert named(layout) == versions[0]
    assert Project(root).refs.read(remote_ref(layout, "latest")) == versions[0]


def test_a_tag_moves_from_what_is_expected_only(root: Path, layout: str, versions: tuple[str, str]) -> None:
    first, second = versions
    push = ["push-manifest", "--remote", layout, "--tag", "latest"]
    succeed(*push, "v1", cwd=root)
    assert_refused(run(*push, "--expect", second, "v2", cwd=root), 7, f"names {first}, expected {second}", "pull")
    succeed(*push, "--expect", first, "v2", cwd=root)
    assert named(layout) == second


def test_force_moves_a_tag_whatever_it_names(root: Path, layout: str, versions: tuple[str, str]) -> None:
    push = ["push-manifest", "--remote", layout, "--tag", "latest", "--force"]
    for number, version in enumerate(versions, 1):
        succeed(*push, f"v{number}", cwd=root)
        assert named(layout) == version


def test_a_version_whose_blobs_are_not_there_is_refused(root: Path, layout: str) -> None:
    version = publish(root, "v1")
    result = run("push-manifest", "--remote", layout, "--tag", "latest", version, cwd=root)
    assert_refused(result, 3, f"blobs of manifest '{version}'", "")
    assert named(layout) is None


def test_what_is_no_version_is_refused(root: Path, layout: str) -> None:
    readme = succeed("hash-object", "README.md", cwd=root).strip()
    result = run("push-manifest", "--remote", layout, readme, cwd=root)
    assert (result.code, result.stdout) == (5, b"")
    assert_refused(
        run("push-manifest", "--remote", layout, "v9", cwd=root), 1, "no such ref: 'v9'", "for-each-ref"
    )
    assert not Path(layout.removeprefix("oci:")).exists()


@pytest.mark.parametrize(("option", "value"), [("--expect", "v1"), ("--tag", "a b")])
def test_a_senseless_request_is_a_usage_error(root: Path, layout: str, option: str, value: str) -> None:
    publish(root, "v1")
    succeed("push-blob", "--remote", layout, "--manifest", "v1", cwd=root)
    assert_refused(run("push-manifest", "--remote", layout, option, value, "v1", cwd=root), 2, f"'{value}'", "")
