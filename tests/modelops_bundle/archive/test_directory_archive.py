"""The same content makes the same archive; what cannot be archived is refused before anything is written."""

import hashlib
import subprocess
import tarfile
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from modelops_bundle.archive import directory_archive
from modelops_bundle.archive.compression import ArchiveFile, Compression
from modelops_bundle.archive.directory_archive import export_directory
from modelops_bundle.archive.unpacking_archive import open_archive, restore_directory
from modelops_bundle.files.hashing import FileChanged, read_content
from tests.modelops_bundle.archive.archives import FILES, make, make_differently
from tests.support.programs import require

BOTH = pytest.mark.parametrize(
    ("name", "compression"), [("a.tar", Compression.NONE), ("a.tar.zst", Compression.ZSTD)]
)


def names_in(archive: Path) -> list[str]:
    with tarfile.open(archive) as tar:
        return tar.getnames()


@BOTH
def test_only_names_bytes_and_the_executable_bit_count(
    tmp_path: Path, name: str, compression: Compression
) -> None:
    one, two = make(tmp_path / "one"), make_differently(tmp_path / "two", tmp_path / "links")
    for number, source in enumerate((one, two)):
        (source / "run.sh").write_bytes(b"#!/bin/sh\n")
        (source / "run.sh").chmod((0o755, 0o700)[number])
        (source / "empty").mkdir()
    exported = [
        export_directory(source, ArchiveFile(tmp_path / f"{source.name}-{name}", compression))
        for source in (one, two)
    ]
    assert exported[0] == exported[1]
    assert (tmp_path / f"one-{name}").read_bytes() == (tmp_path / f"two-{name}").read_bytes()
    (two / "run.sh").chmod(0o644)
    assert export_directory(two, ArchiveFile(tmp_path / name, compression)).tree != exported[0].tree


def test_the_bytes_are_what_they_always_were(tmp_path: Path) -> None:
    export_directory(make(tmp_path / "one"), ArchiveFile(tmp_path / "a.tar", Compression.NONE))
    digest = hashlib.sha256((tmp_path / "a.tar").read_bytes()).hexdigest()
    assert digest == "50bc03a8e682bd9b73b33ac0570433176f335bfa40310776b444c8b1c579d35c"


PATHS = st.text("ab.-é/", min_size=1, max_size=8).filter(
    lambda path: all(part.strip(".") for part in path.split("/"))
)


@settings(max_examples=30)
@given(files=st.dictionaries(PATHS, st.binary(max_size=2000), max_size=6))
def test_what_is_exported_is_imported(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> None:
    files = {
        path: data for path, data in files.items() if not any(other.startswith(f"{path}/") for other in files)
    }
    root = tmp_path_factory.mktemp("law")
    source = make(root / "source", files)
    source.mkdir(exist_ok=True)
    done = export_directory(source, ArchiveFile(root / "a.tar", Compression.NONE))
    with open_archive(root / "a.tar") as archive:
        assert restore_directory(archive, root / "copy").digest() == done.tree
    assert {path: (root / "copy" / path).read_bytes() for path in files} == files
    assert export_directory(root / "copy", ArchiveFile(root / "again.tar", Compression.NONE)) == done
    assert (root / "again.tar").read_bytes() == (root / "a.tar").read_bytes()


def test_members_are_sorted_by_bytes_with_parents_first(tmp_path: Path) -> None:
    export_directory(make(tmp_path / "one"), ArchiveFile(tmp_path / "a.tar", Compression.NONE))
    names = names_in(tmp_path / "a.tar")
    assert names[:4] == ["b", "b-1", "b.txt", "b/x.csv"]
    assert names == sorted(names, key=str.encode)
    with tarfile.open(tmp_path / "a.tar") as tar:
        for member in tar:
            assert (member.uid, member.gid, member.uname, member.gname, member.mtime) == (0, 0, "", "", 0)
            assert member.mode == (0o755 if member.isdir() else 0o644)


@pytest.mark.server("tar")
@pytest.mark.server("zstd")
@BOTH
def test_plain_tar_unpacks_it(tmp_path: Path, name: str, compression: Compression) -> None:
    export_directory(make(tmp_path / "one"), ArchiveFile(tmp_path / name, compression))
    (tmp_path / "out").mkdir()
    done = subprocess.run([require("tar"), "-xf", tmp_path / name, "-C", tmp_path / "out"], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert {path: (tmp_path / "out" / path).read_bytes() for path in FILES} == FILES


@BOTH
def test_an_archive_inside_its_source_does_not_hold_itself(
    tmp_path: Path, name: str, compression: Compression
) -> None:
    source = make(tmp_path / "one")
    outside = export_directory(source, ArchiveFile(tmp_path / name, compression))
    for _ in range(2):
        assert export_directory(source, ArchiveFile(source / name, compression)) == outside
        assert (source / name).read_bytes() == (tmp_path / name).read_bytes()


def test_what_is_machine_local_stays(tmp_path: Path) -> None:
    files = {
        ".modelops-bundle/config.yaml": b"version: 1\n",
        ".modelops-bundle/local.yaml": b"remote: x\n",
        ".modelops-bundle/objects/00/11": b"object",
        ".git/config": b"[core]\n",
        "sub/.git": b"gitdir: x\n",
        ".mops/.mops-manifest.json": b"{}",
        "x": b"1",
    }
    done = export_directory(make(tmp_path / "one", files), ArchiveFile(tmp_path / "a.tar", Compression.NONE))
    assert done.left_out == (".git", ".modelops-bundle", "sub/.git")
    assert names_in(tmp_path / "a.tar") == [
        ".modelops-bundle",
        ".modelops-bundle/config.yaml",
        ".mops",
        ".mops/.mops-manifest.json",
        "sub",
        "x",
    ]


def test_a_file_that_is_being_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make(tmp_path / "one")
    (tmp_path / "a.tar").write_bytes(b"before")

    def read_and_write(path: str) -> object:
        found = read_content(path)
        if path.endswith("b.txt"):
            (source / "b.txt").write_bytes(b"TEXT\n")
        return found

    monkeypatch.setattr(directory_archive, "read_content", read_and_write)
    with pytest.raises(FileChanged, match=r"b\.txt"):
        export_directory(source, ArchiveFile(tmp_path / "a.tar", Compression.NONE))
    assert (tmp_path / "a.tar").read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar", "one"]
