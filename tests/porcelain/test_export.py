"""export: a directory or a version in one file."""

import hashlib
import json
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.support.cli import run
from tests.support.programs import require
from tests.support.workspace import Workspace


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    """A directory that is no project, with a directory `workspace` in it."""
    place = Workspace(tmp_path / "place")
    place.write("workspace/src/model.py", "BETA = 0.3\n")
    place.write("workspace/run.sh", "#!/bin/sh\n", executable=True)
    return place


def test_the_session_of_the_earlier_tool(place: Workspace) -> None:
    lines = place.ok("export", "./workspace", "./my-bundle.tar.zst").splitlines()
    assert lines[:2] == ["Exported ./workspace to ./my-bundle.tar.zst", "External data: pointer files only"]
    assert place.ok("import", "./my-bundle.tar.zst", "again").startswith("Imported ./my-bundle.tar.zst as again\n")
    assert place.read("again/src/model.py") == "BETA = 0.3\n"
    assert os.access(place.root / "again/run.sh", os.X_OK)


@pytest.mark.parametrize("name", ["a.tar", "a.tar.zst"])
def test_equal_trees_make_equal_archives(place: Workspace, name: str) -> None:
    place.write("second/run.sh", "#!/bin/sh\n", executable=True)
    place.write("elsewhere", "BETA = 0.3\n").chmod(0o600)
    (place.root / "second/src").mkdir()
    (place.root / "second/src/model.py").hardlink_to(place.root / "elsewhere")
    os.utime(place.root / "second/run.sh", (1, 1))
    place.ok("export", "workspace", name)
    place.ok("export", "second", f"second/{name}")
    place.ok("export", "second", f"second/{name}")
    assert sha256(place.root / name) == sha256(place.root / "second" / name)


def test_a_symlink_is_refused(place: Workspace) -> None:
    (place.root / "workspace/link").symlink_to("src")
    assert "symlink 'link' -> 'src'" in place.refused(2, "export", "workspace", "a.tar")
    assert not (place.root / "a.tar").exists()


def test_the_archive_is_named_after_the_directory(place: Workspace) -> None:
    place.ok("export", "workspace/")
    place.ok("export", "workspace", "--compression", "none")
    assert {path.name for path in place.root.iterdir()} == {"workspace", "workspace.tar", "workspace.tar.zst"}
    assert tarfile.is_tarfile(place.root / "workspace.tar")


def test_names_and_options_that_contradict_each_other_are_refused(place: Workspace) -> None:
    place.refused(2, "export", "workspace", "a.tar", "--compression", "zstd")
    place.refused(2, "export", "workspace", "a.zip")
    place.refused(2, "export", "workspace", "--compression", "gzip")
    place.refused(2, "export", "workspace", "--remote", "oci:x")
    place.refused(2, "export", "nowhere")
    place.refused(2, "export", "--oci-layout", "--include-external", "latest")


def test_the_answer_is_there_as_json(place: Workspace) -> None:
    answer = json.loads(place.ok("export", "workspace", "a.tar", "--json"))
    assert (answer["to"], answer["files"], answer["size"], answer["external"]) == ("a.tar", 2, 21, [])
    assert answer["tree"] == json.loads(place.ok("import", "a.tar", "b", "--json"))["tree"]


def test_a_project_is_exported_as_the_tree_that_it_publishes(work: Workspace) -> None:
    tree = json.loads(work.ok("push", "--json"))["tree"]
    assert f"Tree: {tree};" in work.ok("export", ".", "../work.tar")


@pytest.mark.server("skopeo")
@pytest.mark.parametrize("name", ["v.tar", "v.tar.zst"])
def test_skopeo_reads_an_exported_version(work: Workspace, tmp_path: Path, name: str) -> None:
    digest = work.ok("resolve-ref", "HEAD").strip()
    assert f"Digest: {digest}" in work.ok("export", "--oci-layout", "latest", f"../{name}")
    copy = ["copy", "--quiet", f"oci-archive:{tmp_path / name}:latest", f"oci:{tmp_path / 'c'}:v"]
    subprocess.run([str(require("skopeo")), *copy], check=True)
    assert run("resolve-ref", "latest", cwd=work.root).text.strip() == digest
    other = Workspace(tmp_path)
    assert f"Digest: {digest}" in other.ok("clone", f"oci:{tmp_path / 'c'}:v", "clone")


def test_a_version_is_exported_into_a_directory(work: Workspace, tmp_path: Path) -> None:
    digest = work.ok("resolve-ref", "HEAD").strip()
    work.ok("export", "--oci-layout", "latest", "../layout")
    work.ok("export", "--oci-layout", "latest", "../layout")
    assert f"Digest: {digest}" in Workspace(tmp_path).ok("clone", f"oci:{tmp_path / 'layout'}", "clone")
    work.refused(2, "export", "--oci-layout", digest, "../layout")
    work.refused(2, "export", "--since", "latest", "latest", "../layout")


def test_a_version_is_named_after_project_and_tag(work: Workspace) -> None:
    answer = json.loads(work.ok("export", "--oci-layout", "latest", "--json"))
    assert answer["to"] == "work-latest.tar"
    digest = work.ok("resolve-ref", "HEAD").strip()
    assert json.loads(work.ok("export", "--oci-layout", "HEAD", "--json"))["to"] == f"work-{digest[7:19]}.tar"


def test_exporting_a_version_twice_makes_the_same_bytes(work: Workspace, tmp_path: Path) -> None:
    work.ok("export", "--oci-layout", "latest", "../a.tar")
    work.ok("export", "--oci-layout", "latest", "../b.tar")
    assert (tmp_path / "a.tar").read_bytes() == (tmp_path / "b.tar").read_bytes()


def test_a_blob_that_is_nowhere_fails_and_leaves_no_archive(work: Workspace, tmp_path: Path) -> None:
    for file in (tmp_path / "remote/blobs/sha256").iterdir():
        file.unlink()
    for file in (work.root / ".modelops-bundle/objects").glob("*/*"):
        if file.read_bytes() == b"day,cases\n1,3\n":
            file.unlink()
    work.refused(1, "export", "--oci-layout", work.ok("resolve-ref", "HEAD").strip(), "../a.tar")
    assert not (tmp_path / "a.tar").exists()
    assert not list(tmp_path.glob(".tmp*"))
