"""Files in a blob store are pointers where a bundle is materialized, until somebody fetches them."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.foreign_layout import EarlierBundle
from tests.support.workspace import Workspace, snapshot

LARGE = b"day,cases\n" + b"1,3\n" * 5000
TOOL = b"#!/bin/sh\n" + b"#" * 5000
POINTER = "out/.mops/ptr/data/large.csv.json"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Shared:
    """A bundle `oci:../remote` with large files in a directory that stands for a blob store, and somebody else."""

    author: Workspace
    user: Workspace
    blobs: Path

    def blob(self, data: bytes) -> Path:
        """Return where the store keeps content."""
        name = sha256(data)
        return next(self.blobs.rglob(name))

    def push(self) -> None:
        self.author.ok("add", ".")
        self.author.ok("push")

    def pointer(self, name: str = POINTER) -> Any:
        return json.loads((self.user.root / name).read_bytes())

    def tree(self) -> dict[str, str]:
        return snapshot(self.user.root / "out")


@pytest.fixture
def shared(tmp_path: Path) -> Shared:
    """Two large files and a small one, pushed."""
    (tmp_path / "blobs").mkdir()
    author = Workspace(tmp_path / "author", tmp_path / "home-of-author")
    author.ok("init", "--remote", f"oci:{tmp_path / 'remote'}")
    for option, value in (("threshold_bytes", "1000"), ("provider", "directory"), ("container", "../blobs")):
        author.ok("config", f"storage.{option}", value)
    author.write("data/large.csv", LARGE)
    author.write("data/copy.csv", LARGE)
    author.write("bin/tool", TOOL, executable=True)
    author.write("src/seir.py", "BETA = 0.3\n")
    shared = Shared(author, Workspace(tmp_path / "user", tmp_path / "home-of-user"), tmp_path / "blobs")
    shared.push()
    return shared


def materialize(shared: Shared, *options: str) -> Any:
    return json.loads(shared.user.ok("materialize", "oci:../remote", "out", "--json", *options))


def fetch(shared: Shared, *options: str) -> Any:
    return json.loads(shared.user.ok("fetch-external", "out", "--json", *options))


def test_a_pointer_says_exactly_what_the_format_says(shared: Shared) -> None:
    result = materialize(shared)
    assert not (shared.user.root / "out/data/large.csv").exists()
    assert shared.user.read("out/src/seir.py") == "BETA = 0.3\n"
    value = {
        "schema_version": 1,
        "uri": result["pointers"]["data/large.csv"]["uri"],
        "sha256": sha256(LARGE),
        "size": len(LARGE),
        "tier": None,
        "created_at": "1970-01-01T00:00:00Z",
        "fulfilled": False,
        "local_path": None,
        "original_path": "data/large.csv",
        "layer": "data",
    }
    data = (shared.user.root / POINTER).read_bytes()
    assert data == json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    assert value["uri"].startswith("file:///") and value["uri"].endswith(sha256(LARGE))


def test_people_are_told_of_pointers_and_how_to_fetch_them(shared: Shared) -> None:
    done = shared.user.run("materialize", "oci:../remote", "out")
    assert "Pointers: 3 files in a blob store" in done.text
    assert "modelops-bundle fetch-external out" in done.stderr


def test_prefetching_brings_the_files_and_says_so_in_their_pointers(shared: Shared) -> None:
    result = materialize(shared, "--prefetch-external")
    assert {"bin/tool", "data/copy.csv", "data/large.csv"} <= set(result["created"])
    assert (shared.user.root / "out/data/large.csv").read_bytes() == LARGE
    assert os.access(shared.user.root / "out/bin/tool", os.X_OK)
    pointer = shared.pointer()
    assert (pointer["fulfilled"], pointer["local_path"]) == (True, "data/large.csv")


def test_prefetching_again_asks_no_store_and_changes_no_byte(shared: Shared) -> None:
    materialize(shared, "--prefetch-external")
    before = shared.tree()
    shared.blob(LARGE).unlink()
    for options in (("--prefetch-external",), (), ("--overwrite",), ("--prefetch-external", "--overwrite")):
        assert materialize(shared, *options)["created"] == []
        assert shared.tree() == before
    assert fetch(shared)["fetched"] == []
    assert shared.tree() == before


def test_pointers_are_fulfilled_later_without_the_registry(shared: Shared, tmp_path: Path) -> None:
    materialize(shared)
    (tmp_path / "remote").rename(tmp_path / "away")
    result = fetch(shared)
    assert result["fetched"] == ["bin/tool", "data/copy.csv", "data/large.csv"]
    assert result["bytes"] == 2 * len(LARGE) + len(TOOL)
    (tmp_path / "away").rename(tmp_path / "remote")
    fulfilled = shared.tree()
    assert materialize(shared, "--prefetch-external")["replaced"] == []
    assert shared.tree() == fulfilled
    assert "executable" in fulfilled["bin/tool"]


def test_fulfilling_again_fetches_nothing(shared: Shared) -> None:
    materialize(shared)
    fetch(shared)
    before = shared.tree()
    shared.blob(LARGE).unlink()
    assert fetch(shared) == {
        "fetched": [],
        "present": ["bin/tool", "data/copy.csv", "data/large.csv"],
        "bytes": 0,
        "dry_run": False,
    }
    assert shared.tree() == before


def test_what_was_lost_is_fetched_again(shared: Shared) -> None:
    materialize(shared, "--prefetch-external")
    before = shared.tree()
    (shared.user.root / "out/data/large.csv").unlink()
    materialize(shared)
    assert not shared.pointer()["fulfilled"]
    assert fetch(shared)["fetched"] == ["data/large.csv"]
    assert shared.tree() == before


def test_the_current_directory_is_the_default(shared: Shared) -> None:
    materialize(shared)
    there = Workspace(shared.user.root / "out", shared.user.home)
    assert "3 files would be fetched" in there.ok("fetch-external", "--dry-run")
    assert not (there.root / "data").exists()
    assert "3 files fetched" in there.ok("fetch-external")


def test_a_damaged_blob_is_refused_and_nothing_is_written(shared: Shared) -> None:
    materialize(shared)
    before = shared.tree()
    blob = shared.blob(LARGE)
    blob.chmod(0o644)
    blob.write_bytes(b"#" * len(LARGE))
    assert sha256(LARGE) in shared.user.refused(5, "fetch-external", "out")
    for options in ((), ("--overwrite",)):
        shared.user.refused(5, "materialize", "oci:../remote", "out", "--prefetch-external", *options)
        shared.user.refused(5, "materialize", "oci:../remote", "new", "--prefetch-external", *options)
    assert shared.tree() == before
    assert not (shared.user.root / "new").exists()


def test_a_missing_blob_is_named(shared: Shared) -> None:
    materialize(shared)
    before = shared.tree()
    uri = shared.pointer()["uri"]
    shared.blob(LARGE).unlink()
    assert uri in shared.user.refused(1, "fetch-external", "out")
    assert uri in shared.user.refused(1, "materialize", "oci:../remote", "out", "--prefetch-external")
    assert shared.tree() == before


def test_a_file_of_other_content_at_an_external_path_is_a_conflict(shared: Shared) -> None:
    shared.user.write("out/data/large.csv", "mine\n")
    before = shared.tree()
    for options in ((), ("--prefetch-external",), ("--overwrite",)):
        said = shared.user.refused(12, "materialize", "oci:../remote", "out", *options)
        assert "data/large.csv: expected sha256:" in said
        assert shared.tree() == before
    assert "--overwrite --prefetch-external" in said
    materialize(shared, "--overwrite", "--prefetch-external")
    assert (shared.user.root / "out/data/large.csv").read_bytes() == LARGE


def test_fulfilling_does_not_replace_what_somebody_wrote(shared: Shared) -> None:
    materialize(shared)
    shared.user.write("out/data/large.csv", "mine\n")
    before = shared.tree()
    shared.user.refused(12, "fetch-external", "out")
    assert shared.tree() == before
    assert fetch(shared, "--overwrite")["fetched"] == ["bin/tool", "data/copy.csv", "data/large.csv"]


def test_a_pointer_goes_when_its_file_comes_with_the_registry(shared: Shared) -> None:
    materialize(shared)
    shared.author.ok("config", "storage.mode", "oci")
    shared.push()
    materialize(shared, "--overwrite")
    assert (shared.user.root / "out/data/large.csv").read_bytes() == LARGE
    assert not (shared.user.root / "out/.mops/ptr").exists()


def test_no_file_in_a_role_needs_no_store(shared: Shared) -> None:
    for blob in shared.blobs.rglob("*"):
        if blob.is_file():
            blob.unlink()
    result = materialize(shared, "--role", "runtime", "--prefetch-external")
    assert result["pointers"] == {}
    assert shared.user.read("out/src/seir.py") == "BETA = 0.3\n"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"original_path": "../evil"}, "unsafe path"),
        ({"original_path": "data/other.csv"}, "it is about 'data/other.csv'"),
        ({"uri": "file:///etc/passwd"}, "not an address of a blob"),
        ({"uri": "https://example.org/x"}, "not an address of a blob"),
        ({"sha256": "abc"}, "no size or sha256"),
        ({"size": -1}, "no size or sha256"),
        ({"schema_version": 2}, "version is not known"),
    ],
)
def test_a_pointer_that_makes_no_sense_is_refused(shared: Shared, change: dict[str, Any], said: str) -> None:
    materialize(shared)
    (shared.user.root / POINTER).write_text(json.dumps(shared.pointer() | change))
    before = snapshot(shared.user.root)
    error = shared.user.refused(2, "fetch-external", "out")
    assert said in error and ".mops/ptr/data/large.csv.json" in error
    assert snapshot(shared.user.root) == before


def test_a_pointer_of_the_earlier_tool_is_understood(shared: Shared) -> None:
    materialize(shared)
    pointer = {key: shared.pointer()[key] for key in ("fulfilled", "original_path", "uri", "sha256", "size")}
    (shared.user.root / POINTER).write_text(json.dumps({**pointer, "tier": "cool"}))
    fetch(shared)
    assert (shared.user.root / "out/data/large.csv").read_bytes() == LARGE
    assert (shared.pointer()["tier"], shared.pointer()["fulfilled"]) == ("cool", True)


def test_where_nothing_was_materialized_there_is_nothing_to_fetch(shared: Shared) -> None:
    shared.user.write("other/x", "x")
    assert "nothing was materialized" in shared.user.refused(1, "fetch-external", "other")


def test_an_address_with_a_signature_is_refused_and_not_repeated(tmp_path: Path) -> None:
    golden = Path(__file__).parents[1] / "modelops_bundle" / "golden" / "earlier.index.json"
    contents = {"data/cases.csv": b"day,cases\n1,3\n", "data/nothing.csv": b"", "src/model.py": b"BETA = 0.3\n"}
    earlier = EarlierBundle.read(golden, contents)
    del contents["data/cases.csv"]
    uri = "azure://models/ab/cd/abcd?sig=s3cret"
    earlier.index["files"]["data/cases.csv"] |= {"storage": "blob", "blobRef": {"uri": uri}}
    earlier.publish(tmp_path / "store")
    user = Workspace(tmp_path / "user")
    assert "s3cret" not in user.refused(2, "materialize", "oci:../store", "out")
    assert not (user.root / "out").exists()
