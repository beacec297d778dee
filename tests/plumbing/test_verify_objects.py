"""verify-objects finds what is damaged or missing."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest, digest_of
from tests.plumbing.sample import TRACKED, assert_refused, check_golden, publish, succeed
from tests.support.cli import run

README = digest_of(TRACKED["README.md"])
ABSENT = Digest("sha256:" + "2" * 64)


def damage(root: Path, digest: str) -> None:
    file = Project(root).objects.path(Digest(digest))
    file.chmod(0o644)
    file.write_bytes(b"damaged\n")


def found(root: Path, *arguments: str, input: bytes = b"") -> list[str]:
    """Return `severity id digest` of each problem; check that the exit code fits."""
    result = run("verify-objects", *arguments, cwd=root, input=input)
    records = [line.partition("\t")[0] for line in result.text.splitlines()]
    assert result.code == (5 if any(record.startswith("error ") for record in records) else 0), result
    return records


def test_output_format(root: Path) -> None:
    version = Digest(publish(root, "v1"))
    damage(root, README)
    Project(root).objects.discard(Project(root).bundle(version).config.index)
    (Project(root).directory / "refs/tags/v0").write_text("damaged\n")
    for name, option in (("verify-objects", []), ("verify-objects.z", ["-z"])):
        result = run("verify-objects", "--connectivity", *option, cwd=root)
        check_golden(name, result.stdout)
        assert_refused(result, 5, "4 of the objects or refs", "modelops-bundle fetch", written=result.stdout)
    named = run("verify-objects", README, ABSENT, cwd=root)
    check_golden("verify-objects.named", named.stdout)
    assert named.code == 5


@pytest.mark.parametrize("arguments", [[], ["--connectivity"], [README], ["--stdin"]])
def test_where_all_is_well_nothing_is_printed(root: Path, arguments: list[str]) -> None:
    publish(root, "v1")
    succeed("update-ref", "remotes/registry.example.org/model/latest", ABSENT, cwd=root)
    assert succeed("verify-objects", *arguments, cwd=root) == ""


def test_the_blobs_of_a_version_can_be_piped_in(root: Path) -> None:
    publish(root, "v1")
    blobs = succeed("read-manifest", "--blobs", "v1", cwd=root).encode()
    assert found(root, "--stdin", input=blobs) == []
    damage(root, README)
    assert found(root, "--stdin", input=blobs) == [f"error corrupt-object {README}"]
    assert found(root, "--stdin") == []


def test_a_version_is_checked_whatever_names_it(root: Path) -> None:
    version = publish(root, "v1")
    succeed("update-ref", "-d", "HEAD", cwd=root)
    succeed("update-ref", "-d", "tags/v1", cwd=root)
    succeed("update-ref", "remotes/registry.example.org/model/latest", version, cwd=root)
    config = Project(root).bundle(Digest(version)).manifest.config.digest
    Project(root).objects.discard(config)
    assert found(root) == []
    assert found(root, "--connectivity") == [f"error missing-document {config}"]
    Project(root).objects.discard(Digest(version))
    assert found(root, "--connectivity") == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"no manifest\n", "error malformed-version"),
        (b'{"schemaVersion":2,"config":{"mediaType":"a/b","digest":"%s","size":2},"layers":[]}' % README.encode(),
         "warning unknown-version"),
    ],
)  # fmt: skip
def test_what_is_no_version_is_found(root: Path, content: bytes, problem: str) -> None:
    project = Project(root)
    digest = project.objects.put(content)
    project.refs.update("tags/odd", digest)
    assert found(root, "--connectivity") == [f"{problem} {digest}"]


def test_what_is_no_digest_is_a_usage_error(root: Path) -> None:
    assert_refused(run("verify-objects", "README.md", cwd=root), 2, "not a digest: 'README.md'", "sha256:")
