"""Damage is told from what only looks like it, and only what is in the way is cleared."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.tree import Mode, TreeEntry, tree_of
from modelops_bundle.digest import digest_of
from modelops_bundle.worker_cache.examination import clear_the_way, damaged
from tests.modelops_bundle.samples import everything_below
from tests.support.bundles import titled_bundle


def entry(path: str, content: bytes, mode: Mode = Mode.FILE) -> TreeEntry:
    return TreeEntry(path, mode, len(content), digest_of(content))


BUNDLE = titled_bundle(
    tree_of(
        [
            entry("d/e/data.csv", b"1,2\n"),
            entry("link", b"d/e", Mode.LINK),
            entry("run.sh", b"#!/bin/sh\n", Mode.EXECUTABLE),
        ]
    ),
    {"link": "d/e"},
    LayerRules({}),
    {},
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A directory that holds the bundle."""
    place = tmp_path / "tree"
    (place / "d/e").mkdir(parents=True)
    (place / "d/e/data.csv").write_text("1,2\n")
    (place / "link").symlink_to("d/e")
    (place / "run.sh").write_text("#!/bin/sh\n")
    (place / "run.sh").chmod(0o755)
    return place


def damaged_files(root: Path, bundle: Bundle = BUNDLE) -> list[str]:
    return damaged(root, bundle, bundle.tree)


def replaced_by_directory(root: Path) -> None:
    (root / "link").unlink()
    (root / "link").mkdir()


def linked_elsewhere(root: Path) -> None:
    (root / "d").rename(root.parent / "d")
    (root / "d").symlink_to("../d")


def replaced_by_pipe(root: Path) -> None:
    (root / "run.sh").unlink()
    os.mkfifo(root / "run.sh")


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "gone": (lambda root: (root / "d/e/data.csv").unlink(), "d/e/data.csv"),
    "edited": (lambda root: (root / "d/e/data.csv").write_text("9,9\n"), "d/e/data.csv"),
    "made executable": (lambda root: (root / "d/e/data.csv").chmod(0o755), "d/e/data.csv"),
    "no more executable": (lambda root: (root / "run.sh").chmod(0o644), "run.sh"),
    "a directory": (replaced_by_directory, "link"),
    "beyond a link": (linked_elsewhere, "d/e/data.csv"),
    "a pipe": (replaced_by_pipe, "run.sh"),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_damage_is_found_however_it_came_about(root: Path, how: str) -> None:
    damage, path = DAMAGE[how]
    damage(root)
    assert damaged_files(root) == [path]


def test_what_was_only_touched_is_sound(root: Path) -> None:
    os.utime(root / "run.sh", (1, 1))
    (root / "d/e/data.csv").chmod(0o600)
    (root / "d/e/beside.txt").write_text("a model wrote it")
    assert damaged_files(root) == []


def test_only_the_paths_that_were_asked_for_are_read(root: Path) -> None:
    (root / "run.sh").unlink()
    assert damaged(root, BUNDLE, ["link"]) == []


def test_directories_in_place_of_files_go_with_what_is_in_them(root: Path) -> None:
    (root / "run.sh").unlink()
    (root / "run.sh").mkdir()
    (root / "run.sh/inside").write_text("x")
    clear_the_way(root, ["run.sh"])
    assert not (root / "run.sh").exists()


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_no_directory_above_a_file_goes_and_nothing_beyond_it(root: Path, kind: str) -> None:
    elsewhere = root.parent / "elsewhere"
    (root / "d").rename(elsewhere)
    if kind == "file":
        (root / "d").write_text("x")
    else:
        (root / "d").symlink_to(elsewhere)
    clear_the_way(root, ["d/e/data.csv"])
    assert not os.path.lexists(root / "d")
    assert (elsewhere / "e/data.csv").read_text() == "1,2\n"


def test_what_is_not_in_the_way_stays(root: Path) -> None:
    before = everything_below(root)
    clear_the_way(root, [*BUNDLE.tree, "new/file"])
    assert everything_below(root) == before
