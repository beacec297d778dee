"""Bundles of the earlier tool and artifacts of ORAS are cloned, followed, and continued in our own format."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.blob_stores.directory import DirectoryStore
from modelops_bundle.blob_stores.location import Container, Scheme
from modelops_bundle.storage import stores as storage
from tests.support.foreign_layout import EarlierBundle, manifest_of, publish, sha256, titled
from tests.support.programs import require_module
from tests.support.registry_server import RegistryServer
from tests.support.workspace import METADATA, Workspace

GOLDEN = Path(__file__).parents[1] / "modelops_bundle" / "golden"
OURS = "application/vnd.modelops.bundle.v1"


@pytest.fixture
def earlier() -> EarlierBundle:
    """A bundle of the earlier tool."""
    contents = {"data/cases.csv": b"day,cases\n1,3\n", "data/nothing.csv": b"", "src/model.py": b"BETA = 0.3\n"}
    return EarlierBundle.read(GOLDEN / "earlier.index.json", contents)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The layout directory that others publish to."""
    return tmp_path / "store"


def cloned(tmp_path: Path, remote: str, name: str = "copy") -> Workspace:
    """Clone what others published."""
    Workspace(tmp_path).ok("clone", remote, name)
    return Workspace(tmp_path / name, tmp_path / f"home-of-{name}")


