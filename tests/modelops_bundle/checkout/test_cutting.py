"""What is about to be pushed is read once: the look at a changed large file cuts it, too."""

import os
from pathlib import Path

import pytest

from modelops_bundle.bundles.tree import EMPTY
from modelops_bundle.checkout.cutting import look_and_cut
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.tracking import snapshot
from modelops_bundle.checkout.working_tree import look
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.files.hashing import FileChanged
from modelops_bundle.packs.chunking import Cuts
from modelops_bundle.packs.packing import CUT_FROM
from tests.modelops_bundle.packs_in_memory import noise
from tests.modelops_bundle.samples import track


def test_a_large_file_is_looked_at_and_cut_in_one_pass(tmp_path: Path) -> None:
    data = noise(CUT_FROM + 1)
    (tmp_path / "large").write_bytes(data)
    now = os.lstat(tmp_path / "large")
    cuts: dict[Digest, Cuts] = {}
    entry = look_and_cut(cuts, tmp_path, "large", now)
    assert entry._replace(mtime_ns=0) == look(tmp_path, "large", now)._replace(mtime_ns=0)
    found = cuts[digest_of(data)]
    assert [cut.offset for cut in found] == [sum(cut.size for cut in found[:at]) for at in range(len(found))]
    assert found[-1].offset + found[-1].size == len(data)


@pytest.mark.parametrize("size", [0, 1, CUT_FROM - 1])
def test_a_small_file_is_not_cut(tmp_path: Path, size: int) -> None:
    (tmp_path / "small").write_bytes(noise(size))
    cuts: dict[Digest, Cuts] = {}
    assert look_and_cut(cuts, tmp_path, "small", os.lstat(tmp_path / "small")).size == size
    assert cuts == {}


def test_a_symlink_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(CUT_FROM))
    (tmp_path / "link").symlink_to("large")
    cuts: dict[Digest, Cuts] = {}
    assert look_and_cut(cuts, tmp_path, "link", os.lstat(tmp_path / "link")).digest == digest_of(b"large")
    assert cuts == {}


def test_a_large_file_that_is_being_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "large").write_bytes(noise(CUT_FROM))
    monkeypatch.setattr("modelops_bundle.files.hashing.same_moment", lambda before, after: False)
    with pytest.raises(FileChanged, match="large"):
        look_and_cut({}, tmp_path, "large", os.lstat(tmp_path / "large"))


def test_a_snapshot_has_cut_just_the_large_files_that_changed(tmp_path: Path) -> None:
    for name, seed in ("a", 1), ("b", 2):
        (tmp_path / name).write_bytes(noise(CUT_FROM, seed))
    project = Project.create(tmp_path)
    track(project, "a", "b")
    (tmp_path / "b").write_bytes(noise(CUT_FROM, 3))
    snapshot(project, EMPTY)
    assert project.cuts.keys() == {digest_of(noise(CUT_FROM, 3))}
