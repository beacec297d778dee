"""An archive becomes a directory when all of it is right, or not at all."""

import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from modelops_bundle.archive import unpacking_archive
from modelops_bundle.archive.compression import ArchiveFile, Compression
from modelops_bundle.archive.directory_archive import COMMENT, export_directory
from modelops_bundle.archive.unpacking_archive import OpenArchive, open_archive, restore_directory, unpack
from modelops_bundle.bundles.tree import Tree
from modelops_bundle.digest import Digest
from modelops_bundle.errors import Busy, IntegrityError, Invalid, NotFound, TransferFailed, WorkingTreeConflict
from modelops_bundle.files.lockfile import hold_passing
from modelops_bundle.packs.tar_member import comment_header
from tests.modelops_bundle.archive.archives import FILES, make, tar_of

KILLED = """
import os, sys
from pathlib import Path
from modelops_bundle.archive import unpacking_archive

def unpack_until_killed(archive, directory):
    (directory / "half").touch()
    os._exit(9)

unpacking_archive.unpack = unpack_until_killed
with unpacking_archive.open_archive(Path(sys.argv[1])) as archive:
    unpacking_archive.restore_directory(archive, Path(sys.argv[2]))
"""


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    export_directory(make(tmp_path / "one"), ArchiveFile(tmp_path / "a.tar", Compression.NONE))
    return tmp_path / "a.tar"


def restore(file: Path, target: Path) -> None:
    with open_archive(file) as archive:
        restore_directory(archive, target)


def test_what_was_exported_comes_back(tmp_path: Path) -> None:
    source = make(tmp_path / "one")
    (source / "b.txt").chmod(0o755)
    (source / "empty" / "inside").mkdir(parents=True)
    export_directory(source, ArchiveFile(tmp_path / "a.tar.zst", Compression.ZSTD))
    restore(tmp_path / "a.tar.zst", tmp_path / "two")
    assert {path: (tmp_path / "two" / path).read_bytes() for path in FILES} == FILES
    assert (tmp_path / "two" / "b.txt").stat().st_mode & 0o100
    assert not (tmp_path / "two" / "b-1").stat().st_mode & 0o100
    assert (tmp_path / "two" / "empty" / "inside").is_dir()


def test_no_changed_byte_of_the_content_goes_unnoticed(tmp_path: Path, exported: Path) -> None:
    data = bytearray(exported.read_bytes())
    data[data.index(b"text\n")] ^= 1
    exported.write_bytes(data)
    with pytest.raises(IntegrityError, match="sha256"):
        restore(exported, tmp_path / "two")
    assert not list(tmp_path.glob("*two*")) and not list(tmp_path.glob(".tmp*"))


