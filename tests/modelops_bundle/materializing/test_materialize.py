"""Materializing puts all that a role needs into a directory, or nothing, and again it changes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from modelops_bundle.bundles.roles import RoleMismatch
from modelops_bundle.checkout.pointer_files import pointer_path
from modelops_bundle.checkout.project import Materialized, Project
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import IntegrityError, WorkingTreeConflict
from modelops_bundle.fetching.contents import Origin
from modelops_bundle.materializing.materialize import MaterializeResult, materialize, plan_materialize
from modelops_bundle.materializing.plan import Action, Options
from modelops_bundle.materializing.provenance_file import PROVENANCE, materialized_digest
from modelops_bundle.resolving.bundle_lookup import BundleSource
from modelops_bundle.resolving.bundle_ref import parse_bundle_ref
from modelops_bundle.resolving.resolution import ResolvedBundle, resolved
from modelops_bundle.safe_path import METADATA_DIR
from modelops_bundle.settings import Settings
from modelops_bundle.store.store import Store
from tests.modelops_bundle.pushed import published
from tests.modelops_bundle.samples import everything_below

FILES = {"data/cases.csv": b"1,3\n", "data/large.bin": b"large, and elsewhere", "src/seir.py": b"BETA = 1\n"}
CONFIG = "storage: {{threshold_bytes: 15, provider: directory, container: '{blobs}'}}\n"
SECOND = "storage: {provider: directory, container: /nowhere, mode: oci}\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with a published bundle of which one file lies in a blob store."""
    (tmp_path / "blobs").mkdir()
    published(tmp_path / "work", FILES, CONFIG.format(blobs=tmp_path / "blobs"))
    return tmp_path


@contextmanager
def version(place: Path, layout: str = "layout") -> Iterator[tuple[Store, Origin, ResolvedBundle]]:
    store = Store(place / "cache")
    here = BundleSource(Settings(), place)
    with resolved(store, parse_bundle_ref(f"oci:{layout}"), here) as (bundle, remote):
        yield store, Origin(remote), bundle


def put(place: Path, role: str | None = None, layout: str = "layout", **options: bool) -> MaterializeResult:
    with version(place, layout) as (store, origin, bundle):
        return materialize(store, origin, bundle, place / "out", role, Options(**options))


def files(place: Path) -> dict[str, bytes | str]:
    """Return the files of the destination, without the area and the bundle's configuration."""
    found = everything_below(place / "out")
    return {
        path: data for path, data in found.items() if data != "" and not path.startswith((".mops/", METADATA_DIR))
    }


def test_files_pointers_and_provenance_are_there(place: Path) -> None:
    done = put(place)
    assert files(place) == {path: data for path, data in FILES.items() if path != "data/large.bin"}
    assert done.plan.actions["data/large.bin"] is Action.POINTER
    assert (place / "out" / pointer_path("data/large.bin")).is_file()
    assert materialized_digest(place / "out") == done.bundle.manifest_digest
    assert done.bytes_written == sum(done.bundle.bundle.tree[path].size for path in done.plan.write)


def test_the_role_decides_which_layers_come(place: Path) -> None:
    done = put(place, "runtime")
    assert (done.selected_role, done.layers) == ("runtime", ("code", "config"))
    assert files(place) == {"src/seir.py": FILES["src/seir.py"]}
    with pytest.raises(RoleMismatch):
        put(place, "other")


def test_the_second_time_changes_nothing(place: Path) -> None:
    put(place, prefetch_external=True)
    assert files(place) == FILES
    before = everything_below(place / "out")
    assert set(put(place, prefetch_external=True).plan.actions.values()) == {Action.UNCHANGED}
    assert everything_below(place / "out") == before


def test_a_plan_writes_and_fetches_nothing(place: Path) -> None:
    with version(place) as (_, _, bundle):
        before = everything_below(place)
        result = plan_materialize(bundle, place / "out", None, Options())
        assert everything_below(place) == before
    assert result.plan == put(place).plan


@pytest.mark.parametrize("where", ["data/cases.csv", PROVENANCE, pointer_path("data/large.bin")])
def test_a_conflict_anywhere_leaves_everything_as_it_was(place: Path, where: str) -> None:
    (place / "out" / where / "mine").mkdir(parents=True)
    (place / "out" / where / "mine/file").write_text("mine")
    before = everything_below(place / "out")
    with pytest.raises(WorkingTreeConflict):
        put(place, overwrite=True)
    assert everything_below(place / "out") == before


def test_other_content_is_replaced_only_if_asked_for_and_nothing_else_is_removed(place: Path) -> None:
    (place / "out/data").mkdir(parents=True)
    (place / "out/data/cases.csv").write_text("mine")
    (place / "out/notes.txt").write_text("mine")
    with pytest.raises(WorkingTreeConflict, match="1 path is in conflict"):
        put(place)
    assert files(place) == {"data/cases.csv": b"mine", "notes.txt": b"mine"}
    put(place, overwrite=True)
    assert files(place)["data/cases.csv"] == FILES["data/cases.csv"]
    assert files(place)["notes.txt"] == b"mine"


def test_content_that_cannot_be_had_leaves_nothing(place: Path) -> None:
    blob = place / "layout/blobs/sha256" / digest_of(FILES["data/cases.csv"])[7:]
    blob.chmod(0o644)
    blob.write_bytes(b"9,9\n")
    with pytest.raises(IntegrityError):
        put(place)
    assert not (place / "out").exists()


def test_the_pointer_goes_when_a_later_version_has_the_file_itself(place: Path) -> None:
    put(place)
    (place / "other").mkdir()
    published(place / "other/work", FILES, SECOND)
    put(place, layout="other/layout", overwrite=True)
    assert files(place) == FILES
    assert not (place / "out/.mops/ptr").exists()


def test_pointers_to_what_the_version_lacks_go_and_those_of_other_roles_stay(place: Path) -> None:
    put(place)
    stale = place / "out" / pointer_path("data/gone.bin")
    current = place / "out" / pointer_path("data/large.bin")
    stale.write_bytes(current.read_bytes().replace(b"data/large.bin", b"data/gone.bin"))
    put(place, role="runtime")
    assert not stale.exists() and current.exists()
    current.write_bytes(current.read_bytes().replace(digest_of(FILES["data/large.bin"])[7:].encode(), b"0" * 64))
    put(place, role="runtime")
    assert not current.exists()


def test_no_role_stands_for_no_name(place: Path) -> None:
    with pytest.raises(RoleMismatch, match="no role ''"):
        put(place, role="")


def test_what_is_materialized_is_no_project(place: Path) -> None:
    put(place)
    with pytest.raises(Materialized, match="not a project"):
        Project.discover(place / "out" / "data")
    # But a project may have something materialized in it.
    assert Project.discover(place / "work").root == place / "work"


def test_a_project_is_pulled_into_not_materialized_into(place: Path) -> None:
    """What `--overwrite` replaces is not kept here, as `pull --overwrite` keeps it."""
    (place / "work/src/seir.py").write_text("mine")
    with version(place) as (store, origin, bundle), pytest.raises(WorkingTreeConflict, match="is a project"):
        materialize(store, origin, bundle, place / "work", None, Options(overwrite=True))
    assert (place / "work/src/seir.py").read_text() == "mine"
