"""import: what export wrote, verified."""

import json
from pathlib import Path

import pytest

from tests.support.registry_server import RegistryServer
from tests.support.workspace import Workspace


@pytest.fixture
def archive(work: Workspace, tmp_path: Path) -> Path:
    """The published version in a file, and no remote that has it any more."""
    work.ok("export", "--oci-layout", "latest", "../v.tar")
    return tmp_path / "v.tar"


def head(work: Workspace) -> str:
    return work.ok("resolve-ref", "HEAD").strip()


def test_a_version_is_known_after_it_was_imported(work: Workspace, fresh: Workspace, archive: Path) -> None:
    assert fresh.ok("import", str(archive)).startswith("Imported latest: 5 files")
    assert fresh.ok("resolve-ref", "latest").strip() == head(work)
    assert fresh.ok("manifest", "latest") == work.ok("manifest", "latest")
    fresh.ok("import", str(archive), "--tag", "theirs")
    assert fresh.ok("resolve-ref", "theirs").strip() == head(work)


def test_an_imported_version_can_be_published(
    work: Workspace, fresh: Workspace, archive: Path, tmp_path: Path
) -> None:
    fresh.ok("import", str(archive))
    fresh.ok("push", "--ref", "latest", "--tag", "v1", "--remote", f"oci:{tmp_path / 'second'}")
    assert head(work) in fresh.ok("ls-remote", "--remote", f"oci:{tmp_path / 'second'}")


def test_a_tag_that_names_another_version_is_not_moved_by_accident(work: Workspace, archive: Path) -> None:
    first = head(work)
    work.write("models/seir.py", "BETA = 0.4\n")
    work.ok("push")
    work.ok("tag", "latest")
    assert "--force" in work.refused(2, "import", str(archive))
    work.ok("import", str(archive), "--force")
    assert work.ok("resolve-ref", "tags/latest").strip() == first


def test_no_project_is_needed_to_import_to_a_remote(work: Workspace, archive: Path, tmp_path: Path) -> None:
    place = Workspace(tmp_path / "place")
    remote = f"oci:{tmp_path / 'place' / 'mirror'}"
    answer = json.loads(place.ok("import", str(archive), "--remote", "oci:mirror", "--json"))
    assert (answer["to"], answer["tags"], answer["digest"]) == (remote, ["latest"], head(work))
    place.ok("import", str(archive), "--remote", "oci:mirror", "--tag", "v1")
    assert place.ok("ls-remote", "--remote", remote).count(head(work)) == 2
    assert {path.name for path in place.root.iterdir()} == {"mirror"}
    place.refused(1, "import", str(archive))


def test_a_version_goes_from_a_file_to_a_registry(
    work: Workspace, archive: Path, tmp_path: Path, registry: RegistryServer
) -> None:
    place, remote = Workspace(tmp_path / "place"), f"{registry.host}/imported/one"
    place.ok("import", str(archive), "--remote", remote)
    assert head(work) in place.ok("clone", remote, "clone")
    work.write("models/seir.py", "BETA = 0.4\n")
    work.ok("push", "--tag", "v2")
    work.ok("export", "--since", "latest", "v2", "../2.tar")
    place.ok("import", "../2.tar", "--remote", remote)
    place.ok("clone", f"{remote}:v2", "second")
    assert place.read("second/models/seir.py") == "BETA = 0.4\n"
    place.refused(7, "import", "../2.tar", "--remote", remote, "--tag", "latest")


def test_what_a_killed_import_left_is_gone_after_the_next(fresh: Workspace, archive: Path) -> None:
    left = fresh.write(".modelops-bundle/tmp/import/unpacked/blobs/x", "half")
    fresh.ok("import", str(archive))
    assert not left.parent.exists()


def test_an_incomplete_archive_tells_what_is_missing(work: Workspace, tmp_path: Path) -> None:
    work.write("models/seir.py", "BETA = 0.4\n")
    work.ok("push", "--tag", "v2")
    assert "Left out what latest has: " in work.ok("export", "--since", "latest", "v2", "../2.tar")
    other = Workspace(tmp_path / "other")
    other.ok("init")
    error = other.refused(1, "import", "../2.tar")
    assert "'data/cases.csv'" in error and "--since" in error
    assert other.ok("tag") == ""
    work.ok("export", "--oci-layout", "latest", "../1.tar")
    other.ok("import", "../1.tar")
    other.ok("import", "../2.tar")
    assert [line.split()[0] for line in other.ok("tag").splitlines()] == ["Tag", "latest", "v2"]


def test_what_goes_nowhere_is_refused(work: Workspace, archive: Path) -> None:
    work.ok("export", ".", "../d.tar")
    work.refused(2, "import", str(archive), "directory")
    work.refused(2, "import", "../d.tar", "--remote", "oci:../mirror")
    work.refused(2, "import", "../d.tar", "--tag", "x")
    work.refused(12, "import", "../d.tar", ".")
    work.refused(1, "import", "../missing.tar")
    work.refused(1, "import", str(archive), "--version", "v9")
    work.refused(10, "import", "models/seir.py")
    assert not (work.root.parent / "mirror").exists()


def test_a_damaged_archive_is_refused_and_leaves_nothing(work: Workspace, fresh: Workspace, archive: Path) -> None:
    data = archive.read_bytes()
    archive.write_bytes(data.replace(b"BETA = 0.3", b"BETA = 0.8"))
    fresh.refused(5, "import", str(archive))
    archive.write_bytes(data[: len(data) // 2])
    fresh.refused(5, "import", str(archive))
    assert fresh.ok("tag") == ""
    assert not list((fresh.root / ".modelops-bundle/tmp/import").glob("unpacked*"))
