"""for-each-ref lists refs."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from tests.plumbing.sample import assert_refused, golden, publish, succeed
from tests.support.cli import run

SEEN = "remotes/oci:/shared/my models/latest"
OTHER = "remotes/registry.example.org/team/model/v1"
ABSENT = "sha256:" + "2" * 64


@pytest.fixture
def named(root: Path) -> Path:
    """The sample project with refs of every kind."""
    publish(root, "v1")
    for name in (SEEN, OTHER):
        succeed("update-ref", name, ABSENT, cwd=root)
    succeed("update-ref", "bases/registry.example.org/team/model/v1", "v1", cwd=root)
    return root


def names(root: Path, *patterns: str) -> list[str]:
    return [record.partition("\t")[2] for record in succeed("for-each-ref", *patterns, cwd=root).splitlines()]


def test_output_format(named: Path) -> None:
    golden("for-each-ref", "for-each-ref", cwd=named)
    golden("for-each-ref.z", "for-each-ref", "-z", cwd=named)


def test_patterns_choose_by_name(named: Path) -> None:
    assert names(named, "tags/*") == ["tags/v1"]
    assert names(named, "*/v1") == ["bases/registry.example.org/team/model/v1", OTHER, "tags/v1"]
    assert names(named, "HEAD", SEEN) == ["HEAD", SEEN]
    assert names(named, "nothing") == []


def test_a_project_without_refs_lists_nothing(root: Path) -> None:
    assert names(root) == []


def test_a_file_that_is_no_ref_disturbs_nobody(named: Path) -> None:
    before = names(named)
    (Project(named).directory / "refs/tags/v1~").write_text("backup\n")
    (Project(named).directory / "refs/tags/deep").mkdir()
    (Project(named).directory / "refs/tags/deep/v1").write_text(f"{ABSENT}\n")
    assert names(named) == before


def test_a_damaged_ref_is_an_error_and_can_be_deleted(named: Path) -> None:
    (Project(named).directory / "refs/tags/v1").write_text("damaged\n")
    assert_refused(
        run("for-each-ref", "tags/*", cwd=named), 5, "ref 'tags/v1' holds no digest", "update-ref -d tags/v1"
    )
    succeed("update-ref", "-d", "tags/v1", cwd=named)
    assert names(named, "tags/*") == []
