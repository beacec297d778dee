"""The place to stage in is there for one command at a time, and leaves nothing behind."""

from functools import partial
from pathlib import Path

import pytest

from modelops_bundle.errors import Busy, WorkingTreeConflict
from modelops_bundle.files.lockfile import hold_passing
from modelops_bundle.materializing import area
from modelops_bundle.materializing.area import staging_area
from tests.modelops_bundle.samples import everything_below


def test_a_destination_that_was_made_for_nothing_is_gone(tmp_path: Path) -> None:
    with staging_area(tmp_path / "a/b") as staging:
        assert staging == tmp_path / "a/b/.mops/tmp" and staging.is_dir()
    assert everything_below(tmp_path) == {}


def test_what_came_into_it_stays(tmp_path: Path) -> None:
    with staging_area(tmp_path / "a") as staging:
        (tmp_path / "a/file").write_text("x")
        (staging.parent / "document").write_text("y")
    assert everything_below(tmp_path) == {"a": "", "a/file": b"x", "a/.mops": "", "a/.mops/document": b"y"}


def test_a_destination_that_was_there_stays_though_it_is_empty(tmp_path: Path) -> None:
    with staging_area(tmp_path):
        pass
    assert tmp_path.is_dir() and everything_below(tmp_path) == {}


def test_an_error_leaves_nothing_behind_either(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), staging_area(tmp_path / "a"):
        raise ZeroDivisionError
    assert everything_below(tmp_path) == {}


def test_one_command_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(area, "hold_passing", partial(hold_passing, wait=0))
    with staging_area(tmp_path) as staging:
        with pytest.raises(Busy), staging_area(tmp_path):
            pass
        assert staging.is_dir()


@pytest.mark.parametrize("path", [".mops", ".mops/tmp"])
@pytest.mark.parametrize("kind", ["file", "link"])
def test_nothing_is_staged_through_a_link_or_a_file(tmp_path: Path, path: str, kind: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    place = tmp_path / "out" / path
    place.parent.mkdir(parents=True)
    if kind == "file":
        place.write_text("mine")
    else:
        place.symlink_to(tmp_path / "elsewhere")
    before = everything_below(tmp_path)
    with pytest.raises(WorkingTreeConflict, match=f"not a directory: '{place}'"), staging_area(tmp_path / "out"):
        pass
    assert everything_below(tmp_path) == before