def artifact_type(store: Path, digest: str) -> str | None:
    manifest = json.loads((store / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_bytes())
    found: str | None = manifest.get("artifactType")
    return found


def tag(store: Path, name: str = "latest") -> str:
    """Return the digest that a tag of a layout names."""
    for entry in json.loads((store / "index.json").read_bytes())["manifests"]:
        if entry["annotations"]["org.opencontainers.image.ref.name"] == name:
            found: str = entry["digest"]
            return found
    raise AssertionError(name)


def test_a_bundle_of_the_earlier_tool_is_cloned_followed_and_continued(
    tmp_path: Path, earlier: EarlierBundle, store: Path
) -> None:
    first = earlier.publish(store)
    copy = cloned(tmp_path, f"oci:{store}")
    assert {path: (copy.root / path).read_bytes() for path in earlier.contents} == earlier.contents
    assert copy.ok("status", "--porcelain=v1") == ""
    assert f"Digest: {first}" in copy.ok("push")
    assert tag(store) == first

    earlier.write("data/cases.csv", b"day,cases\n1,3\n2,9\n")
    earlier.write("data/new.csv", b"x\n")
    second = earlier.publish(store)
    copy.write("src/model.py", "BETA = 0.4\n")
    copy.ok("fetch")
    assert "cases.csv" in copy.ok("diff", "--ref", second)
    assert "pull" in copy.refused(7, "push")
    assert f"Digest: {second}" in copy.ok("pull")
    assert (copy.read("data/cases.csv"), copy.read("data/new.csv")) == ("day,cases\n1,3\n2,9\n", "x\n")

    copy.ok("push")
    assert artifact_type(store, second) is None
    assert artifact_type(store, tag(store)) == OURS
    again = cloned(tmp_path, f"oci:{store}", "again")
    assert again.tree() == copy.tree()
    assert again.read("src/model.py") == "BETA = 0.4\n"


def test_what_was_cloned_is_read_again_without_the_remote(
    tmp_path: Path, earlier: EarlierBundle, store: Path
) -> None:
    digest = earlier.publish(store)
    copy = cloned(tmp_path, f"oci:{store}")
    store.rename(tmp_path / "away")
    assert copy.ok("diff", "--ref", digest, "--porcelain=v1") == ""
    listed = copy.ok("read-manifest", digest).splitlines()
    cases = sha256(earlier.contents["data/cases.csv"])
    assert listed[0] == f"100644 {cases} 14 data layer\tdata/cases.csv"
    assert listed[1].endswith(" 0 data empty\tdata/nothing.csv")
    assert json.loads(copy.ok("read-manifest", "--config", digest)) == earlier.index
    copy.ok("verify-objects")
    copy.ok("log")


def test_the_same_files_under_another_tag_are_published_in_our_format(
    tmp_path: Path, earlier: EarlierBundle, store: Path
) -> None:
    digest = earlier.publish(store)
    copy = cloned(tmp_path, f"oci:{store}")
    copy.ok("push", "--tag", "ours")
    copy.ok("push", "--ref", digest, "--tag", "by-ref")
    copy.ok("push", "--ref", digest, "--remote", f"oci:{tmp_path / 'other'}")
    assert tag(store) == digest
    assert artifact_type(store, tag(store, "ours")) == OURS
    assert tag(store, "ours") == tag(store, "by-ref") == tag(tmp_path / "other")


def test_a_version_of_others_is_published_though_its_files_are_not_here(
    tmp_path: Path, earlier: EarlierBundle, store: Path
) -> None:
    earlier.publish(store)
    copy = cloned(tmp_path, f"oci:{store}")
    earlier.write("data/cases.csv", b"day,cases\n1,4\n")
    digest = earlier.publish(store)
    copy.ok("push", "--ref", digest, "--tag", "ours")
    assert artifact_type(store, tag(store, "ours")) == OURS
    assert cloned(tmp_path, f"oci:{store}:ours", "again").read("data/cases.csv") == "day,cases\n1,4\n"
    assert copy.read("data/cases.csv") == "day,cases\n1,3\n"


@pytest.mark.parametrize("scheme", ["fs", "azure"])
def test_a_file_in_a_blob_store_is_fetched(
    tmp_path: Path, earlier: EarlierBundle, store: Path, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = hashlib.sha256(b"big").hexdigest()
    key = f"{name[:2]}/{name[2:4]}/{name}"
    there = tmp_path / "blobs" / key
    there.parent.mkdir(parents=True)
    there.write_bytes(b"big")
    earlier.write("data/big.bin", b"big")
    del earlier.contents["data/big.bin"]
    uri = f"fs://{tmp_path}/blobs/{key}" if scheme == "fs" else f"azure://models/{key}"
    earlier.index["files"]["data/big.bin"] |= {"storage": "blob", "blobRef": {"uri": uri, "etag": None}}
    digest = earlier.publish(store)
    opened = []

    def open_directory(container: Container, *_: object) -> DirectoryStore:
        opened.append(container.uri())
        return DirectoryStore(Container(Scheme.DIRECTORY, str(tmp_path / "blobs")))

    monkeypatch.setattr(storage, "open_blob_store", open_directory)
    copy = cloned(tmp_path, f"oci:{store}")
    assert copy.read("data/big.bin") == "big"
    assert opened == [f"file://{tmp_path}/blobs" if scheme == "fs" else "az://models"]
    copy.ok("push", "--ref", digest, "--tag", "ours")
    copy.write("src/model.py", "BETA = 0.4\n")
    copy.ok("push")
    assert cloned(tmp_path, f"oci:{store}:ours", "again").read("data/big.bin") == "big"


def test_a_file_with_a_signed_address_is_refused_when_it_is_fetched_and_only_then(
    tmp_path: Path, earlier: EarlierBundle, store: Path
) -> None:
    earlier.publish(store)
    copy = cloned(tmp_path, f"oci:{store}")
    earlier.write("data/big.bin", b"big")
    del earlier.contents["data/big.bin"]
    blob = {"uri": "azure://models/ab/cd/big?sig=secret", "etag": "1"}
    earlier.index["files"]["data/big.bin"] |= {"storage": "blob", "blobRef": blob}
    earlier.publish(store)
    copy.ok("fetch")
    assert " external\tdata/big.bin" in copy.ok("read-manifest", tag(store))
    before = copy.tree()
    said = copy.refused(10, "pull")
    assert "'data/big.bin'" in said and "azure://models/ab/cd/big" in said
    assert "secret" not in said
    assert copy.tree() == before
    assert "azure://" in Workspace(tmp_path).refused(10, "clone", f"oci:{store}", "another")
    assert not (tmp_path / "another").exists()


def test_what_others_published_is_listed_with_its_files(
    tmp_path: Path, earlier: EarlierBundle, store: Path
) -> None:
    earlier.publish(store, "earlier")
    publish(store, manifest_of([titled("a", b"x")]), (b"{}", b"x"), "oras")
    publish(store, manifest_of([], config_type="application/vnd.other"), (b"{}",), "none")
    work = Workspace(tmp_path / "work")
    work.ok("init", "--remote", f"oci:{store}")
    listed = work.ok("manifest")
    assert "(earlier)  files: 3 (25 B)" in listed
    assert "(oras)  files: 1 (1 B)" in listed
    assert "(none)  not a bundle: application/vnd.other" in listed
    assert " layer\n" in work.ok("manifest", "oras")


def test_the_earlier_tool_may_publish_over_ours(tmp_path: Path, earlier: EarlierBundle, store: Path) -> None:
    earlier.publish(store)
    copy = cloned(tmp_path, f"oci:{store}")
    copy.write("src/model.py", "BETA = 0.4\n")
    copy.ok("push")
    earlier.write("data/new.csv", b"x\n")
    earlier.write("src/model.py", b"BETA = 0.4\n")
    earlier.publish(store)
    copy.ok("pull")
    assert copy.read("data/new.csv") == "x\n"
    assert copy.ok("status", "--porcelain=v1") == ""


def test_a_tree_annotation_of_a_stranger_is_not_believed(tmp_path: Path, store: Path) -> None:
    """What a stranger's manifest says of its tree must not make us publish it as ours."""
    publish(store, manifest_of([titled("a", b"x")]), (b"{}", b"x"))
    copy = cloned(tmp_path, f"oci:{store}")
    copy.write("a", "mine\n")
    mine = copy.ok("push", "--dry-run", "--json")
    forged: dict[str, Any] = manifest_of([titled("a", b"evil")])
    forged["annotations"] = {"io.modelops.bundle.tree": json.loads(mine)["tree"]}
    publish(store, forged, (b"{}", b"evil"), "forged")
    copy.ok("fetch", "--tag", "forged")
    copy.ok("push")
    assert cloned(tmp_path, f"oci:{store}", "again").read("a") == "mine\n"


def test_hostile_titles_write_nothing(tmp_path: Path, store: Path) -> None:
    for path in ("../evil", f"{METADATA}/local.yaml", "/evil", "a/../../evil"):
        publish(store, manifest_of([titled(path, b"x")]), (b"{}", b"x"))
        Workspace(tmp_path / "work").refused(5, "clone", f"oci:{store}", "copy")
    assert not list(tmp_path.rglob("*evil*"))
    assert not (tmp_path / "work" / "copy").exists()


def test_wrong_bytes_behind_a_title_are_refused(tmp_path: Path, store: Path) -> None:
    publish(store, manifest_of([titled("a", b"right")]), (b"{}", b"right"))
    (store / "blobs" / "sha256" / sha256(b"right").removeprefix("sha256:")).write_bytes(b"wrong")
    Workspace(tmp_path).refused(5, "clone", f"oci:{store}", "copy")


def oras_push(registry: RegistryServer, repository: str, directory: Path, files: dict[str, str]) -> None:
    """Publish files with the Python library of ORAS, titled with their paths."""
    client = require_module("oras.client").OrasClient(hostname=registry.host, insecure=True)
    titles = {}
    for path, content in files.items():
        file = Workspace(directory).write(path, content)
        titles[str(file)] = {"org.opencontainers.image.title": path}
    annotations = directory / "annotations.json"
    annotations.write_text(json.dumps(titles))
    client.push(
        target=f"{registry.host}/{repository}:latest",
        files=list(titles),
        annotation_file=str(annotations),
        disable_path_validation=True,
    )


def test_what_oras_pushed_is_cloned_followed_and_continued(registry: RegistryServer, tmp_path: Path) -> None:
    repository = "other-tools/oras"
    files = {"README.md": "SEIR\n", "data/cases.csv": "day,cases\n1,3\n"}
    oras_push(registry, repository, tmp_path / "oras", files)
    copy = cloned(tmp_path, f"{registry.host}/{repository}")
    assert {path: copy.read(path) for path in files} == files

    oras_push(registry, repository, tmp_path / "oras", files | {"data/cases.csv": "day,cases\n1,4\n"})
    assert "~ data/cases.csv" in copy.ok("pull")
    assert copy.read("data/cases.csv") == "day,cases\n1,4\n"

    copy.write("README.md", "SEIR, with vaccination\n")
    assert "README.md" in copy.ok("diff")
    copy.ok("push")
    assert cloned(tmp_path, f"{registry.host}/{repository}", "again").tree() == copy.tree()
