"""What a reference names comes from wherever it is, files in blob stores included."""

from pathlib import Path

import pytest

from modelops_bundle.materializing.plan import Options
from modelops_bundle.materializing.wanted import Wanted, materialize_wanted
from modelops_bundle.progress import Event
from modelops_bundle.resolving.bundle_lookup import BundleSource, NoSuchBundle
from modelops_bundle.resolving.bundle_ref import parse_bundle_ref
from modelops_bundle.settings import Settings
from modelops_bundle.store.store import Store
from tests.modelops_bundle.pushed import published

LARGE = b"large, and elsewhere"


@pytest.fixture
def here(tmp_path: Path) -> BundleSource:
    (tmp_path / "blobs").mkdir()
    config = f"storage: {{threshold_bytes: 15, provider: directory, container: '{tmp_path}/blobs'}}\n"
    published(tmp_path / "work", {"data/large.bin": LARGE, "src/seir.py": b"BETA = 1\n"}, config)
    return BundleSource(Settings(), tmp_path)


@pytest.mark.parametrize("dry_run", [True, False])
def test_all_is_brought_or_only_told(here: BundleSource, tmp_path: Path, dry_run: bool) -> None:
    events: list[Event] = []
    ref, options = parse_bundle_ref("oci:layout"), Options(prefetch_external=True)
    wanted = Wanted(ref, tmp_path / "out", options=options, dry_run=dry_run)
    result = materialize_wanted(Store(tmp_path / "cache"), wanted, here, events.append)
    assert result.bytes_written > len(LARGE)
    assert (tmp_path / "out").exists() is not dry_run
    assert bool(events) is not dry_run
    if not dry_run:
        assert (tmp_path / "out/data/large.bin").read_bytes() == LARGE


def test_what_is_nowhere_makes_no_directory(here: BundleSource, tmp_path: Path) -> None:
    wanted = Wanted(parse_bundle_ref("oci:layout:v9"), tmp_path / "out")
    with pytest.raises(NoSuchBundle):
        materialize_wanted(Store(tmp_path / "cache"), wanted, here)
    assert not (tmp_path / "out").exists()
