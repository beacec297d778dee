"""What a destination holds is told path by path, and what must not be replaced is in the way."""

import os
from pathlib import Path

import pytest

from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.digest import digest_of, short
from modelops_bundle.errors import WorkingTreeConflict
from modelops_bundle.materializing.destination import (
    Destination,
    InTheWay,
    difference,
    holds_files,
    same_content,
)


def file(root: Path, path: str, content: str = "x") -> Path:
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(content)
    return place


def entry(content: bytes, mode: Mode = Mode.FILE) -> TreeEntry:
    return TreeEntry("a", mode, len(content), digest_of(content))


def test_a_destination_need_not_exist(tmp_path: Path) -> None:
    assert Destination(tmp_path / "new").find("a/b") is None
    assert not (tmp_path / "new").exists()


def test_a_file_is_no_destination(tmp_path: Path) -> None:
    with pytest.raises(WorkingTreeConflict, match=r"not a directory: '.*/a'"):
        Destination(file(tmp_path, "a"))


def test_files_and_links_are_found_as_they_are(tmp_path: Path) -> None:
    file(tmp_path, "d/run.sh").chmod(0o755)
    (tmp_path / "link").symlink_to("nowhere")
    found = Destination(tmp_path)
    assert (script := found.find("d/run.sh")) and script.tree_entry("a") == entry(b"x", Mode.EXECUTABLE)
    assert (link := found.find("link")) and link.tree_entry("a") == entry(b"nowhere", Mode.LINK)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("full", "is a directory with files in it here"),
        ("linked", "is a directory with files in it here"),
        ("pipe", "is neither a file nor a symlink here"),
        ("full/x/y", "lies beyond 'full/x', which is no directory"),
        ("link/x", "lies beyond 'link', which is no directory"),
        ("dangling/x/y", "lies beyond 'dangling', which is no directory"),
    ],
)
def test_what_must_not_be_replaced_is_in_the_way(tmp_path: Path, path: str, reason: str) -> None:
    file(tmp_path, "full/x")
    (tmp_path / "linked/deep").mkdir(parents=True)
    (tmp_path / "linked/deep/link").symlink_to(tmp_path / "full")
    (tmp_path / "link").symlink_to("full")
    (tmp_path / "dangling").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InTheWay, match=reason):
        Destination(tmp_path).find(path)


def test_directories_without_files_are_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "a/b/c").mkdir(parents=True)
    assert Destination(tmp_path).find("a") is None
    assert not holds_files(tmp_path)


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        (entry(b"x"), "file", True),
        (entry(b"x", Mode.EXECUTABLE), "file", True),
        (entry(b"y"), "file", False),
        (entry(b"x"), "link", False),
        (entry(b"x", Mode.LINK), "file", False),
        (entry(b"x", Mode.LINK), "link", True),
    ],
)
def test_content_is_compared_but_a_link_is_never_a_file(
    tmp_path: Path, wanted: TreeEntry, found: str, same: bool
) -> None:
    if found == "link":
        (tmp_path / "a").symlink_to("x")
    else:
        file(tmp_path, "a")
    present = Destination(tmp_path).find("a")
    assert present and same_content(wanted, present) is same


def test_a_person_is_told_both_digests(tmp_path: Path) -> None:
    file(tmp_path, "a")
    present = Destination(tmp_path).find("a")
    assert present
    told = difference(entry(b"y"), present)
    assert told == f"expected {short(digest_of(b'y'))}, got {short(digest_of(b'x'))}"
