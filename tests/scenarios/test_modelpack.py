"""export --format modelpack: what the CNCF ModelPack specification asks for, and what other tools make of it."""

import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.foreign_layout import sha256
from tests.support.programs import require, require_module
from tests.support.registry_server import RegistryServer
from tests.support.worker import digest_in
from tests.support.workspace import Workspace

CONFIG = """\
version: 1
annotations: {org.opencontainers.image.title: SEIR, org.opencontainers.image.version: "2.1"}
"""
KINDS = {
    "README.md": "doc",
    "data/cases.csv": "dataset",
    "models/fitted.pkl": "weight",
    "params.yaml": "weight.config",
    "run.sh": "code",
    "src/seir.py": "code",
}


def author_of(directory: Path, remote: str) -> Workspace:
    """Make a project with a file of each kind, an executable and an empty one, and publish it."""
    work = Workspace(directory, directory.parent / "home")
    work.ok("init", "--remote", remote)
    work.write(".modelops-bundle/config.yaml", CONFIG)
    for path in KINDS:
        work.write(path, f"{path}\n", executable=path == "run.sh")
    work.write("src/__init__.py", "")
    work.ok("add", ".")
    work.ok("push")
    return work


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    return author_of(tmp_path / "seir", f"oci:{tmp_path}/remote")


def blob(layout: Path, digest: str) -> bytes:
    return (layout / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_bytes()


def manifest_in(layout: Path) -> Any:
    (entry,) = json.loads((layout / "index.json").read_bytes())["manifests"]
    assert entry["artifactType"] == "application/vnd.cncf.model.manifest.v1+json"
    return json.loads(blob(layout, entry["digest"]))


def test_manifest_and_config_are_what_the_specification_asks_for(work: Workspace, tmp_path: Path) -> None:
    told = json.loads(work.ok("export", "--format", "modelpack", "latest", "../pack", "--json"))
    manifest = manifest_in(tmp_path / "pack")
    assert manifest["mediaType"] == "application/vnd.oci.image.manifest.v1+json"
    assert manifest["artifactType"] == "application/vnd.cncf.model.manifest.v1+json"
    assert manifest["config"]["mediaType"] == "application/vnd.cncf.model.config.v1+json"
    assert json.loads(blob(tmp_path / "pack", manifest["config"]["digest"])) == {
        "descriptor": {"title": "SEIR", "version": "2.1", "revision": told["tree"]},
        "config": {},
        "modelfs": {"type": "layers", "diffIds": [layer["digest"] for layer in manifest["layers"]]},
    }
    named = {layer["annotations"]["org.cncf.model.filepath"]: layer for layer in manifest["layers"]}
    for path, kind in KINDS.items():
        layer = named[path]
        assert layer["mediaType"] == f"application/vnd.cncf.model.{kind}.v1.raw"
        assert (layer["digest"], layer["size"]) == (sha256(f"{path}\n".encode()), len(path) + 1)
        assert json.loads(layer["annotations"]["org.cncf.model.file.metadata+json"]) == {
            "name": path.rpartition("/")[2],
            "mode": 0o755 if path == "run.sh" else 0o644,
            "uid": 0,
            "gid": 0,
            "size": len(path) + 1,
            "mtime": "1970-01-01T00:00:00Z",
            "typeflag": 48,
        }


def test_empty_files_are_members_of_a_tar_layer(work: Workspace, tmp_path: Path) -> None:
    work.ok("export", "--format", "modelpack", "latest", "../pack")
    (layer,) = (it for it in manifest_in(tmp_path / "pack")["layers"] if it["mediaType"].endswith(".tar"))
    assert layer["mediaType"] == "application/vnd.cncf.model.code.v1.tar"
    file = tmp_path / "empty.tar"
    file.write_bytes(blob(tmp_path / "pack", layer["digest"]))
    with tarfile.open(file) as archive:
        assert [(it.name, it.size, it.isreg()) for it in archive] == [("src/__init__.py", 0, True)]


def test_the_same_content_makes_the_same_file(work: Workspace, tmp_path: Path) -> None:
    other = author_of(tmp_path / "elsewhere" / "seir", f"oci:{tmp_path}/other-remote")
    first, second = (each.ok("export", "--format", "modelpack", "latest", "pack.tar") for each in (work, other))
    assert digest_in(first) == digest_in(second)
    assert (work.root / "pack.tar").read_bytes() == (other.root / "pack.tar").read_bytes()


def test_files_in_packs_and_blob_stores_are_taken_along(tmp_path: Path) -> None:
    work = author_of(tmp_path / "seir", f"oci:{tmp_path}/remote")
    (tmp_path / "blobs").mkdir()
    work.ok("config", "storage.provider", "directory")
    work.ok("config", "storage.container", str(tmp_path / "blobs"))
    work.ok("config", "storage.force_blob_patterns", "data/")
    work.ok("config", "storage.layout", "packed")
    work.ok("push")
    clone = Workspace(tmp_path / "clone", tmp_path / "home")
    Workspace(tmp_path, tmp_path / "home").ok("clone", "oci:remote", "clone")
    clone.ok("export", "--format", "modelpack", "latest", "../pack")
    layers = {it["annotations"]["org.cncf.model.filepath"]: it for it in manifest_in(tmp_path / "pack")["layers"]}
    for path in KINDS:
        assert blob(tmp_path / "pack", layers[path]["digest"]) == f"{path}\n".encode()


@pytest.mark.server("skopeo")
def test_other_tools_carry_it_to_a_registry_and_restore_its_files(
    work: Workspace, registry: RegistryServer, tmp_path: Path
) -> None:
    work.ok("export", "--format", "modelpack", "latest", "../pack.tar")
    target = f"{registry.host}/modelpack/seir:latest"
    copy = [str(require("skopeo")), "copy", "--quiet", "--preserve-digests", "--dest-tls-verify=false"]
    subprocess.run([*copy, f"oci-archive:{tmp_path}/pack.tar:latest", f"docker://{target}"], check=True)
    user = Workspace(tmp_path / "user", tmp_path / "home")
    user.ok("clone", target, ".")
    contents = {path: f"{path}\n" for path in KINDS}
    assert {path: user.read(path) for path in KINDS} == contents
    require_module("oras.client").OrasClient(insecure=True).pull(target=target, outdir=str(tmp_path / "pulled"))
    assert {path: (tmp_path / "pulled" / path).read_text() for path in KINDS} == contents


def test_what_the_format_cannot_hold_is_refused(work: Workspace, tmp_path: Path) -> None:
    (work.root / "link.py").symlink_to("src/seir.py")
    work.ok("add", ".")
    work.ok("push")
    assert "  link.py" in work.refused(2, "export", "--format", "modelpack", "latest", "../pack.tar")
    work.refused(2, "export", "--format", "modelpack", "latest", "../pack.tar", "--since", "latest")
    assert not (tmp_path / "pack.tar").exists()
