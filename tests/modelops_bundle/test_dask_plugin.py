"""Workers import from the bundle that a plugin gives them, and never from two at once."""

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from modelops_bundle.errors import Invalid
from tests.support.programs import require_module
from tests.support.worker import publish, worker
from tests.support.workspace import Workspace

if TYPE_CHECKING:
    from modelops_bundle.dask_plugin import BundlePlugin


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path


def plugin(place: Path, rate: float) -> "BundlePlugin":
    """Publish a model with a rate, and return a plugin that gives it to workers."""
    work = Workspace(place / "seir", place / "home")
    work.write("plugged_seir/model.py", f"RATE = {rate}\n")
    work.write("plugged_seir/__init__.py", "")
    digest = publish(work, f"oci:{place}/layout")
    require_module("distributed")
    from modelops_bundle.dask_plugin import BundlePlugin

    return BundlePlugin(worker(f"oci:{place}/layout", place / "cache"), digest)


def rate() -> float:
    value = importlib.import_module("plugged_seir.model").RATE
    assert isinstance(value, float)
    return value


def test_tasks_import_from_the_bundle_until_it_is_taken_away(place: Path) -> None:
    first, path = plugin(place, 0.3), list(sys.path)
    first.setup(None)
    assert rate() == 0.3
    first.teardown(None)
    assert sys.path == path
    with pytest.raises(ModuleNotFoundError):
        rate()


def test_the_next_bundle_is_not_mixed_with_modules_of_the_last(place: Path) -> None:
    first, second = plugin(place, 0.3), plugin(place, 0.4)
    first.setup(None)
    assert rate() == 0.3
    first.teardown(None)
    second.setup(None)
    assert rate() == 0.4
    second.teardown(None)


def test_two_bundles_at_once_are_refused(place: Path) -> None:
    first, second = plugin(place, 0.3), plugin(place, 0.4)
    first.setup(None)
    with pytest.raises(Invalid, match="another bundle"):
        second.setup(None)
    assert rate() == 0.3
    first.teardown(None)


def test_workers_that_share_a_process_share_the_bundle(place: Path) -> None:
    first, again = plugin(place, 0.3), plugin(place, 0.3)
    first.setup(None)
    again.setup(None)
    first.teardown(None)
    assert rate() == 0.3
    again.teardown(None)
    with pytest.raises(ModuleNotFoundError):
        rate()


def test_a_plugin_registered_twice_is_one(place: Path) -> None:
    first, again = plugin(place, 0.3), plugin(place, 0.3)
    assert first.name == again.name and first.idempotent
