"""A directory is listed whole, or everything in it that an archive cannot hold is named at once."""

import os
import socket
from pathlib import Path

import pytest

from modelops_bundle.archive.source_directory import check_member, list_directory
from modelops_bundle.errors import Invalid
from modelops_bundle.files.durable import is_temporary, temporary
from modelops_bundle.safe_path import UnsafePath
from tests.modelops_bundle.archive.archives import FILES, make


def test_files_are_listed_with_their_stat_and_directories_without(tmp_path: Path) -> None:
    source = make(tmp_path / "one")
    (source / "empty").mkdir()
    listing = list_directory(source, tmp_path / "a.tar")
    assert {path: now.st_size for path, now in listing.files.items()} == {
        path: len(data) for path, data in FILES.items()
    }
    assert {"b", "empty", "deep", "deep/deep"} <= set(listing.directories)
    assert (listing.root, listing.left_out) == (source, [])


def test_everything_that_cannot_be_archived_is_named_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make(tmp_path / "one")
    (source / "link").symlink_to("b.txt")
    (source / "linked").symlink_to("b")
    os.mkfifo(source / "pipe")
    (source / "back\\slash").touch()
    (source / "deep" / ".mops").mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        # The path of a socket must be short.
        monkeypatch.chdir(source)
        server.bind("s")
        with pytest.raises(Invalid) as refused:
            list_directory(source, tmp_path / "a.tar")
    said = "\n".join(refused.value.details)
    for name in ("symlink 'link' -> 'b.txt'", "symlink 'linked'", "pipe 'pipe'", "socket 's'", "slash", "/.mops"):
        assert name in said


def test_a_link_to_a_directory_is_not_entered(tmp_path: Path) -> None:
    source = make(tmp_path / "one", {"a/x": b"1"})
    (source / "a/loop").symlink_to(source)
    with pytest.raises(Invalid) as refused:
        list_directory(source, tmp_path / "a.tar")
    assert len(refused.value.details) == 1


def test_names_that_collide_elsewhere_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="README"):
        list_directory(make(tmp_path / "one", {"README": b"1", "readme": b"2"}), tmp_path / "a.tar")


@pytest.mark.parametrize("name", ["nowhere", "one/b.txt"])
def test_the_source_must_be_a_directory(tmp_path: Path, name: str) -> None:
    make(tmp_path / "one")
    with pytest.raises(Invalid, match=f"no such directory: '.*{name}'"):
        list_directory(tmp_path / name, tmp_path / "a.tar")


def test_the_archive_itself_is_left_out_however_it_is_named(tmp_path: Path) -> None:
    source = make(tmp_path / "one", {"x": b"1", "sub/a.tar": b"2", "a.tar": b"3"})
    (tmp_path / "linked").symlink_to(source)
    for out in (source / "a.tar", source / "sub/../a.tar", tmp_path / "linked/a.tar"):
        assert set(list_directory(source, out).files) == {"x", "sub/a.tar"}


def test_what_is_machine_local_stays_and_what_travels_does_not(tmp_path: Path) -> None:
    files = {
        ".modelops-bundle/config.yaml": b"version: 1\n",
        ".modelops-bundle/local.yaml": b"remote: x\n",
        ".modelops-bundle/registry.yaml": b"models: {}\n",
        ".modelops-bundle/objects/00/11": b"object",
        ".git/config": b"[core]\n",
        "sub/.git": b"gitdir: x\n",
        "sub/.modelops-bundle/config.yaml": b"another project",
        ".mops/.mops-manifest.json": b"{}",
    }
    listing = list_directory(make(tmp_path / "one", files), tmp_path / "a.tar")
    travelling = {".modelops-bundle/config.yaml", ".modelops-bundle/registry.yaml"}
    assert set(listing.files) == {*travelling, ".mops/.mops-manifest.json"}
    assert sorted(listing.directories) == [".modelops-bundle", ".mops", "sub"]
    assert set(listing.left_out) == {".git", ".modelops-bundle", "sub/.git", "sub/.modelops-bundle"}


def test_a_link_in_the_metadata_directory_does_not_travel(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mine")
    source = make(tmp_path / "one", {".modelops-bundle/local.yaml": b""})
    (source / ".modelops-bundle/config.yaml").symlink_to(tmp_path / "secret")
    assert list_directory(source, tmp_path / "a.tar").files == {}


@pytest.mark.parametrize(
    ("path", "directory", "safe"),
    [
        ("a/b", False, True),
        (".mops", True, True),
        (".mops", False, False),
        (".modelops-bundle", True, True),
        (".mops/ptr/a.json", False, True),
        (".mops/../x", False, False),
        (".mops/.git/x", False, False),
        ("a/.mops/x", False, False),
        ("../x", True, False),
    ],
)
def test_only_safe_members_may_be_written(path: str, directory: bool, safe: bool) -> None:
    if safe:
        assert check_member(path, directory=directory) == path
    else:
        with pytest.raises(UnsafePath):
            check_member(path, directory=directory)


def test_what_a_killed_command_left_is_no_member(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / ".tmp-mine").write_text("a person's")
    with temporary(tmp_path) as (_, name):
        assert is_temporary(Path(name).name)
        Path(name).rename(tmp_path / ".tmp-fedcba9876543210")
    (tmp_path / ".tmp-0123456789abcdef").write_text("half an archive")
    (tmp_path / ".tmp-import-0123456789abcdef").mkdir()
    (tmp_path / ".tmp-import-0123456789abcdef/half").write_text("half")
    assert sorted(list_directory(tmp_path, tmp_path / "out.tar").files) == [".tmp-mine", "a"]
