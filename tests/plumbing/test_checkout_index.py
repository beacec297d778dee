"""checkout-index writes files of a version into the working tree."""

import shutil
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from tests.plumbing.sample import LINK, LINK_TARGET, TRACKED, assert_refused, edit, golden, publish, succeed
from tests.support.cli import run


@pytest.fixture
def bare(root: Path) -> Path:
    """The sample project with its version v1, and nothing in its working tree."""
    publish(root, "v1")
    for name in ("data", "bin", "src"):
        shutil.rmtree(root / name)
    (root / "README.md").unlink()
    (root / ".modelopsignore").unlink()
    return root


def test_output_format(bare: Path) -> None:
    names = ["data/größe.csv", 'data/say "hi".csv']
    golden("checkout-index", "checkout-index", "v1", *names, cwd=bare)
    golden("checkout-index.z", "checkout-index", "-z", "v1", cwd=bare)


def test_content_mode_and_links_are_restored_and_tracked(bare: Path) -> None:
    succeed("checkout-index", "v1", cwd=bare)
    assert {path: (bare / path).read_bytes() for path in TRACKED} == TRACKED
    assert (bare / LINK).readlink() == Path(LINK_TARGET)
    assert (bare / "bin/run.sh").stat().st_mode & 0o100
    assert succeed("diff-index", "v1", cwd=bare) == ""


def test_what_is_as_it_should_be_is_left_alone(bare: Path) -> None:
    succeed("checkout-index", "v1", cwd=bare)
    before = (bare / "README.md").stat()
    assert succeed("checkout-index", "v1", cwd=bare) == ""
    assert (bare / "README.md").stat() == before


def test_paths_on_standard_input_are_relative_to_the_root(bare: Path) -> None:
    (bare / "src").mkdir()
    named = b'"data/say \\"hi\\".csv"\nREADME.md\n'
    assert succeed("checkout-index", "v1", "--stdin", cwd=bare / "src", input=named).encode() == named
    assert succeed("checkout-index", "v1", "model.py", cwd=bare / "src") == "src/model.py\n"


def test_without_paths_on_standard_input_nothing_is_written(bare: Path) -> None:
    assert succeed("checkout-index", "v1", "--stdin", cwd=bare) == ""
    assert not (bare / "README.md").exists()


def test_files_that_differ_are_kept_unless_forced(root: Path) -> None:
    publish(root, "v1")
    edit(root)
    result = run("checkout-index", "v1", cwd=root)
    assert_refused(result, 12, "files would be overwritten", "--force")
    assert "  README.md" in result.stderr.splitlines()
    assert not (root / "data/empty.csv").exists()
    written = succeed("checkout-index", "--force", "v1", cwd=root).splitlines()
    assert written == ["README.md", "bin/run.sh", "data/empty.csv", LINK]
    assert succeed("ls-files", "--modified", "--deleted", cwd=root) == ""


def test_content_that_is_not_here_is_an_error_before_anything_is_written(bare: Path) -> None:
    project = Project(bare)
    version = Digest(succeed("resolve-ref", "v1", cwd=bare).strip())
    project.objects.discard(project.bundle(version).tree["src/model.py"].digest)
    result = run("checkout-index", "v1", cwd=bare)
    assert_refused(result, 1, "content of 'src/model.py' is not here", f"fetch-blob --manifest {version}")
    assert not (bare / "README.md").exists()


def test_a_damaged_object_reaches_no_file(bare: Path) -> None:
    project = Project(bare)
    version = Digest(succeed("resolve-ref", "v1", cwd=bare).strip())
    file = project.objects.path(project.bundle(version).tree["src/model.py"].digest)
    file.chmod(0o644)
    file.write_bytes(b"class Modem:\n    pass\n")
    assert_refused(run("checkout-index", "v1", cwd=bare), 5, "content of 'src/model.py'", "verify-objects")
    assert not (bare / "README.md").exists()


def test_a_path_that_is_not_in_the_version_is_an_error(bare: Path) -> None:
    result = run("checkout-index", "v1", "notes/plain.txt", cwd=bare)
    assert_refused(result, 1, "'notes/plain.txt' is not in 'v1'", "read-manifest v1")
