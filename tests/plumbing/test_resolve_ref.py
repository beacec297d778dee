"""resolve-ref prints the digest that a name stands for."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from tests.plumbing.sample import assert_refused, edit, golden, publish, succeed
from tests.support.cli import run

ABSENT = "sha256:" + "2" * 64


def test_output_format(root: Path) -> None:
    version = publish(root, "v1")
    names = ["HEAD", "v1", "tags/v1", version, f"@{version}", version.upper().replace("SHA", "sha")]
    golden("resolve-ref", "resolve-ref", *names, cwd=root)
    golden("resolve-ref.z", "resolve-ref", "-z", *names, cwd=root)


def test_digests_come_in_the_order_of_the_names(root: Path) -> None:
    first = publish(root, "v1")
    edit(root)
    second = publish(root, "v2")
    assert succeed("resolve-ref", "v2", "v1", "HEAD", cwd=root).split() == [second, first, second]


def test_a_tag_that_one_remote_was_seen_to_have_needs_no_more_words(root: Path) -> None:
    succeed("update-ref", "remotes/registry.example.org/team/model/nightly", ABSENT, cwd=root)
    assert succeed("resolve-ref", "nightly", cwd=root) == f"{ABSENT}\n"
    succeed("update-ref", "remotes/registry.example.org/other/nightly", "sha256:" + "3" * 64, cwd=root)
    assert run("resolve-ref", "nightly", cwd=root).code == 1


def test_verifying_needs_the_documents(root: Path) -> None:
    version = publish(root, "v1")
    assert succeed("resolve-ref", "--verify", "v1", cwd=root) == f"{version}\n"
    assert succeed("resolve-ref", ABSENT, cwd=root) == f"{ABSENT}\n"
    assert_refused(run("resolve-ref", "--verify", ABSENT, cwd=root), 1, f"no such object: '{ABSENT}'", "fetch")
    project = Project(root)
    config = project.bundle(Digest(version)).manifest.config.digest
    project.objects.discard(config)
    assert_refused(run("resolve-ref", "--verify", "v1", cwd=root), 1, f"no such object: '{config}'", "fetch")


def test_what_is_written_before_an_error_is_valid(root: Path) -> None:
    version = publish(root, "v1")
    result = run("resolve-ref", "v1", "v9", cwd=root)
    assert_refused(result, 1, "no such ref: 'v9'", "for-each-ref", written=f"{version}\n".encode())


@pytest.mark.parametrize(
    ("name", "code"), [("no such", 2), ("heads/x", 2), ("remotes/x", 2), ("sha256:12", 2), ("x", 1)]
)
def test_a_name_of_nothing_is_an_error(root: Path, name: str, code: int) -> None:
    result = run("resolve-ref", name, cwd=root)
    assert (result.code, result.stdout) == (code, b"")
    assert name in result.stderr
