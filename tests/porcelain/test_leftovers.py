"""push and pull make room: what killed commands left long ago goes, what may be in use stays."""

import os
import time

import pytest

from tests.support.workspace import METADATA, Workspace


@pytest.mark.parametrize("command", ["push", "pull"])
def test_old_temporary_files_go(work: Workspace, command: str) -> None:
    old = work.write(f"{METADATA}/tmp/pack-old", "x")
    young = work.write(f"{METADATA}/tmp/pack-young", "x")
    long_ago = time.time() - 2 * 24 * 3600
    os.utime(old, (long_ago, long_ago))
    work.ok(command, "--dry-run")
    assert old.exists()
    work.ok(command)
    assert (old.exists(), young.exists()) == (False, True)
