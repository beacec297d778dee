"""fetch-manifest brings a version's documents here."""

import shutil
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from tests.plumbing.sample import assert_refused, golden, publish, succeed
from tests.support.cli import run


@pytest.fixture
def version(root: Path, layout: str) -> str:
    """The digest of the sample's version, which the remote's tag v1 names."""
    digest = publish(root, "v1")
    succeed("push-blob", "--remote", layout, "--manifest", digest, cwd=root)
    succeed("push-manifest", "--remote", layout, "--tag", "v1", digest, cwd=root)
    return digest


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """Another project, which holds nothing."""
    Project.create(tmp_path / "empty")
    return tmp_path / "empty"


def test_output_format(empty: Path, layout: str, version: str) -> None:
    golden("fetch-manifest", "fetch-manifest", "--remote", layout, "v1", cwd=empty)


@pytest.mark.parametrize("by", ["tag", "digest", "@digest"])
def test_the_version_can_be_read_without_its_remote_afterwards(
    root: Path, empty: Path, layout: str, version: str, by: str
) -> None:
    name = {"tag": "v1", "digest": version, "@digest": f"@{version}"}[by]
    for _ in range(2):
        assert succeed("fetch-manifest", "--remote", layout, name, cwd=empty) == f"{version}\n"
    assert len(list(Project(empty).objects)) == 3
    assert succeed("read-manifest", version, cwd=empty) == succeed("read-manifest", version, cwd=root)


def test_a_version_that_is_known_by_digest_asks_nothing_of_the_remote(
    empty: Path, layout: str, version: str
) -> None:
    succeed("fetch-manifest", "--remote", layout, version, cwd=empty)
    shutil.rmtree(layout.removeprefix("oci:"))
    assert succeed("fetch-manifest", "--remote", layout, version, cwd=empty) == f"{version}\n"


def test_a_damaged_document_is_refused_and_nothing_is_kept(
    empty: Path, layout: str, version: str, root: Path
) -> None:
    index = Project(root).bundle(Digest(version)).config.index
    file = Path(layout.removeprefix("oci:")) / "blobs" / "sha256" / index.removeprefix("sha256:")
    data = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(data.replace(b"README", b"REDAME"))
    assert_refused(run("fetch-manifest", "--remote", layout, "v1", cwd=empty), 5, f"blob '{index}'", "damaged")
    assert list(Project(empty).objects) == []


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("v9", 1, "no tag 'v9'"),
        ("sha256:" + "2" * 64, 1, "no version"),
        ("a b", 2, "not a tag"),
        ("sha256:12", 2, "not a"),
    ],
)
def test_what_is_not_there_is_an_error(
    empty: Path, layout: str, version: str, name: str, code: int, message: str
) -> None:
    assert_refused(run("fetch-manifest", "--remote", layout, name, cwd=empty), code, message, "")
