"""What is missing or damaged at a remote is told by name, once for each content, and nothing else is."""

from pathlib import Path

import pytest

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.digest import digest_of
from modelops_bundle.fetching import verification
from modelops_bundle.fetching.contents import Origin
from modelops_bundle.fetching.verification import damaged_files, missing_blobs
from modelops_bundle.progress import Event
from tests.modelops_bundle.pushed import CountingRemote, published

FILES = {"again": b"the same", "data/cases.csv": b"the same", "empty": b"", "src/seir.py": b"BETA = 1\n"}
SAME = digest_of(b"the same")


@pytest.fixture(params=["layout", "blobs"])
def version(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Origin, Bundle, Path]:
    """A version, and the directory that has the bytes of its files."""
    (tmp_path / "blobs").mkdir()
    config = f"storage: {{mode: blob, provider: directory, container: '{tmp_path}/blobs'}}\n"
    portable = "storage: {layout: portable}\n"
    remote, bundle = published(tmp_path / "work", FILES, config if request.param == "blobs" else portable)
    return Origin(remote), bundle, tmp_path / request.param


def blob_of(folder: Path) -> Path:
    (blob,) = folder.rglob(SAME[7:])
    blob.chmod(0o644)
    return blob


def test_a_whole_version_has_no_faults(version: tuple[Origin, Bundle, Path], tmp_path: Path) -> None:
    origin, bundle, _ = version
    assert missing_blobs(origin, bundle) == []
    assert list(damaged_files(origin, bundle, tmp_path / "scratch")) == []
    assert not any((tmp_path / "scratch").glob("*"))


def test_what_is_not_there_is_told_once_without_fetching_anything(
    version: tuple[Origin, Bundle, Path],
) -> None:
    origin, bundle, folder = version
    blob_of(folder).unlink()
    (fault,) = missing_blobs(origin, bundle)
    assert (fault.id, fault.digest) == ("missing-blob", SAME)
    assert isinstance(origin.remote, CountingRemote) and origin.remote.requests == []


@pytest.mark.parametrize("batch", [1, 1 << 20])
def test_a_damaged_file_is_told_and_the_others_are_sound(
    version: tuple[Origin, Bundle, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(verification, "BATCH", batch)
    origin, bundle, folder = version
    blob_of(folder).write_bytes(b"another!")
    (fault,) = damaged_files(origin, bundle, tmp_path / "scratch")
    assert (fault.id, fault.digest) == ("damaged-file", SAME)
    assert "'again': " in fault.text or "'data/cases.csv': " in fault.text
    assert not any(path.is_file() for path in (tmp_path / "scratch").rglob("*"))


def test_a_file_that_is_gone_is_damaged_too(version: tuple[Origin, Bundle, Path], tmp_path: Path) -> None:
    origin, bundle, folder = version
    blob_of(folder).unlink()
    assert [fault.digest for fault in damaged_files(origin, bundle, tmp_path / "scratch")] == [SAME]


def test_in_a_blob_store_the_size_is_looked_at(version: tuple[Origin, Bundle, Path]) -> None:
    origin, bundle, folder = version
    blob_of(folder).write_bytes(b"longer than before")
    found = [fault.id for fault in missing_blobs(origin, bundle)]
    assert found == (["damaged-blob"] if folder.name == "blobs" else found)


def test_every_blob_is_counted(version: tuple[Origin, Bundle, Path]) -> None:
    origin, bundle, folder = version
    events: list[Event] = []
    missing_blobs(Origin(origin.remote, events.append), bundle)
    outside = 2 if folder.name == "blobs" else 0
    assert events[-1] == Event(
        "check", len(bundle.blobs()) + outside, len(bundle.blobs()) + outside, finished=True
    )
