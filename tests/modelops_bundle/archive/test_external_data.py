"""Files that lie in a blob store: pointers always travel, the files on demand, and pointers tell the truth."""

import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.archive.compression import ArchiveFile, Compression
from modelops_bundle.archive.directory_archive import export_directory
from modelops_bundle.errors import Invalid, NotFound
from tests.modelops_bundle.archive.archives import make

DATA = b"large\n" * 100
POINTER = ".mops/ptr/data/large.bin.json"


def pointer(*, fulfilled: bool, **changes: Any) -> bytes:
    value = {
        "schema_version": 1,
        "uri": "az://container/key",
        "sha256": hashlib.sha256(DATA).hexdigest(),
        "size": len(DATA),
        "tier": None,
        "created_at": "1970-01-01T00:00:00Z",
        "fulfilled": fulfilled,
        "local_path": "data/large.bin" if fulfilled else None,
        "original_path": "data/large.bin",
        "layer": "data",
    } | changes
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def held(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar if info.isfile()}  # type: ignore[union-attr]


def test_without_external_data_it_does_not_matter_whether_it_was_fetched(tmp_path: Path) -> None:
    fetched = make(tmp_path / "one", {"data/large.bin": DATA, POINTER: pointer(fulfilled=True), "x": b"1"})
    bare = make(tmp_path / "two", {POINTER: pointer(fulfilled=False), "x": b"1"})
    done = [
        export_directory(source, ArchiveFile(tmp_path / f"{source.name}.tar", Compression.NONE))
        for source in (fetched, bare)
    ]
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()
    assert done[0].external == ("data/large.bin",)
    assert held(tmp_path / "one.tar") == {POINTER: pointer(fulfilled=False), "x": b"1"}


@pytest.mark.parametrize("fulfilled", [True, False])
def test_external_data_is_included_and_its_pointer_says_so(tmp_path: Path, fulfilled: bool) -> None:
    source = make(tmp_path / "one", {"data/large.bin": DATA, POINTER: pointer(fulfilled=fulfilled)})
    export_directory(source, ArchiveFile(tmp_path / "a.tar", Compression.NONE), include_external=True)
    assert held(tmp_path / "a.tar") == {"data/large.bin": DATA, POINTER: pointer(fulfilled=True)}
    assert (source / POINTER).read_bytes() == pointer(fulfilled=fulfilled)


def test_external_data_that_was_not_fetched_cannot_be_included(tmp_path: Path) -> None:
    source = make(tmp_path / "one", {POINTER: pointer(fulfilled=False)})
    with pytest.raises(NotFound) as refused:
        export_directory(source, ArchiveFile(tmp_path / "a.tar", Compression.NONE), include_external=True)
    assert refused.value.details == ("data/large.bin",)


@pytest.mark.parametrize("include", [True, False])
def test_an_edited_file_is_neither_passed_for_external_data_nor_left_out(tmp_path: Path, include: bool) -> None:
    source = make(tmp_path / "one", {"data/large.bin": b"mine", POINTER: pointer(fulfilled=True)})
    with pytest.raises(Invalid, match=r"data/large\.bin") as refusal:
        export_directory(source, ArchiveFile(tmp_path / "a.tar", Compression.NONE), include_external=include)
    assert POINTER in refusal.value.hint
    assert not (tmp_path / "a.tar").exists()


def test_directories_that_are_empty_by_themselves_stay(tmp_path: Path) -> None:
    source = make(tmp_path / "one", {"data/large.bin": DATA, POINTER: pointer(fulfilled=True)})
    (source / "data" / "mine").mkdir()
    (source / "empty").mkdir()
    export_directory(source, ArchiveFile(tmp_path / "a.tar", Compression.NONE))
    with tarfile.open(tmp_path / "a.tar") as tar:
        found = {member.name for member in tar if member.isdir()}
    assert {"data", "data/mine", "empty"} <= found


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b"[]",
        b'{"original_path":1}',
        b'{"a":1,"a":2}',
        pointer(fulfilled=False, original_path="../../etc/passwd"),
        pointer(fulfilled=False, original_path="data/other.bin"),
        pointer(fulfilled=False, sha256=5),
        pointer(fulfilled=False, size="many"),
        pointer(fulfilled=False, uri="az://container/key?sv=2024&sig=planted-secret"),
        pointer(fulfilled=False, comment="x" * (64 << 10)),
    ],
    ids=range(10),
)
def test_a_pointer_that_is_none_is_refused(tmp_path: Path, text: bytes) -> None:
    source = make(tmp_path / "one", {POINTER: text})
    with pytest.raises(Invalid, match=r"large\.bin\.json") as refused:
        export_directory(source, ArchiveFile(tmp_path / "a.tar", Compression.NONE))
    assert "planted-secret" not in f"{refused.value}"
    assert not (tmp_path / "a.tar").exists()
