"""Who was let in when a bundle was put there is let in again, whatever a model did to modes."""

import os
import stat
from pathlib import Path

import pytest

from modelops_bundle.digest import Digest
from modelops_bundle.worker_cache.completion import Completion, stats_of
from modelops_bundle.worker_cache.permissions import open_directories, restore_modes, shut_directories
from tests.modelops_bundle.samples import digest_number

FILES = ("a.csv", "d/e/data.csv", "d/run.sh", "f/x.csv")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A directory with files, as an umask of 022 leaves them."""
    for name in FILES:
        file = tmp_path / "tree" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
        file.chmod(0o755 if name.endswith(".sh") else 0o644)
    for folder in (tmp_path / "tree", *(path for path in (tmp_path / "tree").rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    return tmp_path / "tree"


@pytest.fixture
def known(root: Path) -> Completion:
    return Completion(digest_number(1), Digest(digest_number(2)), "", stats_of(root, FILES))


def modes(root: Path) -> dict[str, int]:
    return {
        path.relative_to(root).as_posix(): stat.S_IMODE(path.lstat().st_mode)
        for path in (root, *root.rglob("*"))
        if not path.is_symlink()
    }


def test_nothing_is_shut_as_it_was_filled(root: Path, known: Completion) -> None:
    assert shut_directories(root, known) == {}
    before = modes(root)
    open_directories(root, known)
    restore_modes(root, known, FILES)
    assert modes(root) == before


def test_directories_are_opened_to_those_who_may_read_the_files(root: Path, known: Completion) -> None:
    before = modes(root)
    for path, mode in {"d/e": 0, "d": 0o700, "f": 0o600, "": 0o711}.items():
        (root / path).chmod(mode)
    assert set(shut_directories(root, known)) >= {"", "d", "f"}
    open_directories(root, known)
    assert modes(root) == before
    assert shut_directories(root, known) == {}


def test_a_cache_for_one_person_stays_theirs(root: Path) -> None:
    for path in (root, *root.rglob("*")):
        path.chmod(path.stat().st_mode & 0o700)
    known = Completion(digest_number(1), Digest(digest_number(2)), "", stats_of(root, FILES))
    assert shut_directories(root, known) == {}


def test_a_cache_that_its_owner_made_read_only_is_open(root: Path, known: Completion) -> None:
    for path in (root, *root.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    assert shut_directories(root, known) == {}


def test_directories_whose_modes_cannot_be_set_end_nothing(
    root: Path, known: Completion, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "d").chmod(0o700)
    monkeypatch.setattr(os, "chmod", lambda path, mode: None)
    open_directories(root, known)
    assert set(shut_directories(root, known)) == {"d"}


def test_files_get_the_modes_that_they_had(root: Path, known: Completion) -> None:
    before = modes(root)
    for name, mode in zip(FILES, (0, 0o600, 0o644, 0o777), strict=True):
        (root / name).chmod(mode)
    restore_modes(root, known, FILES)
    after = modes(root)
    if os.geteuid():
        del before["a.csv"], after["a.csv"]  # what even its owner may not open is put back in another way
    assert after == before


def test_nothing_beyond_a_link_is_touched(root: Path, known: Completion) -> None:
    elsewhere = root.parent / "elsewhere"
    (root / "d").rename(elsewhere)
    (root / "d").symlink_to(elsewhere)
    (root / "a.csv").rename(elsewhere / "a.csv")
    (root / "a.csv").symlink_to(elsewhere / "a.csv")
    for path in (elsewhere / "e", elsewhere / "run.sh", elsewhere / "a.csv", elsewhere):
        path.chmod(0o700)
    before = modes(elsewhere)
    open_directories(root, known)
    restore_modes(root, known, FILES)
    assert modes(elsewhere) == before
