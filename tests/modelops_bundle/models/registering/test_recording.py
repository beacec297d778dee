"""A change of the registry is carried out whole, or the same command completes it."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.models.entries import ModelRegistry
from modelops_bundle.models.registering.recording import change_registry, look_around
from modelops_bundle.models.registering.registration import Registered, refresh_entries
from modelops_bundle.models.registry_yaml.file import format_registry, read_registry
from tests.support.cli import run_process
from tests.support.killed import killed_at
from tests.support.model_projects import REGISTRY, make_unregistered, models, registry
from tests.support.workspace import Workspace

COMMAND = ("register-model", "models/seir.py", "--data", "data")


def listed(work: Workspace) -> set[str]:
    """Return all files that the registry names."""
    if not (work.root / REGISTRY).exists():
        return set()
    return {path for each in models(work).values() for path in (each["path"], *each["code"], *each["data"])}


def test_killed_anywhere_it_leaves_a_working_project_and_can_be_run_again(tmp_path: Path) -> None:
    done = make_unregistered(tmp_path / "done")
    done.ok(*COMMAND)
    start = make_unregistered(tmp_path / "start")
    for moment in range(1, 500):
        work = Workspace(tmp_path / "work")
        shutil.rmtree(work.root, ignore_errors=True)
        shutil.copytree(start.root, work.root, symlinks=True)
        killed = killed_at(moment, *COMMAND, cwd=work.root)
        tracked = set(work.ok("ls-files").splitlines())
        assert listed(work) <= tracked
        work.ok(*COMMAND)
        assert work.read(REGISTRY) == done.read(REGISTRY)
        assert work.ok("ls-files") == done.ok("ls-files")
        if not killed:
            break
    assert moment > 10


def test_a_registry_that_is_not_tracked_becomes_so_though_nothing_else_changes(tmp_path: Path) -> None:
    work = make_unregistered(tmp_path)
    work.ok(*COMMAND)
    work.ok("remove", REGISTRY)
    work.ok(*COMMAND)
    assert REGISTRY in work.ok("ls-files")


def test_while_another_command_is_at_work_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = make_unregistered(tmp_path)
    monkeypatch.setattr(Project, "lock_wait", 0.0)
    before = work.everything()
    with Project.discover(work.root).lock():
        assert "another command" in work.refused(6, *COMMAND)
    assert work.everything() == before


def test_commands_at_the_same_time_lose_nothing_of_each_other(tmp_path: Path) -> None:
    work = make_unregistered(tmp_path)
    commands = [
        ("register-model", "models/seir.py"),
        ("register-model", "models/sir.py", "--class", "Plain"),
        ("register-target", "targets/fits.py"),
    ]
    with ThreadPoolExecutor(len(commands)) as pool:
        done = list(pool.map(lambda command: run_process(*command, cwd=work.root), commands))
    assert [each.code for each in done] == [0, 0, 0], done
    assert set(models(work)) == {"seir_seir", "sir_plain"}
    assert set(registry(work)["targets"]) == {"weekly_cases", "deaths"}


def test_a_file_that_cannot_be_read_is_no_concern_of_other_models(tmp_path: Path) -> None:
    work = make_unregistered(tmp_path)
    work.ok("add", ".")
    (work.root / "README.md").write_text("changed\n")
    (work.root / "README.md").unlink()
    (work.root / "README.md").mkdir()
    work.ok(*COMMAND)


def test_one_look_serves_for_reading_and_for_recording(tmp_path: Path) -> None:
    work = make_unregistered(tmp_path)
    work.ok(*COMMAND)
    project = Project.discover(work.root)
    held = read_registry(project)
    around = look_around(project)
    assert refresh_entries(held, held.models.values(), around).registry == held
    work.write("models/rates.py", "BETA = 0.5\n")
    change, recorded = change_registry(
        project, lambda now, around: refresh_entries(now, now.models.values(), around), dry_run=False
    )
    assert recorded.written
    assert work.read(REGISTRY).encode() == format_registry(change.registry)


def test_nothing_is_written_where_nothing_is_registered(tmp_path: Path) -> None:
    work = make_unregistered(tmp_path)
    _, recorded = change_registry(
        Project.discover(work.root), lambda now, around: Registered(ModelRegistry()), dry_run=False
    )
    assert not recorded.written
    assert not (work.root / REGISTRY).exists()
