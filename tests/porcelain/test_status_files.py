"""Every tracked file is shown with its state, and with its place where that can be told."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import digest_of
from modelops_bundle.plumbing._session import Session
from modelops_bundle.porcelain._status_files import files_json, show_files
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.settings import Settings
from modelops_bundle.sync.status import Status, look_at
from tests.modelops_bundle.pushed import TAG, make, push

CONFIG = "storage: {threshold_bytes: 10, provider: directory, container: /blobs, layout: portable}\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A pushed project of which one file was edited, one deleted, and one is large."""
    project = make(tmp_path / "work", {"a": "1", "gone": "2", "large": "3"})
    push(project, LayoutRemote(tmp_path / "remote"))
    (project.root / "a").write_text("edited")
    (project.root / "gone").unlink()
    (project.root / "large").write_text("0123456789")
    return Project(project.root)


@pytest.fixture
def session(project: Project, tmp_path: Path) -> Iterator[Session]:
    with click.Context(click.Command("status")):
        yield Session(Settings(home=tmp_path / "home"), project.root)


def status_of(project: Project) -> Status:
    return look_at(project, f"oci:{project.root.parent}/remote", TAG)


def test_files_have_states_sizes_and_places(
    session: Session, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    (project.directory / "config.yaml").write_text(f"version: 1\n{CONFIG}")
    show_files(session, status_of(project))
    head, *rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert head == ["File", "Status", "Size", "Mode", "Place", "Why"]
    assert [row[:5] for row in rows if row[0] in ("a", "large")] == [
        ["a", "modified-local", "6", "B", "100644"],
        ["large", "modified-local", "10", "B", "100644"],
    ]
    places = {file["path"]: file["place"] for file in files_json(session, status_of(project))["files"]}
    assert places["a"] != places["large"]


def test_a_configuration_that_makes_no_sense_takes_away_the_places_only(
    session: Session, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    (project.directory / "config.yaml").write_text("storage: {mode: nonsense}\n")
    show_files(session, status_of(project))
    out = capsys.readouterr().out
    assert "a     " in out and "Places: " in out and "nonsense" in out
    value = files_json(session, status_of(project))
    assert "nonsense" in value["places_error"]
    assert value["files"][0] == {
        "path": "a",
        "state": "modified-local",
        "size": 6,
        "mode": "100644",
        "digest": digest_of(b"edited"),
    }


def test_a_file_that_is_not_tracked_any_more_has_no_digest(session: Session, project: Project) -> None:
    index = project.load_index()
    del index["gone"]
    project.write_index(index)
    status = status_of(project)
    assert "gone" in status.states
    assert "gone" not in {file["path"] for file in files_json(session, status)["files"]}
