from pathlib import Path

import pytest

from modelops_bundle.errors import Busy
from modelops_bundle.files.lockfile import hold
from modelops_bundle.files.shared_lock import Use


def test_many_use_what_nobody_can_then_hold(tmp_path: Path) -> None:
    path = tmp_path / "locks/x"
    first, second = Use(path), Use(path)
    first.close()
    with pytest.raises(Busy), hold(path, wait=0):
        pass
    second.close()
    with hold(path, wait=0):
        pass


def test_a_use_that_nobody_refers_to_ends(tmp_path: Path) -> None:
    use = Use(tmp_path / "x")
    use.close()
    use.close()
    Use(tmp_path / "x")
    with hold(tmp_path / "x", wait=0):
        pass
