"""push-blob sends the content of versions to a remote."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest, digest_of, hex_of
from modelops_bundle.safe_path import CONFIG_PATH
from modelops_bundle.storage.config import DEFAULT_THRESHOLD
from tests.plumbing.sample import TRACKED, assert_refused, edit, golden, publish, succeed
from tests.support.cli import run

README = digest_of(TRACKED["README.md"])
ABSENT = "sha256:" + "2" * 64


def stored(layout: str) -> set[str]:
    """Return the digests of the blobs at the remote."""
    blobs = Path(layout.removeprefix("oci:")) / "blobs" / "sha256"
    return {f"sha256:{file.name}" for file in blobs.iterdir() if not file.name.startswith(".")}


def make_large_file(root: Path, name: str = "large") -> str:
    """Track a file that is too large to be an object, a layer of its own all the same, and return its digest."""
    (root / CONFIG_PATH).write_text("version: 1\nstorage: {layout: portable}\n")
    with (root / name).open("wb") as stream:
        stream.truncate(DEFAULT_THRESHOLD + 1)
    succeed("update-index", "--add", name, cwd=root)
    return succeed("ls-files", "-s", name, cwd=root).split(" ")[1]


def test_output_format(root: Path, layout: str) -> None:
    publish(root, "v1")
    golden("push-blob", "push-blob", "--remote", layout, "--manifest", "v1", cwd=root)
    golden("push-blob.z", "push-blob", "--remote", layout, "-z", README, cwd=root)


@pytest.mark.parametrize("by", ["records", "manifest"])
def test_all_blobs_of_a_version_arrive_and_sending_them_again_is_success(root: Path, layout: str, by: str) -> None:
    version = publish(root, "v1")
    blobs = succeed("read-manifest", "--blobs", version, cwd=root)
    digests = [line.split(" ")[0] for line in blobs.splitlines()]
    arguments = ["--stdin"] if by == "records" else ["--manifest", version]
    for status in ("pushed", "exists"):
        sent = succeed("push-blob", "--remote", layout, *arguments, cwd=root, input=blobs.encode())
        assert sent.splitlines() == [f"{digest} {status}" for digest in digests]
    assert stored(layout) == set(digests)


@pytest.mark.parametrize("by", ["digest", "manifest"])
def test_large_files_come_from_the_working_tree(root: Path, layout: str, by: str) -> None:
    digest = make_large_file(root)
    assert Digest(digest) not in Project(root).objects
    arguments = [digest] if by == "digest" else ["--manifest", publish(root, "v1")]
    assert f"{digest} pushed\n" in succeed("push-blob", "--remote", layout, *arguments, cwd=root)
    assert digest in stored(layout)


@pytest.mark.parametrize("by", ["digest", "manifest"])
def test_a_large_file_that_changed_is_told_by_name(root: Path, layout: str, by: str) -> None:
    digest = make_large_file(root)
    arguments = [digest] if by == "digest" else ["--manifest", publish(root, "v1")]
    with (root / "large").open("r+b") as stream:
        stream.write(b"x")
    result = run("push-blob", "--remote", layout, *arguments, cwd=root)
    assert_refused(result, 3, "file changed while it was being read: 'large'", "run the command again")
    assert digest not in stored(layout)


@pytest.mark.parametrize("by", ["digest", "manifest"])
def test_a_large_file_that_is_gone_is_told_by_name(root: Path, layout: str, by: str) -> None:
    digest = make_large_file(root)
    arguments = [digest] if by == "digest" else ["--manifest", publish(root, "v1")]
    (root / "large").unlink()
    result = run("push-blob", "--remote", layout, *arguments, cwd=root)
    assert_refused(result, 1, f"the content of 'large' ({digest}) is not here any more", "status")


def test_no_records_send_nothing(root: Path, layout: str) -> None:
    assert succeed("push-blob", "--remote", layout, "--stdin", cwd=root) == ""


def test_content_that_is_not_here_is_an_error_before_anything_is_sent(root: Path, layout: str) -> None:
    result = run("push-blob", "--remote", layout, README, ABSENT, cwd=root)
    assert_refused(result, 1, f"no such object: '{ABSENT}'", "fetch")
    assert not Path(layout.removeprefix("oci:")).exists()


def test_a_damaged_object_is_not_sent(root: Path, layout: str) -> None:
    file = Project(root).objects.path(README)
    file.chmod(0o644)
    file.write_bytes(b"# Modem\n")
    result = run("push-blob", "--remote", layout, README, cwd=root)
    assert (result.code, result.stdout) == (5, b"")
    assert README in result.stderr
    assert not (Path(layout.removeprefix("oci:")) / "blobs" / "sha256" / hex_of(README)).exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["README.md"], "not a digest: 'README.md'"),
        (["--manifest", "v1", README], "--manifest names all blobs"),
        (["--manifest", "v1", "--stdin"], "--manifest names all blobs"),
    ],
)
def test_a_senseless_request_is_a_usage_error(root: Path, layout: str, arguments: list[str], message: str) -> None:
    edit(root)
    assert_refused(run("push-blob", "--remote", layout, *arguments, cwd=root), 2, message, "")
