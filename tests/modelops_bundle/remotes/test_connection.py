from pathlib import Path

import pytest

from modelops_bundle.blob_stores.location import container_of
from modelops_bundle.remotes import connection
from modelops_bundle.remotes.connection import connect
from modelops_bundle.settings import Settings


class Remembering:
    """A remote that tells whether it was closed."""

    name = "localhost:5000/x"
    closed = False

    def close(self) -> None:
        self.closed = True


def test_remote_and_blob_stores_are_closed_whatever_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = Remembering()
    monkeypatch.setattr(connection, "open_remote", lambda name, settings, environment: remote)
    with pytest.raises(ZeroDivisionError), connect(remote.name, Settings(jobs=3), None) as opened:
        container = container_of("directory", str(tmp_path))
        first = opened.storage.open(container)
        origin = opened.origin()
        assert (origin.remote.name, origin.jobs, origin.open_blob_store(container)) == (remote.name, 3, first)
        assert not remote.closed
        _ = 1 // 0
    assert remote.closed
    assert opened.storage.open(container) is not first
