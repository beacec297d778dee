"""A store is opened once, when the first file needs it, and closed at the end."""

from pathlib import Path

import pytest

from modelops_bundle.blob_stores.directory import DirectoryStore
from modelops_bundle.blob_stores.location import container_of
from modelops_bundle.storage import stores as storage
from modelops_bundle.storage.stores import Storage


def test_a_store_is_opened_once_and_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []
    monkeypatch.setattr(DirectoryStore, "close", lambda self: closed.append(self.name))
    here, there = container_of("directory", f"{tmp_path}/a"), container_of("directory", f"{tmp_path}/b")
    stores = Storage()
    assert stores.open(here) is stores.open(here) is not stores.open(there)
    stores.close()
    stores.close()
    assert sorted(closed) == [f"file://{tmp_path}/a", f"file://{tmp_path}/b"]


def test_nothing_is_opened_that_nobody_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "open_blob_store", None)
    Storage().close()
