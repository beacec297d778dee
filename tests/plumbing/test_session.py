"""What a command is given counts from where it runs, and is looked for when it is asked for."""

from pathlib import Path

import click
import pytest

from modelops_bundle.checkout.local_config import LocalConfig, write_local_config
from modelops_bundle.checkout.project import NotAProject, OutsideProject, Project
from modelops_bundle.errors import Invalid
from modelops_bundle.plumbing._session import Session
from modelops_bundle.progress import ignore_events
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.settings import Settings
from modelops_bundle.storage.stores import Storage


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """Somebody below the root of a project."""
    Project.create(tmp_path / "work")
    (tmp_path / "work/below").mkdir()
    return Session(Settings(home=tmp_path / "home", jobs=3), tmp_path / "work/below")


def test_outside_of_a_project_only_what_needs_one_fails(tmp_path: Path) -> None:
    session = Session(Settings(home=tmp_path), tmp_path)
    assert session.environment is None
    assert session.file("a") == tmp_path / "a"
    with pytest.raises(NotAProject):
        _ = session.project


def test_the_project_is_found_once_from_below(session: Session) -> None:
    assert session.project.root == session.directory.parent
    assert session.project is session.project


@pytest.mark.parametrize(
    ("name", "path"), [("a", "below/a"), (".", "below"), ("..", "."), ("../a/./b", "a/b"), ("../x/../y", "y")]
)
def test_names_count_from_where_the_command_runs(session: Session, name: str, path: str) -> None:
    assert session.bundle_path(name) == path
    assert session.bundle_path(str(session.directory / name)) == path


def test_an_empty_name_stands_for_nothing(session: Session) -> None:
    with pytest.raises(Invalid, match="a path is empty"):
        session.bundle_path("")
    with pytest.raises(OutsideProject):
        session.bundle_path("../../a")


def test_an_option_wins_over_the_remote_of_the_project(session: Session, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no remote is configured"):
        session.remote_name()
    write_local_config(session.project.local_path, LocalConfig("oci:../own"))
    assert session.remote_name() == f"oci:{tmp_path / 'own'}"
    assert session.remote_name("oci:other") == f"oci:{session.directory / 'other'}"
    with session.remote() as own, session.remote("oci:other") as other:
        assert (own.name, other.name) == (f"oci:{tmp_path / 'own'}", f"oci:{session.directory / 'other'}")


def test_a_remote_is_closed_whatever_happens(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []
    monkeypatch.setattr(LayoutRemote, "close", lambda self: closed.append(self.name))
    with pytest.raises(ZeroDivisionError), session.remote("oci:/data/out"):
        raise ZeroDivisionError
    assert closed == ["oci:/data/out"]


def test_blob_stores_are_closed_at_the_end_of_the_command(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Storage] = []
    monkeypatch.setattr(Storage, "close", lambda self: closed.append(self))
    with click.Context(click.Command("push")):
        storage = session.storage
        assert session.storage is storage and closed == []
    assert closed == [storage]


def test_an_origin_has_the_settings_of_the_user(session: Session) -> None:
    with click.Context(click.Command("pull")), session.remote("oci:/data/out") as remote:
        origin = session.origin(remote)
    assert (origin.remote, origin.jobs, origin.on_event) == (remote, 3, ignore_events)
