"""mount-blob makes blobs of another repository appear at a remote."""

import uuid
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import digest_of
from tests.plumbing.sample import TRACKED, assert_refused, golden, publish, succeed
from tests.support.cli import run
from tests.support.registry_server import RegistryServer

README = digest_of(TRACKED["README.md"])
ABSENT = "sha256:" + "2" * 64


def test_output_format(root: Path, layout: str) -> None:
    golden("mount-blob", "mount-blob", "--remote", layout, "--from", "team/model", README, ABSENT, cwd=root)
    golden("mount-blob.z", "mount-blob", "--remote", layout, "--from", "team/model", "-z", README, cwd=root)


@pytest.mark.server("docker-registry")
@pytest.mark.parametrize("with_host", [False, True])
def test_a_registry_takes_blobs_over_from_another_of_its_repositories(
    root: Path, registry: RegistryServer, with_host: bool
) -> None:
    source, target = f"source-{uuid.uuid4().hex}", f"{registry.host}/target-{uuid.uuid4().hex}"
    succeed("push-blob", "--remote", f"{registry.host}/{source}", "--manifest", publish(root, "v1"), cwd=root)
    named = f"{registry.host}/{source}" if with_host else source
    records = f"{README} 8\n{ABSENT} 5\n{README} 8\n".encode()
    found = succeed("mount-blob", "--remote", target, "--from", named, "--stdin", cwd=root, input=records)
    assert found.splitlines() == [f"{README} mounted", f"{ABSENT} refused", f"{README} mounted"]
    Project(root).objects.discard(README)
    assert succeed("fetch-blob", "--remote", target, f"{README} 8", cwd=root) == f"{README} fetched\n"


def test_no_records_mount_nothing(root: Path, layout: str) -> None:
    assert succeed("mount-blob", "--remote", layout, "--from", "x", "--stdin", cwd=root) == ""


def test_the_source_must_be_named(root: Path, layout: str) -> None:
    assert_refused(run("mount-blob", "--remote", layout, README, cwd=root), 2, "'--from'", "mount-blob --help")


def test_what_is_no_digest_is_a_usage_error(root: Path, layout: str) -> None:
    result = run("mount-blob", "--remote", layout, "--from", "x", "README.md", cwd=root)
    assert_refused(result, 2, "not a digest: 'README.md'", "sha256:")
