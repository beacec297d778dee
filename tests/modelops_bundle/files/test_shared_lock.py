from contextlib import ExitStack
from pathlib import Path

import pytest

from modelops_bundle.errors import Busy
from modelops_bundle.files.lockfile import hold
from modelops_bundle.files.shared_lock import Use, using
from tests.support.forked import forked


def test_many_use_what_nobody_can_then_hold(tmp_path: Path) -> None:
    path = tmp_path / "locks/x"
    first, second = Use(path), Use(path)
    del first
    with pytest.raises(Busy), hold(path, wait=0):
        pass
    del second
    with using(path), using(path), pytest.raises(Busy), hold(path, wait=0):
        pass
    with hold(path, wait=0):
        pass


def test_a_use_that_nobody_refers_to_ends(tmp_path: Path) -> None:
    Use(tmp_path / "x")
    with hold(tmp_path / "x", wait=0):
        pass


def test_children_go_on_with_what_their_parent_uses_for_good(tmp_path: Path) -> None:
    use = Use(tmp_path / "x")
    with forked(lambda: None):
        del use
        with pytest.raises(Busy), hold(tmp_path / "x", wait=0):
            pass
    with hold(tmp_path / "x", wait=0):
        pass


def test_children_have_nothing_of_what_their_parent_uses_for_a_while(tmp_path: Path) -> None:
    with ExitStack() as children:
        with using(tmp_path / "x"):
            children.enter_context(forked(lambda: None))
        with hold(tmp_path / "x", wait=0):
            pass
