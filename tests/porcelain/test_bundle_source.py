"""Commands that work outside of a project have a cache, and names that count from where they run."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.local_config import LocalConfig, write_local_config
from modelops_bundle.checkout.project import Project
from modelops_bundle.errors import Invalid
from modelops_bundle.plumbing._session import Session
from modelops_bundle.porcelain._bundle_source import destination_of, source_of, store_of
from modelops_bundle.settings import Settings


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(Settings(home=tmp_path / "home"), tmp_path)


def test_outside_of_a_project_nothing_names_a_remote(session: Session, tmp_path: Path) -> None:
    here = source_of(session)
    assert (here.remote, here.directory, here.environment) == ("", tmp_path, None)


def test_a_project_names_its_own(session: Session, tmp_path: Path) -> None:
    project = Project.create(tmp_path)
    assert source_of(session).remote == ""
    write_local_config(project.local_path, LocalConfig("oci:../remote"))
    assert source_of(session).remote == f"oci:{tmp_path.parent / 'remote'}"


def test_a_destination_counts_from_where_the_command_runs(session: Session, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("out")
    assert destination_of(session, ".") == tmp_path
    assert destination_of(session, "below/../link") == tmp_path / "out"
    assert destination_of(session, "/data") == Path("/data")


def test_an_empty_destination_is_no_place(session: Session) -> None:
    with pytest.raises(Invalid, match="the destination is empty"):
        destination_of(session, "")


def test_the_cache_stays_and_what_stands_in_for_it_does_not(session: Session, tmp_path: Path) -> None:
    with store_of(session, "test", no_cache=False) as store:
        digest = store.objects.put(b"kept")
    with store_of(session, "test", no_cache=False) as store:
        assert store.objects.read(digest) == b"kept"
        assert store.directory.is_relative_to(tmp_path / "home")
    with store_of(session, "test", no_cache=True) as store:
        assert digest not in store.objects
        store.objects.put(b"gone")
    assert not store.directory.exists()