def test_a_damaged_compressed_archive_is_noticed(tmp_path: Path) -> None:
    export_directory(make(tmp_path / "one"), ArchiveFile(tmp_path / "a.tar.zst", Compression.ZSTD))
    whole = (tmp_path / "a.tar.zst").read_bytes()
    for damaged in (whole[:-3], whole[: len(whole) // 2], whole[:100] + bytes([whole[100] ^ 8]) + whole[101:]):
        (tmp_path / "a.tar.zst").write_bytes(damaged)
        with pytest.raises(IntegrityError):
            restore(tmp_path / "a.tar.zst", tmp_path / "two")
        assert not (tmp_path / "two").exists()


@pytest.mark.parametrize(
    "name", ["../x", "/etc/x", "a/../../x", "a/./b", ".git/config", "a\\b", ".mops", "a//b", "C:/x", "a\nb"]
)
def test_no_name_leads_out_of_the_directory(tmp_path: Path, name: str) -> None:
    promise = comment_header(COMMENT + "sha256:" + "0" * 64)
    (tmp_path / "a.tar").write_bytes(promise + tar_of((name, b"evil")))
    with pytest.raises(IntegrityError, match="refused"):
        restore(tmp_path / "a.tar", tmp_path / "sub")
    assert [path.name for path in tmp_path.iterdir()] == ["a.tar"]


@pytest.mark.parametrize("twice", [("x", "x"), ("x", "x/y"), ("x/y", "x")])
def test_no_name_is_there_twice(tmp_path: Path, twice: tuple[str, str]) -> None:
    promise = comment_header(COMMENT + "sha256:" + "0" * 64)
    (tmp_path / "a.tar").write_bytes(promise + tar_of(*((name, b"1") for name in twice)))
    with pytest.raises(IntegrityError, match="twice"):
        restore(tmp_path / "a.tar", tmp_path / "two")


def test_only_an_archive_of_a_directory_promises_a_tree(tmp_path: Path, exported: Path) -> None:
    with open_archive(exported) as archive:
        assert isinstance(archive.promised, str)
    (tmp_path / "b.tar").write_bytes(comment_header(COMMENT + "sha256:1") + tar_of(("x", b"")))
    with open_archive(tmp_path / "b.tar") as archive:
        promised: Digest | None = archive.promised
        assert promised is None


def test_a_directory_with_something_in_it_is_left_alone(tmp_path: Path, exported: Path) -> None:
    with pytest.raises(WorkingTreeConflict, match="one"):
        restore(exported, tmp_path / "one")
    with pytest.raises(WorkingTreeConflict, match=r"a\.tar"):
        restore(exported, exported)
    (tmp_path / "empty").mkdir()
    restore(exported, tmp_path / "empty")
    assert (tmp_path / "empty" / "b.txt").exists()


def test_an_import_is_not_disturbed_by_another_of_the_same_process_number(
    tmp_path: Path, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Containers that share a disk have the same numbers."""

    def unpack_while_another_does(archive: OpenArchive, directory: Path) -> Tree:
        monkeypatch.undo()
        tree = unpack(archive, directory)
        restore(exported, tmp_path / "other")
        return tree

    monkeypatch.setattr(unpacking_archive, "unpack", unpack_while_another_does)
    restore(exported, tmp_path / "two")
    for copy in ("two", "other"):
        assert {path: (tmp_path / copy / path).read_bytes() for path in FILES} == FILES
    assert not list(tmp_path.glob(".tmp*"))


def test_what_a_killed_import_left_goes_with_the_next(tmp_path: Path, exported: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(exported), str(tmp_path / "two")]
    assert subprocess.run(command, cwd=Path(__file__).parents[3]).returncode == 9
    assert list(tmp_path.glob(".tmp*/half"))
    restore(exported, tmp_path / "other")
    assert not list(tmp_path.glob(".tmp*"))


def test_more_than_the_disk_holds_is_refused_before_it_is_full(
    tmp_path: Path, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = sum(map(len, FILES.values()))
    usage = partial(SimpleNamespace, total=1 << 40, used=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(free=size - 1))
    with pytest.raises(TransferFailed, match=f"only {size - 1} bytes are free"):
        restore(exported, tmp_path / "two")
    assert not (tmp_path / "two").exists()
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(free=size))
    restore(exported, tmp_path / "two")


def test_a_file_system_that_does_not_tell_its_size_takes_everything(
    tmp_path: Path, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(total=0, used=0, free=0))
    restore(exported, tmp_path / "two")


def test_more_members_than_a_bundle_may_have_are_refused(
    tmp_path: Path, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking_archive, "MAX_MEMBERS", 10)
    with pytest.raises(IntegrityError, match="more than 10"):
        restore(exported, tmp_path / "two")


def test_places_that_do_not_exist_are_named(tmp_path: Path, exported: Path) -> None:
    with pytest.raises(NotFound, match=r"no\.tar"):
        restore(tmp_path / "no.tar", tmp_path / "two")
    with pytest.raises(Invalid, match="nowhere"):
        restore(exported, tmp_path / "nowhere" / "two")


def test_an_empty_directory_is_filled_and_stays_what_it_is(tmp_path: Path, exported: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o750)
    (tmp_path / "real").chmod(0o2750)
    (tmp_path / "link").symlink_to("real")
    before = (tmp_path / "real").stat()
    restore(exported, tmp_path / "link")
    now = (tmp_path / "real").stat()
    assert (now.st_ino, now.st_mode) == (before.st_ino, before.st_mode)
    assert any((tmp_path / "real").iterdir())
    assert not list((tmp_path / "real").glob(".tmp-import-*"))


def test_a_refused_import_leaves_an_empty_directory_empty(tmp_path: Path, exported: Path) -> None:
    (tmp_path / "target").mkdir()
    data = bytearray(exported.read_bytes())
    data[-1500] ^= 1
    exported.write_bytes(data)
    with pytest.raises(IntegrityError):
        restore(exported, tmp_path / "target")
    assert list((tmp_path / "target").iterdir()) == []


def test_two_imports_do_not_fill_one_directory(tmp_path: Path, exported: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    with hold_passing(target / ".tmp-import-target.lock"), pytest.raises(Busy):
        restore(exported, target)
    assert list(target.iterdir()) == []


def test_of_two_imports_as_one_name_the_later_is_told(
    tmp_path: Path, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "target"

    def meanwhile(archive: OpenArchive, directory: Path) -> Tree:
        restored = unpack(archive, directory)
        target.mkdir(exist_ok=True)
        (target / "theirs").write_text("theirs")
        return restored

    monkeypatch.setattr(unpacking_archive, "unpack", meanwhile)
    with pytest.raises(WorkingTreeConflict, match="not empty"):
        restore(exported, target)
    assert [child.name for child in target.iterdir()] == ["theirs"]


def test_a_layout_directory_is_cloned_not_imported(tmp_path: Path) -> None:
    (tmp_path / "layout").mkdir()
    (tmp_path / "layout/oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    with pytest.raises(Invalid) as refusal, open_archive(tmp_path / "layout"):
        pass
    assert "clone oci:" in refusal.value.hint
