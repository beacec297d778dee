from pathlib import Path

import pytest

from modelops_bundle.errors import Invalid
from modelops_bundle.worker_cache.cache_errors import NotACache
from modelops_bundle.worker_cache.cache_mark import MARK, check_marked, is_marked, mark
from tests.support.worker import publish, worker
from tests.support.workspace import Workspace


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    work = Workspace(tmp_path / "seir", tmp_path / "home")
    work.write("data/cases.csv", "day,cases\n1,3\n")
    return work


def test_a_worker_marks_its_cache(work: Workspace, tmp_path: Path) -> None:
    digest = publish(work, f"oci:{tmp_path}/layout")
    assert not is_marked(tmp_path / "cache")
    worker(f"oci:{tmp_path}/layout", tmp_path / "cache").ensure_local(digest)
    check_marked(tmp_path / "cache")


def test_a_worker_takes_no_project_for_its_cache(work: Workspace, tmp_path: Path) -> None:
    digest = publish(work, f"oci:{tmp_path}/layout")
    project = work.root / ".modelops-bundle"
    before = sorted(project.rglob("*"))
    with pytest.raises(NotACache, match="something else with 'objects' in it"):
        worker(f"oci:{tmp_path}/layout", project).ensure_local(digest)
    assert sorted(project.rglob("*")) == before


def test_a_cache_from_before_there_were_marks_gets_one_when_it_is_used(work: Workspace, tmp_path: Path) -> None:
    digest = publish(work, f"oci:{tmp_path}/layout")
    for _ in range(2):
        worker(f"oci:{tmp_path}/layout", tmp_path / "cache").ensure_local(digest)
        (tmp_path / "cache" / MARK).unlink()
    with pytest.raises(NotACache):
        check_marked(tmp_path / "cache")


def test_what_was_begun_by_somebody_else_meanwhile_is_a_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.exists

    def somebody_begins(path: Path) -> bool:
        monkeypatch.undo()
        mark(tmp_path)
        (tmp_path / "objects").mkdir()
        return real(path)

    monkeypatch.setattr(Path, "exists", somebody_begins)
    mark(tmp_path)


def test_a_cache_of_another_format_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / MARK).write_text("modelops-bundle cache, format 2\n")
    for use in is_marked, check_marked, mark:
        with pytest.raises(Invalid, match="another format"):
            use(tmp_path)
