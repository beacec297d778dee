"""A directory that a group shares."""

import errno
import os
import stat
from pathlib import Path

import pytest

from modelops_bundle.blob_stores import directory
from modelops_bundle.blob_stores.directory import DirectoryStore
from modelops_bundle.blob_stores.location import container_of
from modelops_bundle.blob_stores.store_errors import StorageFailed, StorageRefused
from modelops_bundle.digest import hex_of
from modelops_bundle.errors import ExitCode, Invalid
from tests.modelops_bundle.blob_stores.conftest import sample


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(container_of("directory", str(tmp_path)))


def test_a_blob_is_a_plain_file_named_by_its_digest(store: DirectoryStore, tmp_path: Path) -> None:
    blob = sample(9)
    blob.put(store)
    name = hex_of(blob.digest)
    file = tmp_path / "lab" / "seir" / name[:2] / name[2:4] / name
    assert file.read_bytes() == blob.data
    assert stat.S_IMODE(file.stat().st_mode) == 0o444
    assert [path.name for path in file.parent.iterdir()] == [name]


def test_a_symlink_in_the_place_of_a_blob_is_not_followed(store: DirectoryStore, tmp_path: Path) -> None:
    blob = sample(9)
    blob.put(store)
    file = tmp_path / blob.key
    secret = tmp_path / "secret"
    file.rename(secret)
    file.symlink_to(secret)
    with pytest.raises(Invalid):
        blob.read(store)


def test_a_file_in_the_place_of_a_directory_is_told(store: DirectoryStore, tmp_path: Path) -> None:
    (tmp_path / "lab").write_text("")
    with pytest.raises(StorageFailed) as failed:
        sample(9).put(store)
    assert failed.value.exit_code is ExitCode.TRANSFER


def test_a_directory_that_may_not_be_written_refuses(
    store: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(directory, "replacing", refuse)  # root may write everywhere
    with pytest.raises(StorageRefused) as refused:
        sample(9).put(store)
    assert refused.value.exit_code is ExitCode.AUTH
